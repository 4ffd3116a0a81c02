import type { ApiKey, Permission, Roles } from "../../api/schema";
import type { Role } from "../queries";

/** What a key may be given by somebody of a role: what keys may have at all, of what they may themselves. */
export function givable(told: Roles | undefined, role: Role): Permission[] {
  return (told?.permissions ?? []).filter(
    ({ service, scopes }) => service !== "nothing" && (scopes[role] ?? "nothing") !== "nothing",
  );
}

/** How long a key may be good; that it never ends is for owners. */
export function lifetimes(role: Role): { value: string; label: string }[] {
  const days = [30, 90, 180, 365].map((each) => ({ value: String(each), label: `${each} days` }));
  return role === "owner" ? [...days, { value: "", label: "Until it is revoked" }] : days;
}

export const DAYS = "90";

/** What became of a key; null: it is good. */
export const OVER: Record<ApiKey["state"], string | null> = {
  active: null,
  expired: "Expired",
  suspended: "Its maker cannot sign in",
  revoked: "Revoked",
};

/** What can still be revoked. */
export const mayBeRevoked = ({ state }: Pick<ApiKey, "state">) => state !== "revoked";
