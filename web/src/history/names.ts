import { FORMER, useCampaigns, useTeams, useUsers } from "../directory/queries";
import { fieldValue } from "../timeline/fields";
import { words } from "../ui/format";

export type NameOf = (id: string) => string | undefined;

/** Names for the ids of people, teams and campaigns. */
export function useNames(): NameOf {
  const all = [...useUsers(), ...useTeams(), ...useCampaigns()];
  return (id) => all.find((each) => each.id === id)?.name;
}

/** Fields that name one of the agency's people. */
const PEOPLE = new Set(["owner_id", "user_id"]);

/** A field's value in words. */
export function valueInWords(field: string, value: string | null, nameOf: NameOf): string {
  if (field === "owner_id" && value === null) return "Pool";
  if (field === "shared_with" && value !== null)
    return (JSON.parse(value) as string[]).map((id) => nameOf(id) ?? FORMER).join(", ");
  if (value !== null && PEOPLE.has(field)) return nameOf(value) ?? FORMER;
  if (value !== null && field.endsWith("_id")) return nameOf(value) ?? "unknown";
  if (field === "source" && value !== null) return words(value);
  return fieldValue(field, value);
}

/** Who did it: `person:<id>` by their name, `automation:clients.onboarding` as `Automation, onboarding`. */
export function actorInWords(actor: string, nameOf: NameOf): string {
  const [, kind = "", id = ""] = /^([^:]*):?(.*)$/.exec(actor)!;
  switch (kind) {
    case "person":
      return nameOf(id) ?? FORMER;
    case "key":
      return "An API key";
    case "import":
      return "Import";
    case "operator":
      return "The platform’s operator";
    case "ai":
      return "AI";
    case "automation":
      return `Automation, ${id.slice(id.indexOf(".") + 1).replaceAll(/[_-]/g, " ")}`;
    default:
      return "GardenOS";
  }
}
