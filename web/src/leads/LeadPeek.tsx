import { CloseButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { lazy, Suspense, useMemo, useState } from "react";
import type { Lead } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { useMustClaim } from "../directory/claiming";
import { Unclaimed } from "../directory/Unclaimed";
import { useMayWrite } from "../session/session";
import type { Field } from "../timeline/PersonFact";
import { Timeline } from "../timeline/Timeline";
import { useRecordView } from "../timeline/view";
import { Chip } from "../ui/Chip";
import { Face } from "../ui/Face";
import { words } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { Failed, Lines, Stale } from "../ui/states";
import { useClaimLead } from "./edit";
import { LeadFacts } from "./LeadFacts";
import styles from "./LeadPeek.module.css";
import { useTook } from "./pipelines/lasting";
import { LeadStage } from "./pipelines/LeadStage";
import { useMoving } from "./pipelines/useMoving";
import { known as knownLead } from "./place";
import { leadById } from "./queries";
import { Recycled } from "./recycling/Recycled";
import { Removed } from "./Removed";
import { Score } from "./scores/Score";
import { isClosed } from "./stage";
import { StageMenu } from "./StageMenu";

const Reasons = lazy(() => import("./scores/Reasons").then((room) => ({ default: room.Reasons })));

// Whoever runs through a list with J has not opened every lead on the way, and it is recorded who opened one.
const SETTLED_MS = 250;

/** A lead beside the list it was chosen in, which stays where it is. */
export function LeadPeek({ id, close }: { id: string; close: () => void }) {
  const [settled] = useDebouncedValue(id, SETTLED_MS);
  const queries = useQueryClient();
  const row = knownLead(queries, id);
  const lead = useQuery({
    ...leadById(id),
    enabled: settled === id,
    placeholderData: () => row && { data: row, etag: null },
  });
  const found = lead.data?.data;
  return (
    <aside className={styles.peek} aria-label={found ? `Lead ${found.display_name}` : "Lead"}>
      <div className={styles.top}>
        <LinkButton to="/leads/$leadId" params={{ leadId: id }} size="compact-sm" variant="default">
          Open page
        </LinkButton>
        <CloseButton aria-label="Close the lead" onClick={close} />
      </div>
      {found ? (
        <>
          {lead.isError && <Stale error={lead.error} retry={() => void lead.refetch()} />}
          <Shown key={id} lead={found} whole={!lead.isPlaceholderData} />
        </>
      ) : lead.isError ? (
        <Failed error={lead.error} retry={() => void lead.refetch()} what="lead" />
      ) : (
        <Lines count={7} label="Loading the lead" />
      )}
    </aside>
  );
}

function Shown({ lead, whole }: { lead: Lead; whole: boolean }) {
  const nameOf = useNameOf();
  const known = lead.forgotten_at === null;
  const mustClaim = useMustClaim(lead) && known;
  const mayWrite = useMayWrite() && known && !mustClaim && lead.removed_at === null;
  const [editing, setEditing] = useState<Field | null>(null);
  const [stageOpen, setStageOpen] = useState(false);
  const view = useRecordView();
  const { start, recycle, dialogs } = useMoving();
  const claim = useClaimLead(lead);
  const took = useTook(lead.id);
  const whose = useMemo(() => ({ lead_id: lead.id }), [lead.id]);
  const open = !isClosed(lead.stage);
  return (
    <>
      <header className={styles.head}>
        <div className={styles.who}>
          <Face name={known ? lead.display_name : null} size={40} />
          <div>
            <h2>{lead.display_name}</h2>
            <div className={styles.tags}>
              <LeadStage lead={lead} />
              <Score score={lead.score} named />
              {lead.line_of_business && <Chip>{words(lead.line_of_business)}</Chip>}
              <span>{lead.owner_id === null ? "In the pool" : nameOf(lead.owner_id)}</span>
            </div>
          </div>
        </div>
        {mayWrite && lead.stage !== "won" && (
          <StageMenu
            lead={lead}
            opened={stageOpen}
            onChange={setStageOpen}
            choose={(to) => void start(lead, to)}
            recycle={() => recycle(lead)}
          />
        )}
      </header>
      {lead.removed_at !== null && <Removed id={lead.id} mayWrite={mayWrite} />}
      {lead.comes_back_on !== null && (
        <Recycled lead={lead} mayWrite={mayWrite} change={() => recycle(lead)} />
      )}
      {mustClaim && <Unclaimed what="lead" claim={open ? () => void claim() : null} />}
      {known && <LeadFacts lead={lead} mayEdit={mayWrite} editing={editing} edit={setEditing} />}
      {known && whole && (
        <Suspense fallback={null}>
          <Reasons leadId={lead.id} />
        </Suspense>
      )}
      {known && whole && <Timeline whose={whose} person={lead.display_name} view={view} said={took} />}
      {dialogs}
    </>
  );
}
