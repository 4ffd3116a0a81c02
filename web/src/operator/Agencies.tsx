import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuildingStore, IconLogout, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AgencyState, OperatedAgency } from "../api/schema";
import { Chip, type Tone } from "../ui/Chip";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import styles from "./Operator.module.css";
import { LostFactor } from "./LostFactor";
import { agencies } from "./queries";
import { Resume } from "./Resume";
import { leave } from "./session";
import { Suspend } from "./Suspend";

const STATES: Record<AgencyState, { word: string; tone: Tone }> = {
  active: { word: "Active", tone: "good" },
  suspended: { word: "Suspended", tone: "warn" },
  closing: { word: "Closing", tone: "plain" },
  closed: { word: "Closed", tone: "plain" },
};
const CHOICES = Object.entries(STATES).map(([value, { word }]) => ({ value, label: word }));

/** Which agencies there are, and nothing in them. `email`: who looks. */
export function Agencies({ email }: { email: string }) {
  const [typed, setTyped] = useState("");
  const [q] = useDebouncedValue(typed.trim(), 180);
  const [state, setState] = useState<AgencyState | null>(null);
  const [suspending, setSuspending] = useState<OperatedAgency | null>(null);
  const [resuming, setResuming] = useState<OperatedAgency | null>(null);
  const [lost, setLost] = useState(false);
  const asked = useInfiniteQuery({ ...agencies(q, state), placeholderData: keepPreviousData });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = asked;
  const found = data?.pages.flatMap(({ items }) => items);
  const narrowed = q !== "" || state !== null;
  return (
    <main className={styles.operator}>
      <Page
        title="Agencies"
        above={<p className={styles.soft}>Operating GardenOS as {email}</p>}
        actions={
          <>
            <Button variant="default" onClick={() => setLost(true)}>
              Lost second factor…
            </Button>
            <Button
              variant="default"
              leftSection={<IconLogout size={16} aria-hidden="true" />}
              onClick={() => void leave()}
            >
              Sign out
            </Button>
          </>
        }
      >
        <div className={styles.tools} role="search" aria-label="Agencies">
          <TextInput
            className={styles.search}
            aria-label="Search in agencies"
            placeholder="Name"
            leftSection={<IconSearch size={16} aria-hidden="true" />}
            rightSection={
              typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setTyped("")} />
            }
            value={typed}
            maxLength={200}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Select
            className={styles.states}
            aria-label="State"
            placeholder="Every state"
            clearable
            clearButtonProps={{ "aria-label": "Every state" }}
            data={CHOICES}
            value={state}
            onChange={(value) => setState(value as AgencyState | null)}
          />
        </div>
        {error && found && <Stale error={error} retry={() => void refetch()} />}
        <Card label="Agencies">
          {error && !found && <Failed error={error} retry={() => void refetch()} what="list" />}
          {!found && !error && <Lines count={6} label="Loading agencies" />}
          {found?.length === 0 && (
            <Empty
              icon={<IconBuildingStore />}
              title={narrowed ? "No agency is like that" : "No agencies yet"}
            >
              {narrowed
                ? "Try fewer letters of the name, or every state."
                : "The first appears here once it is registered."}
            </Empty>
          )}
          {found && found.length > 0 && (
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">Agency</th>
                  <th scope="col">Registered</th>
                  <th scope="col">People</th>
                  <th scope="col">State</th>
                  <th scope="col">
                    <span className="visually-hidden">What can be done</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.map((agency) => (
                  <Row
                    key={agency.id}
                    agency={agency}
                    suspend={() => setSuspending(agency)}
                    resume={() => setResuming(agency)}
                  />
                ))}
              </tbody>
            </table>
          )}
          {hasNextPage && (
            <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          )}
        </Card>
      </Page>
      <Suspend agency={suspending} close={() => setSuspending(null)} />
      <LostFactor opened={lost} close={() => setLost(false)} />
      <Resume agency={resuming} close={() => setResuming(null)} />
    </main>
  );
}

interface RowProps {
  agency: OperatedAgency;
  suspend: () => void;
  resume: () => void;
}

function Row({ agency, suspend, resume }: RowProps) {
  const { word, tone } = STATES[agency.state];
  return (
    <tr>
      <th scope="row">
        {agency.name}
        {agency.reason !== null && <small>{agency.reason}</small>}
      </th>
      <td data-of="Registered">
        <When at={agency.registered_at} />
      </td>
      <td data-of="People">{agency.people.toLocaleString()}</td>
      <td data-of="State">
        <Chip tone={tone}>{word}</Chip>
        {agency.suspended_at !== null && (
          <small>
            <When at={agency.suspended_at} />
          </small>
        )}
      </td>
      <td>
        {agency.suspended_at === null && agency.state !== "closed" && (
          <Button variant="default" size="compact-md" onClick={suspend} aria-label={`Suspend ${agency.name}`}>
            Suspend…
          </Button>
        )}
        {agency.suspended_at !== null && (
          <Button variant="default" size="compact-md" onClick={resume} aria-label={`Resume ${agency.name}`}>
            Resume…
          </Button>
        )}
      </td>
    </tr>
  );
}
