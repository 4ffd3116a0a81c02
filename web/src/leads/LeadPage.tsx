import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import type { Lead } from "../api/schema";
import { LogCall } from "../calls/LogCall";
import { useCommands } from "../commands/registry";
import { AssignTo } from "../directory/AssignTo";
import { Unclaimed } from "../directory/Unclaimed";
import { useMustClaim } from "../directory/claiming";
import { ShareWith } from "../directory/ShareWith";
import { useForgetLead } from "../forgetting/forget";
import { Forgotten } from "../forgetting/Forgotten";
import { InsightsPanel } from "../insights/InsightsPanel";
import { useMayAdminister, useMayWrite, useMe } from "../session/session";
import type { Field } from "../timeline/PersonFact";
import { RecordLayout } from "../timeline/RecordLayout";
import { Timeline } from "../timeline/Timeline";
import { useAddressedSource } from "../timeline/address";
import { useRecordView } from "../timeline/view";
import { Later } from "../ui/Later";
import { Page } from "../ui/Page";
import record from "../ui/Record.module.css";
import { Failed, Lines, Stale } from "../ui/states";
import { useAssignLead, useClaimLead, useShareLead } from "./edit";
import { LeadFacts } from "./LeadFacts";
import { LeadHeader } from "./LeadHeader";
import { useTook } from "./pipelines/lasting";
import { useMoving } from "./pipelines/useMoving";
import { known as knownLead, leaveAt, neighbours } from "./place";
import { leadById, pastOfLead } from "./queries";
import { DoNotCall } from "./record/DoNotCall";
import { Inquiries } from "./record/Inquiries";
import { Removed } from "./Removed";
import { isClosed } from "./stage";
import { StageMenu } from "./StageMenu";

const route = getRouteApi("/leads/$leadId");

// Not part of the page's first look.
const RecordTasks = lazy(() =>
  import("../tasks/RecordTasks").then((room) => ({ default: room.RecordTasks })),
);
const Notes = lazy(() => import("./notes/Notes").then((room) => ({ default: room.Notes })));
const Household = lazy(() => import("./household/Household").then((room) => ({ default: room.Household })));
const Reasons = lazy(() => import("./scores/Reasons").then((room) => ({ default: room.Reasons })));
const Risks = lazy(() => import("./risks/Risks").then((room) => ({ default: room.Risks })));
const Convert = lazy(() => import("./Convert").then((room) => ({ default: room.Convert })));
const Forget = lazy(() => import("../forgetting/Forget").then((room) => ({ default: room.Forget })));
const History = lazy(() => import("../history/History").then((room) => ({ default: room.History })));
// Few leads are two.
const Recycled = lazy(() => import("./recycling/Recycled").then((room) => ({ default: room.Recycled })));
const MergedFrom = lazy(() =>
  import("./duplicates/MergedFrom").then((room) => ({ default: room.MergedFrom })),
);

/** One lead: who they are, what happened, what they said, and what can be done. */
export function LeadPage() {
  const { leadId } = route.useParams();
  // Another lead is another page: nothing of the one before stays open.
  return <OneLead key={leadId} id={leadId} />;
}

function OneLead({ id }: { id: string }) {
  const queries = useQueryClient();
  const lead = useQuery({
    ...leadById(id),
    placeholderData: () => {
      const row = knownLead(queries, id);
      return row && { data: row, etag: null };
    },
  });
  const into = lead.data?.data.merged_into;
  if (into) return <Navigate to="/leads/$leadId" params={{ leadId: into }} replace />;
  if (lead.data) {
    return (
      <Shown
        lead={lead.data.data}
        stale={lead.isError && <Stale error={lead.error} retry={() => void lead.refetch()} />}
      />
    );
  }
  return (
    <Page title="Lead" heading={<h1 className="visually-hidden">Lead</h1>}>
      {lead.isError ? (
        <Failed error={lead.error} retry={() => void lead.refetch()} what="lead" />
      ) : (
        <Lines count={7} label="Loading the lead" />
      )}
    </Page>
  );
}

type Dialog = "call" | "assign" | "share" | "convert" | "history" | "forget";

