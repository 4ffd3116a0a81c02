import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconRecycle } from "@tabler/icons-react";
import type { Lead, PipelineStage } from "../api/schema";
import record from "../ui/Record.module.css";
import { pipelineOf, stageOf, usePipelines } from "./pipelines/queries";
import { StageChip } from "./stage";

interface StageMenuProps {
  lead: Lead;
  opened: boolean;
  onChange: (opened: boolean) => void;
  /** Chosen: any stage on the way, or lost. */
  choose: (to: PipelineStage) => void;
  /** Leaves it alone until a day. */
  recycle: () => void;
}

/** Where the lead goes next. Won is not among them: it is reached by converting. */
export function StageMenu({ lead, opened, onChange, choose, recycle }: StageMenuProps) {
  const there = usePipelines();
  const now = stageOf(there, lead);
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={15} />}>
          <span className={record.wide}>Move&nbsp;</span>
          <span className={record.capital}>stage</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {pipelineOf(there, lead)
          .stages.filter(({ kind }) => kind !== "won")
          .map((to) => (
            <Menu.RadioItem
              key={to.key}
              value={to.key}
              checked={to.key === now.key}
              closeMenuOnClick
              onChange={() => choose(to)}
            >
              <StageChip stage={to.kind} name={to.name} />
            </Menu.RadioItem>
          ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconRecycle size={16} />} onClick={recycle}>
          {lead.comes_back_on ? "Another day to come back…" : "Not now: recycle…"}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
