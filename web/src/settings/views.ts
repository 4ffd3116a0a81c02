/** The parts of the settings, as the address has them. */
export const VIEWS = {
  people: "People",
  teams: "Teams and branches",
  roles: "Roles",
  "single-sign-on": "Single sign-on",
  agency: "Agency",
  fields: "Lead fields",
  keys: "API keys",
  webhooks: "Webhooks",
} as const;

export type View = keyof typeof VIEWS;

export const VIEW_NAMES = Object.keys(VIEWS) as View[];

/** Whatever else the address says, it means people. */
export const readView = (view: string): View => VIEW_NAMES.find((name) => name === view) ?? "people";
