import { Button, Menu, Tooltip } from "@mantine/core";
import { IconPlant2, IconUserShare } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Client } from "../api/schema";
import { TheirTime } from "../calls/TheirTime";
import { useNameOf } from "../directory/queries";
import { BackTo } from "../ui/BackTo";
import { Chip } from "../ui/Chip";
import { PersonHead } from "../ui/PersonHead";
import record from "../ui/Record.module.css";
import { LogCallButton, RecordMenu } from "../ui/RecordMenu";
import { lastList } from "./place";

interface ClientHeaderProps {
  client: Client;
  mayWrite: boolean;
  logCall: () => void;
  assign: () => void;
  edit: () => void;
  share: () => void;
  history: () => void;
  /** Null for those who may not. */
  forget: (() => void) | null;
}

/** Who the client is, how they are reached, and what can be done. */
export function ClientHeader({ client, mayWrite, forget, ...can }: ClientHeaderProps) {
  const nameOf = useNameOf();
  return (
    <header className={record.header}>
      <div className={record.way}>
        <BackTo to="/clients" search={lastList()}>
          Clients
        </BackTo>
      </div>
      <PersonHead
        person={client}
        standing={<Chip tone="good">Client</Chip>}
        owner={client.owner_id === null ? "In the pool" : nameOf(client.owner_id)}
        theirTime={<TheirTime state={client.state ?? null} />}
      />
      <div className={record.actions}>
        {mayWrite && (
          <>
            <LogCallButton act={can.logCall} />
            <Tooltip label="A">
              <Button
                variant="default"
                leftSection={<IconUserShare size={17} stroke={1.7} />}
                onClick={can.assign}
              >
                Assign
              </Button>
            </Tooltip>
          </>
        )}
        <RecordMenu
          edit={mayWrite ? can.edit : null}
          share={mayWrite ? can.share : null}
          history={can.history}
          forget={forget}
          after={
            client.lead_id && (
              <Menu.Item
                leftSection={<IconPlant2 size={17} />}
                renderRoot={(props) => (
                  <Link to="/leads/$leadId" params={{ leadId: client.lead_id! }} {...props} />
                )}
              >
                The lead they were
              </Menu.Item>
            )
          }
        />
      </div>
    </header>
  );
}
