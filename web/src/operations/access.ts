import { useMe } from "../session/session";

const LOOKERS: ReadonlySet<string> = new Set(["owner", "admin", "auditor"]);

/** Whether the person who is signed in may look at the platform's inner life; the services decide, this only hides. */
export function useMayLook(): boolean {
  return LOOKERS.has(useMe().user.role);
}
