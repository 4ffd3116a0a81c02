import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconRosetteDiscountCheck, IconUserShare } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Lead } from "../api/schema";
import { TheirTime } from "../calls/TheirTime";
import { useNameOf } from "../directory/queries";
import { LinkButton } from "../ui/LinkButton";
import { PersonHead } from "../ui/PersonHead";
import record from "../ui/Record.module.css";
import { LogCallButton, RecordMenu } from "../ui/RecordMenu";
import { BackToLeads } from "./BackToLeads";
import { InStage } from "./pipelines/InStage";
import { LeadStage } from "./pipelines/LeadStage";
import { Score } from "./scores/Score";
import { isClosed } from "./stage";

interface LeadHeaderProps {
  lead: Lead;
  mayWrite: boolean;
  stageMenu: ReactNode;
  previous: (() => void) | null;
  next: (() => void) | null;
  logCall: () => void;
  assign: () => void;
  convert: () => void;
  edit: () => void;
  share: () => void;
  history: () => void;
  /** Null for those who may not. */
  forget: (() => void) | null;
}

/** Who the lead is, how they are reached, and what can be done with them. */
export function LeadHeader({ lead, mayWrite, stageMenu, previous, next, forget, ...can }: LeadHeaderProps) {
  const nameOf = useNameOf();
  return (
    <header className={record.header}>
      <div className={record.way}>
        <BackToLeads />
        {(previous ?? next) && (
          <span className={record.neighbours}>
            <Step title="Previous in the list (K)" icon={<IconChevronUp size={17} />} go={previous} />
            <Step title="Next in the list (J)" icon={<IconChevronDown size={17} />} go={next} />
          </span>
        )}
      </div>
      <PersonHead
        person={lead}
        standing={
          <>
            <LeadStage lead={lead} />
            {!isClosed(lead.stage) && (
              <span>
                <span className="visually-hidden">In this stage: </span>
                <InStage lead={lead} />
              </span>
            )}
            <Score score={lead.score} named />
          </>
        }
        owner={lead.owner_id === null ? "In the pool" : nameOf(lead.owner_id)}
        theirTime={<TheirTime state={lead.state ?? null} />}
      />
      <div className={record.actions}>
        {mayWrite && (
          <>
            <LogCallButton act={can.logCall} />
            {lead.stage !== "won" && stageMenu}
            {!isClosed(lead.stage) && (
              <Tooltip label="A">
                <Button
                  variant="default"
                  className={record.wide}
                  leftSection={<IconUserShare size={17} stroke={1.7} />}
                  onClick={can.assign}
                >
                  Assign
                </Button>
              </Tooltip>
            )}
            {lead.client_id === null && (
              <Tooltip label="Shift C">
                <Button
                  variant="default"
                  leftSection={
                    <IconRosetteDiscountCheck
                      size={17}
                      stroke={1.7}
                      className={record.wide}
                      aria-hidden="true"
                    />
                  }
                  onClick={can.convert}
                >
                  Convert<span className={record.wideWords}> to client</span>
                </Button>
              </Tooltip>
            )}
          </>
        )}
        {lead.client_id !== null && (
          <LinkButton to="/clients/$clientId" params={{ clientId: lead.client_id }} variant="light">
            Open client
          </LinkButton>
        )}
        <RecordMenu
          edit={mayWrite ? can.edit : null}
          share={mayWrite && lead.client_id === null ? can.share : null}
          history={can.history}
          forget={forget}
          before={
            mayWrite &&
            !isClosed(lead.stage) && (
              <Menu.Item
                className={record.narrow}
                leftSection={<IconUserShare size={17} />}
                onClick={can.assign}
              >
                Assign
              </Menu.Item>
            )
          }
        />
      </div>
    </header>
  );
}

function Step({ title, icon, go }: { title: string; icon: ReactNode; go: (() => void) | null }) {
  return (
    <Tooltip label={title}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={28}
        aria-label={title}
        disabled={go === null}
        onClick={() => go?.()}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
