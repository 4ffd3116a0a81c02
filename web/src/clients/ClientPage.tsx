import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import type { Client } from "../api/schema";
import { LogCall } from "../calls/LogCall";
import { useCommands } from "../commands/registry";
import { AssignTo } from "../directory/AssignTo";
import { Unclaimed } from "../directory/Unclaimed";
import { useMustClaim } from "../directory/claiming";
import { ShareWith } from "../directory/ShareWith";
import { Forget } from "../forgetting/Forget";
import { useForgetClient } from "../forgetting/forget";
import { Forgotten } from "../forgetting/Forgotten";
import { History } from "../history/History";
import { InsightsPanel } from "../insights/InsightsPanel";
import { useMayAdminister, useMayWrite } from "../session/session";
import type { Field } from "../timeline/PersonFact";
import { RecordLayout } from "../timeline/RecordLayout";
import { Timeline } from "../timeline/Timeline";
import { useAddressedSource } from "../timeline/address";
import { useRecordView } from "../timeline/view";
import { Page } from "../ui/Page";
import record from "../ui/Record.module.css";
import { Failed, Lines, Stale } from "../ui/states";
import { ClientFacts } from "./ClientFacts";
import { ClientHeader } from "./ClientHeader";
import { useAssignClient, useClaimClient, useShareClient } from "./edit";
import { known as knownClient } from "./place";
import { clientById, pastOfClient } from "./queries";

const route = getRouteApi("/clients/$clientId");

// Not part of the page's first look.
const RecordTasks = lazy(() =>
  import("../tasks/RecordTasks").then((room) => ({ default: room.RecordTasks })),
);

/** One client: who they are, all that happened since they first came, and what they said. */
export function ClientPage() {
  const { clientId } = route.useParams();
  // Another client is another page: nothing of the one before stays open.
  return <OneClient key={clientId} id={clientId} />;
}

function OneClient({ id }: { id: string }) {
  const queries = useQueryClient();
  const client = useQuery({
    ...clientById(id),
    placeholderData: () => {
      const row = knownClient(queries, id);
      return row && { data: row, etag: null };
    },
  });
  if (client.data) {
    return (
      <Shown
        client={client.data.data}
        stale={client.isError && <Stale error={client.error} retry={() => void client.refetch()} />}
      />
    );
  }
  return (
    <Page title="Client" heading={<h1 className="visually-hidden">Client</h1>}>
      {client.isError ? (
        <Failed error={client.error} retry={() => void client.refetch()} what="client" />
      ) : (
        <Lines count={7} label="Loading the client" />
      )}
    </Page>
  );
}

type Dialog = "call" | "assign" | "share" | "history" | "forget";

function Shown({ client, stale }: { client: Client; stale: ReactNode }) {
  const known = client.forgotten_at === null;
  const mustClaim = useMustClaim(client) && known;
  const mayWrite = useMayWrite() && known && !mustClaim;
  const mayForget = useMayAdminister() && known;
  const forget = useForgetClient(client.id);
  const view = useRecordView();
  useAddressedSource(route.useSearch().source, view);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [editing, setEditing] = useState<Field | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const assign = useAssignClient();
  const claim = useClaimClient(client);
  const share = useShareClient(client);
  const whose = useMemo(() => ({ client_id: client.id }), [client.id]);
  const past = useMemo(() => pastOfClient(client.id), [client.id]);
  const close = () => setDialog(null);
  useEffect(() => {
    document.title = `${client.display_name} · GardenOS`;
  }, [client.display_name]);

  const { show } = view;
  const edit = useCallback(() => {
    show("facts");
    setEditing("name");
  }, [show]);
  useCommands(
    useMemo(() => {
      const command = (title: string, keys: string, run: () => void) => ({
        id: `this client ${title}`,
        title,
        group: "This client",
        keys,
        run,
      });
      return [
        ...(mayWrite
          ? [
              command("Log a call", "l", () => setDialog("call")),
              command("Assign", "a", () => setDialog("assign")),
              command("Edit", "e", edit),
            ]
          : []),
        ...(mustClaim ? [command("Claim", "m", () => void claim())] : []),
        ...(mayWrite
          ? [
              {
                id: "this client share",
                title: "Share with…",
                group: "This client",
                run: () => setDialog("share"),
              },
            ]
          : []),
        command("History", "h", () => setDialog("history")),
        ...(mayForget
          ? [
              {
                id: "this client forget",
                title: "Forget this person…",
                group: "This client",
                run: () => setDialog("forget"),
              },
            ]
          : []),
      ];
    }, [claim, edit, mayForget, mayWrite, mustClaim]),
  );

  return (
    <div className={record.page}>
      <ClientHeader
        client={client}
        mayWrite={mayWrite}
        logCall={() => setDialog("call")}
        assign={() => setDialog("assign")}
        edit={edit}
        share={() => setDialog("share")}
        history={() => setDialog("history")}
        forget={mayForget ? () => setDialog("forget") : null}
      />
      {stale && <div className={record.notice}>{stale}</div>}
      {mustClaim && (
        <div className={record.notice}>
          <Unclaimed what="client" claim={() => void claim()} />
        </div>
      )}
      {client.forgotten_at === null ? (
        <RecordLayout
          view={view}
          facts={<ClientFacts client={client} mayEdit={mayWrite} editing={editing} edit={setEditing} />}
          timeline={
            <>
              <Suspense fallback={null}>
                <RecordTasks about={whose} group="This client" mayWrite={mayWrite} show={show} />
              </Suspense>
              <Timeline whose={whose} person={client.display_name} view={view} />
            </>
          }
          insights={
            <InsightsPanel whose={whose} opened={view.source} toggle={view.toggle} reading={reading} />
          }
        />
      ) : (
        <Forgotten at={client.forgotten_at} />
      )}
      <LogCall
        opened={dialog === "call"}
        close={close}
        whose={whose}
        person={client.display_name}
        logged={({ id, notes, transcript }) => {
          if (notes ?? transcript) setReading(id);
        }}
      />
      <AssignTo
        whom={client}
        opened={dialog === "assign"}
        close={close}
        assign={(to, name) => void assign(client, to, name)}
      />
      <ShareWith whom={client} opened={dialog === "share"} close={close} share={share} />
      <Forget name={client.display_name} opened={dialog === "forget"} close={close} forget={forget} />
      <History past={past} opened={dialog === "history"} close={close} />
    </div>
  );
}
