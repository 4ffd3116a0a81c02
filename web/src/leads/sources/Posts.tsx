import { Button, Drawer, NativeSelect } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { LeadPost, LeadSource } from "../../api/schema";
import settings from "../../settings/Settings.module.css";
import { Chip } from "../../ui/Chip";
import { fileSize } from "../../ui/format";
import { Card } from "../../ui/Page";
import { ShowMore } from "../../ui/Split";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { failed } from "../../ui/toast";
import { When } from "../../ui/When";
import { ReadFields } from "./Mapping";
import { postsOf, useCaptureAnew, wholePost } from "./queries";
import styles from "./Sources.module.css";
import { amountInWords, canBeMended, type Fate, FATES, FIELDS, titleOf } from "./words";

/** What was posted to a source, with what became of it; each can be looked at as it came. */
export function Posts({ source }: { source: LeadSource }) {
  const [fate, setFate] = useState<Fate | "">("");
  const [open, setOpen] = useState<LeadPost | null>(null);
  return (
    <Card label="What came">
      <div className={settings.tools}>
        <NativeSelect
          aria-label="Show"
          data={[
            { value: "", label: "All" },
            ...Object.entries(FATES).map(([value, { word }]) => ({ value, label: word })),
          ]}
          value={fate}
          onChange={(event) => setFate(event.currentTarget.value as Fate | "")}
        />
      </div>
      <Log source={source} fate={fate || undefined} look={setOpen} />
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        title="As it came"
        position="right"
        size={620}
      >
        {open && <Whole key={open.id} source={source} post={open} />}
      </Drawer>
    </Card>
  );
}

interface LogProps {
  source: LeadSource;
  fate: Fate | undefined;
  look: (post: LeadPost) => void;
}

function Log({ source, fate, look }: LogProps) {
  const log = useInfiniteQuery(postsOf(source.id, fate));
  const capturing = useCaptureAnew(source.id);
  const ask = () => void log.refetch();
  if (log.isPending) return <Lines count={6} label="Loading what came" />;
  if (!log.data) return <Failed error={log.error} retry={ask} what="list" />;
  const posts = log.data.pages.flatMap(({ items }) => items);
  if (posts.length === 0) {
    return (
      <Empty icon={<IconInbox size={24} />} title={fate ? "None of these" : "Nothing came yet"}>
        {fate ? "Show all to see the others." : "What is posted stands here as soon as it comes."}
      </Empty>
    );
  }
  const { isFetchNextPageError: stuck } = log;
  return (
    <>
      {log.isError && !stuck && <Stale error={log.error} retry={ask} />}
      <ol className={settings.entries} aria-label="What came, the latest first">
        {posts.map((post) => (
          <Entry
            key={post.id}
            post={post}
            look={() => look(post)}
            busy={capturing.isPending}
            capture={() =>
              capturing.mutate(post.id, { onError: (error) => failed("It is no lead yet", error) })
            }
          />
        ))}
      </ol>
      {stuck && <Failed error={log.error} retry={() => void log.fetchNextPage()} what="list" />}
      {log.hasNextPage && !stuck && (
        <ShowMore load={() => void log.fetchNextPage()} loading={log.isFetchingNextPage} />
      )}
    </>
  );
}

interface EntryProps {
  post: LeadPost;
  look: () => void;
  busy: boolean;
  capture: () => void;
}

function Entry({ post, look, busy, capture }: EntryProps) {
  const { word, tone } = FATES[post.fate];
  const title = titleOf(post);
  const name = `${title} ${post.subject ?? post.reference ?? post.id}`;
  return (
    <li className={settings.entry}>
      <div className={settings.who}>
        <p>
          <strong>
            {post.subject ?? title}
            {post.reference && ` ${post.reference}`}
          </strong>
          <Chip tone={tone}>{word}</Chip>
        </p>
        <small>
          <When at={post.received_at} /> · {post.sender ?? post.format} · {fileSize(post.bytes)}
          {post.price && <> · {amountInWords(post.price)}</>}
          {!post.in_scope && " · a lead of others"}
          {post.remarks.map(({ field, detail }) => (
            <span key={`${field} ${detail}`}>
              <br />
              {field ? `${FIELDS[field] ?? field}: ${detail}` : detail}
            </span>
          ))}
        </small>
      </div>
      <div className={settings.acts}>
        {canBeMended(post) && (
          <Button
            variant={post.fate === "not_read" ? "default" : "filled"}
            size="compact-md"
            disabled={busy}
            onClick={capture}
            aria-label={`Capture anew: ${name}`}
          >
            Capture anew
          </Button>
        )}
        {post.lead_id && (
          <Button
            component={Link}
            to={`/leads/${post.lead_id}`}
            variant="default"
            size="compact-md"
            aria-label={`The lead of ${name}`}
          >
            Lead
          </Button>
        )}
        {post.in_scope && (
          <Button variant="default" size="compact-md" onClick={look} aria-label={`Look at ${name}`}>
            Look
          </Button>
        )}
      </div>
    </li>
  );
}

function Whole({ source, post }: { source: LeadSource; post: LeadPost }) {
  const { data: whole, error, refetch } = useQuery(wholePost(source.id, post.id));
  if (!whole) {
    return error ? (
      <Failed error={error} retry={() => void refetch()} what="post" />
    ) : (
      <Lines count={6} label="Loading the post" />
    );
  }
  if (whole.body === null) {
    return <Empty title="Nothing is kept of it any more">The person was forgotten.</Empty>;
  }
  const what = whole.format === "mail" ? "The mail" : "What was posted";
  const facts = [
    ["Sender", whole.sender],
    ["Subject", whole.subject],
    [whole.format === "mail" ? "Server" : "From", whole.address],
    ["Program", whole.user_agent],
    ["Kind", whole.content_type],
    ["Its id", whole.id],
    ["Vendor’s id", whole.reference],
    ["Ping", whole.ping_id],
  ].filter(([, value]) => value);
  return (
    <div className={styles.pane}>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name!} value={value!} />
        ))}
      </dl>
      {whole.understood && whole.understood.fields.length > 0 && (
        <section aria-labelledby="as-it-reads">
          <h3 id="as-it-reads" className={styles.part}>
            As it reads now
          </h3>
          <ReadFields preview={whole.understood} />
        </section>
      )}
      {/* It scrolls, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.raw} tabIndex={0} role="region" aria-label={what}>
        {whole.body}
      </pre>
      <details>
        <summary>Headers</summary>
        <dl className={styles.facts}>
          {Object.entries(whole.headers ?? {}).map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
      </details>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