function Shown({ lead, stale }: { lead: Lead; stale: ReactNode }) {
  const { agency } = useMe();
  const known = lead.forgotten_at === null;
  const mustClaim = useMustClaim(lead) && known;
  const mayWrite = useMayWrite() && known && !mustClaim;
  const mayForget = useMayAdminister() && known;
  const forget = useForgetLead(lead.id);
  const view = useRecordView();
  useAddressedSource(route.useSearch().source, view);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [stageOpen, setStageOpen] = useState(false);
  const [editing, setEditing] = useState<Field | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const [noting, setNoting] = useState(false);
  const { start, recycle, dialogs } = useMoving();
  const assign = useAssignLead();
  const claim = useClaimLead(lead);
  const share = useShareLead(lead);
  const took = useTook(lead.id);
  const whose = useMemo(() => ({ lead_id: lead.id }), [lead.id]);
  const past = useMemo(() => pastOfLead(lead.id), [lead.id]);
  const { previous, next } = useNeighbours(lead.id);
  const close = () => setDialog(null);
  useEffect(() => {
    document.title = `${lead.display_name} · GardenOS`;
  }, [lead.display_name]);

  const { show } = view;
  const note = useCallback(() => {
    show("timeline");
    setNoting(true);
  }, [show]);
  const edit = useCallback(() => {
    show("facts");
    setEditing("name");
  }, [show]);
  const open = !isClosed(lead.stage);
  const isClient = lead.client_id !== null;
  useCommands(
    useMemo(() => {
      const command = (title: string, keys: string, run: () => void, disabled = false) => ({
        id: `this lead ${title}`,
        title,
        group: "This lead",
        keys,
        run,
        disabled,
      });
      return [
        ...(mayWrite
          ? [
              command("Log a call", "l", () => setDialog("call")),
              command("Convert to client", "shift+c", () => setDialog("convert"), isClient),
              command("Move stage", "s", () => setStageOpen(true), isClient),
              command("Not now: recycle…", "r", () => recycle(lead), isClient),
              command("Assign", "a", () => setDialog("assign"), !open),
              command("Edit", "e", edit),
              command("Write a note", "n", note),
            ]
          : []),
        ...(mustClaim && open ? [command("Claim", "m", () => void claim())] : []),
        ...(mayWrite && !isClient
          ? [
              {
                id: "this lead share",
                title: "Share with…",
                group: "This lead",
                run: () => setDialog("share"),
              },
            ]
          : []),
        command("History", "h", () => setDialog("history")),
        ...(mayForget
          ? [
              {
                id: "this lead forget",
                title: "Forget this person…",
                group: "This lead",
                run: () => setDialog("forget"),
              },
            ]
          : []),
        command("Next in the list", "j", () => next?.(), next === null),
        command("Previous in the list", "k", () => previous?.(), previous === null),
      ];
    }, [claim, edit, isClient, mayForget, mayWrite, lead, mustClaim, next, note, open, previous, recycle]),
  );

  return (
    <div className={record.page}>
      <LeadHeader
        lead={lead}
        mayWrite={mayWrite}
        previous={previous}
        next={next}
        logCall={() => setDialog("call")}
        assign={() => setDialog("assign")}
        convert={() => setDialog("convert")}
        edit={edit}
        share={() => setDialog("share")}
        history={() => setDialog("history")}
        forget={mayForget ? () => setDialog("forget") : null}
        stageMenu={
          <StageMenu
            lead={lead}
            opened={stageOpen}
            onChange={setStageOpen}
            choose={(to) => void start(lead, to)}
            recycle={() => recycle(lead)}
          />
        }
      />
      {lead.do_not_call_at && (
        <div className={record.notice}>
          <DoNotCall at={lead.do_not_call_at} />
        </div>
      )}
      {lead.comes_back_on !== null && (
        <div className={record.notice}>
          <Suspense fallback={null}>
            <Recycled lead={lead} mayWrite={mayWrite} change={() => recycle(lead)} />
          </Suspense>
        </div>
      )}
      {stale && <div className={record.notice}>{stale}</div>}
      {lead.removed_at !== null && (
        <div className={record.notice}>
          <Removed id={lead.id} mayWrite={mayWrite} />
        </div>
      )}
      <Suspense fallback={null}>
        <MergedFrom id={lead.id} mayWrite={mayWrite} />
      </Suspense>
      {mustClaim && (
        <div className={record.notice}>
          <Unclaimed what="lead" claim={open ? () => void claim() : null} />
        </div>
      )}
      {lead.forgotten_at === null ? (
        <RecordLayout
          view={view}
          facts={
            <>
              <LeadFacts lead={lead} mayEdit={mayWrite} editing={editing} edit={setEditing} />
              <Suspense fallback={null}>
                <Household lead={lead} mayWrite={mayWrite && lead.removed_at === null} />
                <Reasons leadId={lead.id} />
                <Risks leadId={lead.id} mayWrite={mayWrite} currency={agency.currency} />
              </Suspense>
              <Inquiries id={lead.id} />
            </>
          }
          timeline={
            <>
              <Suspense fallback={null}>
                <RecordTasks about={whose} group="This lead" mayWrite={mayWrite} show={show} />
              </Suspense>
              <Suspense fallback={null}>
                <Notes leadId={lead.id} mayWrite={mayWrite} writing={noting} write={setNoting} />
              </Suspense>
              <Timeline whose={whose} person={lead.display_name} view={view} said={took} />
            </>
          }
          insights={
            <InsightsPanel whose={whose} opened={view.source} toggle={view.toggle} reading={reading} />
          }
        />
      ) : (
        <Forgotten at={lead.forgotten_at} />
      )}
      <LogCall
        opened={dialog === "call"}
        close={close}
        whose={whose}
        person={lead.display_name}
        logged={({ id, notes, transcript }) => {
          if (notes ?? transcript) setReading(id);
        }}
      />
      <AssignTo
        whom={lead}
        opened={dialog === "assign"}
        close={close}
        assign={(to, name) => void assign(lead, to, name)}
      />
      <Later when={dialog === "convert"}>
        <Convert lead={lead} opened={dialog === "convert"} close={close} />
      </Later>
      {dialogs}
      <ShareWith whom={lead} opened={dialog === "share"} close={close} share={share} />
      <Later when={dialog === "forget"}>
        <Forget name={lead.display_name} opened={dialog === "forget"} close={close} forget={forget} />
      </Later>
      <Later when={dialog === "history"}>
        <History past={past} opened={dialog === "history"} close={close} />
      </Later>
    </div>
  );
}

/** Goes on through the list that one came from, without coming back to it in between. */
function useNeighbours(id: string): { previous: (() => void) | null; next: (() => void) | null } {
  const queries = useQueryClient();
  const navigate = route.useNavigate();
  const { previous, next } = neighbours(queries, id);
  // They are not fetched ahead: who is given somebody's data has looked at them, and that is recorded.
  useEffect(() => leaveAt(id), [id]);
  return useMemo(() => {
    const to = (leadId: string | null) =>
      leadId === null ? null : () => void navigate({ params: { leadId }, replace: true });
    return { previous: to(previous), next: to(next) };
  }, [navigate, next, previous]);
}
