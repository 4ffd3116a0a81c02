import { ActionIcon, Button, Modal, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlant2, IconUserPlus, IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type Ref, useEffect, useState } from "react";
import type { Campaign, CampaignLead, Lead } from "../api/schema";
import { useNameOf } from "../directory/queries";
import { usePipelines } from "../leads/pipelines/queries";
import { leadList } from "../leads/queries";
import { StageChip } from "../leads/stage";
import settings from "../settings/Settings.module.css";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import styles from "./Campaigns.module.css";
import { leadsOf, useMembership } from "./queries";
import { type Step, STEPS } from "./words";

const route = getRouteApi("/leads/campaigns/$campaignId");
const TYPED_MS = 200;

interface LeadsProps {
  campaign: Campaign;
  mayWrite: boolean;
  adding: boolean;
  add: (on: boolean) => void;
  searchBox: Ref<HTMLInputElement>;
}

/** Who came from a campaign, and who was put into it; who may puts others into it, or takes them out. */
export function Leads({ campaign, mayWrite, adding, add, searchBox }: LeadsProps) {
  const search = route.useSearch();
  const { way = "came", step = "all", stage, line, reached, q } = search;
  const there = usePipelines().find((pipeline) => pipeline.line === line);
  const stageName = there?.stages.find(({ key }) => key === stage)?.name ?? stage;
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q ?? "");
  const [wanted] = useDebouncedValue(typed.trim(), TYPED_MS);
  useEffect(() => {
    void navigate({ search: (now) => ({ ...now, q: wanted || undefined }), replace: true });
  }, [navigate, wanted]);
  const leads = useInfiniteQuery(leadsOf(campaign.id, search));
  const items = leads.data?.pages.flatMap((page) => page.items);
  const ask = () => void leads.refetch();
  const moving = useMembership(campaign);
  const open = campaign.status !== "closed";
  return (
    <Card
      title="Leads"
      actions={
        mayWrite &&
        open && (
          <Button leftSection={<IconUserPlus size={16} aria-hidden="true" />} onClick={() => add(true)}>
            Put leads in
          </Button>
        )
      }
    >
      <div className={styles.tools}>
        <TextInput
          ref={searchBox}
          label="Search"
          placeholder="Name, email, phone"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <NativeSelect
          label="How far they came"
          data={(Object.keys(STEPS) as Step[]).map((value) => ({ value, label: STEPS[value].word }))}
          value={step}
          onChange={(event) => {
            const next = event.currentTarget.value as Step;
            void navigate({
              search: (now) => ({ ...now, step: next === "all" ? undefined : next }),
              replace: true,
            });
          }}
        />
        <SegmentedControl
          role="radiogroup"
          aria-label="How they are in it"
          data={[
            { value: "came", label: "Came from it" },
            { value: "enrolled", label: "Put into it" },
          ]}
          value={way}
          onChange={(next) =>
            void navigate({
              search: (now) => ({ ...now, way: next === "enrolled" ? next : undefined }),
              replace: true,
            })
          }
        />
      </div>
      {stage !== undefined && (
        <p className={styles.note} role="note">
          {reached ? "Those who ever reached" : "Those who stand in"} <strong>{stageName}</strong>.{" "}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() =>
              void navigate({
                search: (now) => ({ ...now, stage: undefined, line: undefined, reached: undefined }),
                replace: true,
              })
            }
          >
            Show all stages
          </Button>
        </p>
      )}
      {leads.error && items && <Stale error={leads.error} retry={ask} />}
      {leads.error && !items && <Failed error={leads.error} retry={ask} what="list" />}
      {leads.isPending && <Lines count={6} label="Loading leads" />}
      {items?.length === 0 && (
        <Empty
          icon={<IconPlant2 size={24} />}
          title={
            q !== undefined || step !== "all" || stage !== undefined ? "No lead matches" : "No leads here"
          }
        >
          {way === "enrolled"
            ? "Leads that came otherwise can be put into it, to be worked and counted with it."
            : "Leads that come by its sources, its links or an import into it are here."}
        </Empty>
      )}
      {items && items.length > 0 && (
        <ul
          className={settings.entries}
          aria-label="Leads of the campaign"
          aria-busy={leads.isPlaceholderData}
        >
          {items.map((lead) => (
            <Entry
              key={lead.id}
              lead={lead}
              remove={way === "enrolled" && mayWrite ? () => moving.mutate({ lead, into: false }) : null}
            />
          ))}
        </ul>
      )}
      {leads.hasNextPage && (
        <Button
          variant="default"
          loading={leads.isFetchingNextPage}
          onClick={() => void leads.fetchNextPage()}
        >
          Show more
        </Button>
      )}
      <Modal
        opened={adding && open}
        onClose={() => add(false)}
        title={`Put leads into ${campaign.name}`}
        size={520}
      >
        {adding && open && <Adding campaign={campaign} />}
      </Modal>
    </Card>
  );
}

function Entry({ lead, remove }: { lead: CampaignLead; remove: (() => void) | null }) {
  const nameOf = useNameOf();
  return (
    <li className={settings.entry}>
      <div className={settings.who}>
        <p>
          <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
            <strong>{lead.display_name}</strong>
          </Link>
          <StageChip stage={lead.stage as Lead["stage"]} />
        </p>
        <small>
          {words(lead.source)} · {nameOf(lead.owner_id)} · came <When at={lead.captured_at} /> ·{" "}
          {lead.last_contacted_at ? (
            <>
              last contact <When at={lead.last_contacted_at} />
            </>
          ) : (
            "no contact yet"
          )}
        </small>
      </div>
      {remove && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Take ${lead.display_name} out`}
          onClick={remove}
        >
          <IconX size={16} aria-hidden="true" />
        </ActionIcon>
      )}
    </li>
  );
}

/** Finds leads and puts them in, one after the other. */
function Adding({ campaign }: { campaign: Campaign }) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), TYPED_MS);
  const found = useInfiniteQuery({ ...leadList({ q }), enabled: q !== "" });
  const [put, setPut] = useState<readonly string[]>([]);
  const moving = useMembership(campaign);
  const items = q === "" ? [] : (found.data?.pages.flatMap((page) => page.items).slice(0, 20) ?? []);
  return (
    <div className={styles.found}>
      <TextInput
        label="Find leads"
        description="For many at once, choose them in the list of leads and enrol them."
        placeholder="Name, email, phone"
        autoComplete="off"
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {found.error && <Failed error={found.error} retry={() => void found.refetch()} what="list" />}
      {q !== "" && found.isPending && <Lines count={4} label="Looking for leads" />}
      {q !== "" && found.data && items.length === 0 && (
        <Empty icon={<IconPlant2 size={24} />} title="No lead matches" />
      )}
      {items.length > 0 && (
        <ul className={settings.entries} aria-label="Leads that were found">
          {items.map((lead) => {
            const from = lead.campaign_id === campaign.id;
            const there = from || put.includes(lead.id);
            return (
              <li key={lead.id} className={settings.entry}>
                <div className={settings.who}>
                  <p>
                    <strong>{lead.display_name}</strong>
                    <StageChip stage={lead.stage} />
                  </p>
                  <small>{[words(lead.source), lead.campaign_name].filter(Boolean).join(" · ")}</small>
                </div>
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={there}
                  aria-label={there ? `${lead.display_name} is in it` : `Put ${lead.display_name} in`}
                  onClick={() =>
                    moving.mutate(
                      { lead, into: true },
                      { onSuccess: () => setPut((now) => [...now, lead.id]) },
                    )
                  }
                >
                  {from ? "Came from it" : there ? "Is in it" : "Put in"}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
