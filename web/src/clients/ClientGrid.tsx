import { useNavigate } from "@tanstack/react-router";
import type { Client } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { Chip } from "../ui/Chip";
import { words } from "../ui/format";
import { type Column, Grid } from "../ui/Grid";
import { Named } from "../ui/Named";
import { When } from "../ui/When";
import styles from "./ClientList.module.css";

interface ClientGridProps {
  clients: readonly Client[];
  place: string;
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  dimmed: boolean;
}

/** The clients, a row or a card each. */
export function ClientGrid({ clients, ...rest }: ClientGridProps) {
  const navigate = useNavigate();
  return (
    <Grid
      noun={["Client", "Clients"]}
      rows={clients}
      columns={COLUMNS}
      layout={styles.layout!}
      open={({ id }) => void navigate({ to: "/clients/$clientId", params: { clientId: id } })}
      {...rest}
    />
  );
}

const COLUMNS: Column<Client>[] = [
  {
    title: "Name",
    className: styles.who,
    cell: (client) => <Named person={client} />,
  },
  {
    title: "Line",
    className: styles.line,
    cell: ({ line_of_business: line }) => (line ? <Chip>{words(line)}</Chip> : "—"),
  },
  { title: "Owner", className: styles.owner, cell: ({ owner_id: owner }) => <OwnerName owner={owner} /> },
  { title: "Email", className: styles.email, cell: ({ email }) => email ?? "—" },
  {
    title: "Client since",
    className: styles.since,
    cell: ({ onboarded_at: at }) => <When at={at} />,
  },
];

function OwnerName({ owner }: { owner: string | null }) {
  return useNameOf()(owner);
}
