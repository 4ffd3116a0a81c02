import { CloseButton, Loader, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconBubbleText, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SearchHit } from "../api/schema";
import { useCommands } from "../commands/registry";
import { Page } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { Hit } from "./Hit";
import { moveAmongHits } from "./moveAmongHits";
import { passages } from "./queries";
import styles from "./Search.module.css";

const route = getRouteApi("/search");

const EXAMPLES = [
  "Who has a daughter with a new license?",
  "We just bought a house",
  "It is too expensive",
  "Worried about the roof",
  "Call me after five",
] as const;

/** Passages below this score share no more than a subject with the question. */
const CLOSE = 0.42;

/** All that was said, by what it means: one asks in one's own words. */
export function SearchPage() {
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const found = useQuery(passages(q));
  const ask = useCallback(
    (next: string) => void navigate({ search: { q: next.trim() || undefined }, replace: true }),
    [navigate],
  );
  useCommands(
    useMemo(
      () => [
        {
          id: "search ask",
          title: "Ask something else",
          group: "Search",
          keys: "/",
          run: () => box.current?.select(),
        },
        { id: "search next", title: "Next passage", group: "Search", keys: "j", run: () => moveAmongHits(1) },
        {
          id: "search previous",
          title: "Previous passage",
          group: "Search",
          keys: "k",
          run: () => moveAmongHits(-1),
        },
      ],
      [],
    ),
  );
  return (
    <Page title="Search" width="reading" heading={<h1>Search all that was said</h1>}>
      <Box q={q} ask={ask} box={box} busy={found.isFetching} />
      {q === "" ? (
        <Examples ask={ask} />
      ) : found.isPending ? (
        <Lines count={8} label="Searching" />
      ) : !found.data ? (
        <Failed error={found.error} retry={() => void found.refetch()} what="search" />
      ) : (
        <>
          {found.isError && <Stale error={found.error} retry={() => void found.refetch()} />}
          <output className="visually-hidden">
            {found.isPlaceholderData ? "Searching" : `${found.data.length} passages found`}
          </output>
          {found.data.length === 0 ? (
            <Nothing q={q} />
          ) : (
            <Found hits={found.data} dimmed={found.isPlaceholderData} />
          )}
        </>
      )}
    </Page>
  );
}

/** The best first; what is less close is told apart, for it may be something else. */
function Found({ hits, dimmed }: { hits: readonly SearchHit[]; dimmed: boolean }) {
  const close = hits.filter(({ score }) => score >= CLOSE);
  const further = hits.filter(({ score }) => score < CLOSE);
  return (
    <div className={styles.found} data-dimmed={dimmed || undefined}>
      {close.length > 0 && <Passages hits={close} label="Passages" />}
      {further.length > 0 && (
        <section className={styles.further}>
          <h2>{close.length > 0 ? "Less close" : "Nothing is close; these come nearest"}</h2>
          <Passages hits={further} label="Less close passages" />
        </section>
      )}
    </div>
  );
}

function Passages({ hits, label }: { hits: readonly SearchHit[]; label: string }) {
  return (
    <ol className={styles.hits} aria-label={label}>
      {hits.map((hit) => (
        <li key={`${hit.source_id} ${hit.source_field} ${hit.start}`}>
          <Hit hit={hit} />
        </li>
      ))}
    </ol>
  );
}

interface BoxProps {
  q: string;
  ask: (q: string) => void;
  box: React.RefObject<HTMLInputElement | null>;
  busy: boolean;
}

function Box({ q, ask, box, busy }: BoxProps) {
  const [typed, setTyped] = useState(q);
  const askSoon = useDebouncedCallback(ask, 350);
  useEffect(() => {
    // Asked from outside: an example, the palette. What is being typed is left alone.
    if (document.activeElement !== box.current) setTyped(q);
  }, [q, box]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(typed);
  };
  return (
    <form role="search" onSubmit={submit} className={styles.box}>
      <TextInput
        ref={box}
        size="md"
        aria-label="What to look for, in your own words"
        placeholder="Ask in your own words"
        leftSection={busy ? <Loader size={16} /> : <IconSearch size={18} aria-hidden="true" />}
        rightSection={
          typed && (
            <CloseButton
              aria-label="Clear the question"
              onClick={() => {
                setTyped("");
                ask("");
                box.current?.focus();
              }}
            />
          )
        }
        value={typed}
        maxLength={500}
        autoComplete="off"
        onChange={({ currentTarget: { value } }) => {
          setTyped(value);
          askSoon(value);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") moveAmongHits(1);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <p>Found by meaning, in calls and emails: other words for the same thing are found too.</p>
    </form>
  );
}

function Examples({ ask }: { ask: (q: string) => void }) {
  return (
    <section className={styles.examples} aria-label="Examples">
      <h2>For example</h2>
      <ul>
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => ask(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Nothing({ q }: { q: string }) {
  return (
    <Empty icon={<IconBubbleText />} title="Nothing that was said is close enough">
      No call or email that you may see has to do with “{q}”. Try it in other words, or in more of them.
    </Empty>
  );
}
