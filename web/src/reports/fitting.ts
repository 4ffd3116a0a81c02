/** A drawing cannot cut a text by itself. `width` in pixels. */
export function fitting(text: string, width: number): string {
  const letters = Math.max(6, Math.floor(width / 7.2));
  return text.length > letters ? `${text.slice(0, letters - 1).trimEnd()}…` : text;
}
