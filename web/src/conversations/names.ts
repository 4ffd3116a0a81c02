import type { Thread } from "../api/schema";

/** With whom a conversation is. */
export function withWhom(thread: Pick<Thread, "person_name" | "sender_name" | "sender">): string {
  return thread.person_name || thread.sender_name || thread.sender || "Somebody";
}

/** A sender's name in its parts, as far as one can tell: `María del Mar Delgado`, `Delgado, María`. */
export function nameParts(name: string | null): { given: string; family: string } {
  const bare = (name ?? "").replace(/["“”]/g, "").replace(/\s+/g, " ").trim();
  if (bare === "" || bare.includes("@")) return { given: "", family: "" };
  const [family, given] = bare.split(/, */, 2);
  if (given) return { given, family: family! };
  const words = bare.split(" ");
  return words.length === 1
    ? { given: bare, family: "" }
    : { given: words.slice(0, -1).join(" "), family: words.at(-1)! };
}
