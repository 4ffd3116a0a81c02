import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { Lead, Stage } from "../api/schema";
import record from "../ui/Record.module.css";
import { OPEN_STAGES, StageChip } from "./stage";

interface StageMenuProps {
  lead: Lead;
  opened: boolean;
  onChange: (opened: boolean) => void;
  /** Chosen: any open stage, or lost. */
  choose: (stage: Stage) => void;
}

/** Where the lead goes next. Won is not among them: it is reached by converting. */
export function StageMenu({ lead, opened, onChange, choose }: StageMenuProps) {
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={15} />}>
          <span className={record.wide}>Move&nbsp;</span>
          <span className={record.capital}>stage</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[...OPEN_STAGES, "lost" as const].map((stage) => (
          <Menu.RadioItem
            key={stage}
            value={stage}
            checked={stage === lead.stage}
            closeMenuOnClick
            onChange={() => choose(stage)}
          >
            <StageChip stage={stage} />
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
