import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconChevronLeft,
  IconDots,
  IconHistory,
  IconPencil,
  IconPhonePlus,
  IconPlant2,
  IconUserOff,
  IconUserShare,
  IconUsersPlus,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Client } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { Chip } from "../ui/Chip";
import { PersonHead } from "../ui/PersonHead";
import record from "../ui/Record.module.css";
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
        <Link to="/clients" search={lastList()}>
          <IconChevronLeft size={15} aria-hidden="true" />
          Clients
        </Link>
      </div>
      <PersonHead
        person={client}
        standing={<Chip tone="good">Client</Chip>}
        owner={client.owner_id === null ? "In the pool" : nameOf(client.owner_id)}
      />
      <div className={record.actions}>
        {mayWrite && (
          <>
            <Tooltip label="L">
              <Button leftSection={<IconPhonePlus size={17} stroke={1.7} />} onClick={can.logCall}>
                Log call
              </Button>
            </Tooltip>
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
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label="More to do">
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayWrite && (
              <>
                <Menu.Item
                  leftSection={<IconPencil size={17} />}
                  rightSection={<kbd>E</kbd>}
                  onClick={can.edit}
                >
                  Edit
                </Menu.Item>
                <Menu.Item leftSection={<IconUsersPlus size={17} />} onClick={can.share}>
                  Share with…
                </Menu.Item>
              </>
            )}
            <Menu.Item
              leftSection={<IconHistory size={17} />}
              rightSection={<kbd>H</kbd>}
              onClick={can.history}
            >
              History
            </Menu.Item>
            {client.lead_id && (
              <Menu.Item
                leftSection={<IconPlant2 size={17} />}
                renderRoot={(props) => (
                  <Link to="/leads/$leadId" params={{ leadId: client.lead_id! }} {...props} />
                )}
              >
                The lead they were
              </Menu.Item>
            )}
            {forget && (
              <Menu.Item leftSection={<IconUserOff size={17} />} onClick={forget}>
                Forget this person…
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
    </header>
  );
}
