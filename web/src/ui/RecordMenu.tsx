import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconDots,
  IconHistory,
  IconPencil,
  IconPhonePlus,
  IconUserOff,
  IconUsersPlus,
} from "@tabler/icons-react";
import type { ReactNode } from "react";

/** The first thing to do with a person's record. */
export function LogCallButton({ act }: { act: () => void }) {
  return (
    <Tooltip label="L">
      <Button leftSection={<IconPhonePlus size={17} stroke={1.7} />} onClick={act}>
        Log call
      </Button>
    </Tooltip>
  );
}

interface RecordMenuProps {
  /** Null, as each of these, for those who may not. */
  edit: (() => void) | null;
  share: (() => void) | null;
  history: () => void;
  forget: (() => void) | null;
  /** Items of this kind of record alone: before all others, and after its history. */
  before?: ReactNode;
  after?: ReactNode;
}

/** What else can be done with a person's record, behind three dots. */
export function RecordMenu({ edit, share, history, forget, before, after }: RecordMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="More to do">
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {before}
        {edit && (
          <Menu.Item leftSection={<IconPencil size={17} />} rightSection={<kbd>E</kbd>} onClick={edit}>
            Edit
          </Menu.Item>
        )}
        {share && (
          <Menu.Item leftSection={<IconUsersPlus size={17} />} onClick={share}>
            Share with…
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconHistory size={17} />} rightSection={<kbd>H</kbd>} onClick={history}>
          History
        </Menu.Item>
        {after}
        {forget && (
          <Menu.Item leftSection={<IconUserOff size={17} />} onClick={forget}>
            Forget this person…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
