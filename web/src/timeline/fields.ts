import { day, phone, words } from "../ui/format";

const NAMES: Record<string, string> = {
  name: "Name",
  email: "Email",
  phone: "Phone",
  street: "Street",
  city: "City",
  postal_code: "ZIP code",
  state: "State",
  birth_date: "Birth date",
  line_of_business: "Line",
  current_carrier: "Current carrier",
  x_date: "X-date",
  notes: "Notes",
  risks: "Risks at interest",
  x_dates: "X-dates",
  household: "Household",
  stage: "Stage",
  stage_key: "Stage of its pipeline",
  comes_back_on: "Comes back",
  recycle_reason: "Why it waits",
  source: "Source",
  owner_id: "Owner",
  team_id: "Team",
  shared_with: "Shared with",
  campaign_id: "Campaign",
  client_id: "Client",
};

/** What people call a field of a lead or a client. */
export function fieldName(field: string): string {
  return NAMES[field] ?? words(field);
}

/** A field's value as people write it; `nobody knows` is a dash. */
export function fieldValue(field: string, value: string | null): string {
  if (value === null || value === "") return "—";
  if (field === "phone") return phone(value);
  if (field === "x_date" || field === "birth_date" || field === "comes_back_on")
    return /^\d{4}-\d\d-\d\d$/.test(value) ? day(value) : value;
  if (field === "line_of_business" || field === "stage") return words(value);
  if (field === "risks" || field === "x_dates") return (JSON.parse(value) as string[]).join("; ");
  return value;
}
