/** The services of the platform, and what each is called. */
export const SERVICES = {
  identity: "Identity",
  leads: "Leads",
  clients: "Clients",
  comms: "Comms",
  ai: "AI",
  reporting: "Reporting",
} as const;

export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

export function isService(value: unknown): value is ServiceName {
  return typeof value === "string" && Object.hasOwn(SERVICES, value);
}

/** What a service is called; another team's goes by its own name. */
export function serviceTitle(name: string): string {
  return isService(name) ? SERVICES[name] : name;
}
