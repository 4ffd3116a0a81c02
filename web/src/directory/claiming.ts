import { useMe } from "../session/session";

/** Whether the person who is signed in changes this record only once they have claimed it: an agent, what nobody has. */
export function useMustClaim(record: { owner_id: string | null; shared_with: string[] }): boolean {
  const { user } = useMe();
  return user.role === "agent" && record.owner_id === null && !record.shared_with.includes(user.id);
}
