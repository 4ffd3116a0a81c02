import type { LineOfBusiness, PersonName } from "../api/schema";

/** A client as it is now. */
export interface Client {
  id: string;
  person_id: string;
  lead_id: string | null;
  name: PersonName;
  display_name: string;
  email: string | null;
  phone: string | null;
  postal_code: string | null;
  state: string | null;
  birth_date: string | null;
  line_of_business: LineOfBusiness | null;
  owner_id: string | null;
  team_id: string | null;
  onboarded_at: string;
  version: number;
}

export interface ClientPage {
  items: Client[];
  next_cursor: string | null;
}
