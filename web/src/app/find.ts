import type { useNavigate } from "@tanstack/react-router";
import { api, data } from "../api/client";
import type { Found } from "../commands/Palette";
import { phone, words } from "../ui/format";

/** Leads and clients by part of a name, an address or a number, for the palette. */
export async function findPeople(
  q: string,
  signal: AbortSignal,
  navigate: ReturnType<typeof useNavigate>,
): Promise<Found[]> {
  const query = { q, limit: 6 };
  const [leads, clients] = await Promise.all([
    data(api.GET("/api/v1/leads", { params: { query }, signal })),
    data(api.GET("/api/v1/clients", { params: { query }, signal })),
  ]);
  return [
    ...clients.items.map((client) => ({
      id: `client ${client.id}`,
      title: client.display_name,
      detail: contact(client),
      group: "Clients",
      open: () => void navigate({ to: "/clients/$clientId", params: { clientId: client.id } }),
    })),
    ...leads.items
      .filter((lead) => lead.stage !== "won")
      .map((lead) => ({
        id: `lead ${lead.id}`,
        title: lead.display_name,
        detail: [words(lead.stage), contact(lead)].filter(Boolean).join(" · "),
        group: "Leads",
        open: () => void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } }),
      })),
  ];
}

function contact(person: { phone: string | null; email: string | null }): string | null {
  return person.phone ? phone(person.phone) : person.email;
}
