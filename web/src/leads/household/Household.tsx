import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { IconPhoneOff, IconUserMinus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, useMemo, useState } from "react";
import type { HouseholdMember, Lead, SuggestedMember } from "../../api/schema";
import { useCommands } from "../../commands/registry";
import { useNameOf } from "../../directory/queries";
import { Later } from "../../ui/Later";
import { Failed, Lines, Stale } from "../../ui/states";
import { said } from "../../ui/toast";
import { saidWithUndo } from "../../ui/undo";
import { LeadStage } from "../pipelines/LeadStage";
import part from "../Part.module.css";
import styles from "./Household.module.css";
import {
  householdOf,
  suggestedFor,
  useHouseholdsApart,
  useLeaveHousehold,
  useRelationship,
  useSameHousehold,
} from "./queries";
import { reasonsInWords, RELATIONSHIPS, relationshipInWords, relationshipOf, xDatesInWords } from "./words";

const AddMember = lazy(() => import("./AddMember").then((room) => ({ default: room.AddMember })));

/** Who lives with a lead, as far as one sees them, and who may: one household, one sale, one call. */
export function Household({ lead, mayWrite }: { lead: Lead; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(householdOf(lead.id));
  const [adding, setAdding] = useState(false);
  useCommands(
    useMemo(
      () =>
        mayWrite
          ? [
              {
                id: "this lead household",
                title: "Add to the household…",
                group: "This lead",
                run: () => setAdding(true),
              },
            ]
          : [],
      [mayWrite],
    ),
  );
  const retry = () => void refetch();
  return (
    <section className={part.part} aria-label="Household">
      <h3>{data?.name ?? "Household"}</h3>
      {error && data && <Stale error={error} retry={retry} />}
      {data === undefined ? (
        error ? (
          <Failed error={error} retry={retry} what="household" />
        ) : (
          <Lines count={1} label="Loading the household" />
        )
      ) : data.members.length === 0 ? (
        <p className={part.none}>Nobody is known who lives with them.</p>
      ) : (
        <ul className={styles.members}>
          {data.members.map((member) => (
            <Member
              key={member.id}
              member={member}
              isThis={member.id === lead.id}
              rest={data.members.find(({ id }) => id !== member.id)!.id}
              mayWrite={mayWrite}
            />
          ))}
        </ul>
      )}
      <Suggestions lead={lead} mayWrite={mayWrite} />
      {mayWrite && (
        <div>
          <Button size="compact-sm" variant="default" onClick={() => setAdding(true)}>
            Add to the household
          </Button>
        </div>
      )}
      <Later when={adding}>
        <AddMember lead={lead} opened={adding} close={() => setAdding(false)} />
      </Later>
    </section>
  );
}

interface MemberProps {
  member: HouseholdMember;
  isThis: boolean;
  /** Another of them. */
  rest: string;
  mayWrite: boolean;
}

function Member({ member, isThis, rest, mayWrite }: MemberProps) {
  const { id, display_name: name, relationship } = member;
  const owner = useNameOf()(member.owner_id);
  const xDates = xDatesInWords(member);
  return (
    <li className={styles.member}>
      <div className={styles.head}>
        {isThis ? (
          <strong aria-current="true">{name}</strong>
        ) : (
          <Link to="/leads/$leadId" params={{ leadId: id }}>
            <strong>{name}</strong>
          </Link>
        )}
        <LeadStage lead={member} />
        {mayWrite && <Leave member={member} rest={rest} />}
      </div>
      {/* Of the lead itself it stands at the head of the page. */}
      {!isThis && member.do_not_call_at !== null && (
        <p className={styles.doNotCall} role="note">
          <IconPhoneOff size={15} stroke={1.7} aria-hidden="true" />
          <span>{name} asked not to be called.</span>
        </p>
      )}
      <small>{isThis ? xDates || "No X-date is known" : [owner, xDates].filter(Boolean).join(" · ")}</small>
      {mayWrite ? (
        <Relation member={member} />
      ) : (
        relationship && <small>{relationshipInWords(relationship)}</small>
      )}
    </li>
  );
}

function Relation({ member }: { member: HouseholdMember }) {
  const saying = useRelationship();
  return (
    <NativeSelect
      size="xs"
      aria-label={`What ${member.display_name} is in the household`}
      data={[...RELATIONSHIPS]}
      value={(saying.isPending ? saying.variables.relationship : member.relationship) ?? ""}
      onChange={(event) =>
        saying.mutate({ leadId: member.id, relationship: relationshipOf(event.currentTarget.value) })
      }
    />
  );
}

/** `rest`: one of those who stay, by whom it is taken back. */
function Leave({ member, rest }: { member: HouseholdMember; rest: string }) {
  const together = useSameHousehold();
  const leaving = useLeaveHousehold(() =>
    saidWithUndo(`${member.display_name} is of this household no longer`, () =>
      together.mutate({ leadId: rest, otherIds: [member.id], relationship: member.relationship }),
    ),
  );
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      loading={leaving.isPending}
      aria-label={`Take ${member.display_name} out of the household`}
      onClick={() => leaving.mutate(member.id)}
    >
      <IconUserMinus size={16} aria-hidden="true" />
    </ActionIcon>
  );
}

function Suggestions({ lead, mayWrite }: { lead: Lead; mayWrite: boolean }) {
  const { data } = useQuery(suggestedFor(lead.id));
  if (!data || data.length === 0) return null;
  return (
    <div className={styles.suggested} role="group" aria-label="May live with them">
      <h4>May live with them</h4>
      <ul className={styles.members}>
        {data.map((other) => (
          <Suggested key={other.id} other={other}>
            {mayWrite && <Answer lead={lead} other={other} />}
          </Suggested>
        ))}
      </ul>
    </div>
  );
}

function Suggested({ other, children }: { other: SuggestedMember; children: ReactNode }) {
  const owner = useNameOf()(other.owner_id);
  return (
    <li className={styles.member}>
      <div className={styles.head}>
        <Link to="/leads/$leadId" params={{ leadId: other.id }}>
          <strong>{other.display_name}</strong>
        </Link>
        <LeadStage lead={other} />
      </div>
      <small>
        {[reasonsInWords(other), owner, other.household && `now in the ${other.household}`]
          .filter(Boolean)
          .join(" · ")}
      </small>
      {children}
    </li>
  );
}

function Answer({ lead, other }: { lead: Lead; other: SuggestedMember }) {
  const together = useSameHousehold(() => said(`${other.display_name} is of this household`));
  const apart = useHouseholdsApart(lead.id, () => said(`${other.display_name} is not suggested again`));
  const busy = together.isPending || apart.isPending;
  return (
    <div className={styles.answer}>
      <Button
        size="compact-sm"
        variant="light"
        loading={together.isPending}
        disabled={busy}
        aria-label={`Same household: ${other.display_name}`}
        onClick={() => together.mutate({ leadId: lead.id, otherIds: [other.id] })}
      >
        Same household
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        loading={apart.isPending}
        disabled={busy}
        aria-label={`Not the same: ${other.display_name}`}
        onClick={() => apart.mutate(other.id)}
      >
        Not the same
      </Button>
    </div>
  );
}
