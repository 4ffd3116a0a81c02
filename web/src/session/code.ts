/** A code of an authenticator app as it is sent: people type it in groups, as the app shows it. */
export function codeOf(typed: string): string {
  return typed.replace(/[\s-]/g, "");
}

/** Whether all six digits are there. */
export function isCode(typed: string): boolean {
  return /^\d{6}$/.test(codeOf(typed));
}
