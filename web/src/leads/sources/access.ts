import { useMe } from "../../session/session";

/** Whether the person who is signed in sets up where leads come from. */
export function useMayKeepSources(): boolean {
  const { role } = useMe().user;
  return role === "owner" || role === "admin" || role === "manager";
}
