import { IconMail, IconPhone } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { SearchHit } from "../api/schema";
import { placeText } from "../timeline/address";
import { messageById } from "../timeline/queries";
import { Face } from "../ui/Face";
import { failed } from "../ui/toast";
import { When } from "../ui/When";
import styles from "./Search.module.css";

/** A passage in its speaker's words: whose, when, from what. It opens where it was said. */
export function Hit({ hit }: { hit: SearchHit }) {
  const name = hit.person_name ?? "Somebody unknown";
  return (
    <Opens hit={hit}>
      <q className={styles.quote}>{hit.text.replaceAll(/\n\s*\n/g, "\n")}</q>
      <span className={styles.who}>
        <Face name={name} size={26} />
        <strong>{name}</strong>
        <span className={styles.from}>
          {hit.source_kind === "call" ? (
            <IconPhone size={14} aria-hidden="true" />
          ) : (
            <IconMail size={14} aria-hidden="true" />
          )}
          {FROM[hit.source_field]}
        </span>
        <span className={styles.from}>
          <When at={hit.said_at} />
        </span>
      </span>
    </Opens>
  );
}

const FROM: Record<SearchHit["source_field"], string> = {
  transcript: "On a call",
  notes: "In a call’s notes",
  subject: "In an email’s subject",
  text: "In an email",
};

function Opens({ hit, children }: { hit: SearchHit; children: ReactNode }) {
  const search = { source: placeText(hit) };
  const shown = { className: styles.hit, "data-hit": "" };
  if (hit.client_id) {
    return (
      <Link to="/clients/$clientId" params={{ clientId: hit.client_id }} search={search} {...shown}>
        {children}
      </Link>
    );
  }
  if (hit.lead_id) {
    return (
      <Link to="/leads/$leadId" params={{ leadId: hit.lead_id }} search={search} {...shown}>
        {children}
      </Link>
    );
  }
  return <OpensConversation id={hit.source_id}>{children}</OpensConversation>;
}

/** Of somebody unknown there is no page: what they wrote stands in its conversation. */
function OpensConversation({ id, children }: { id: string; children: ReactNode }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const open = async () => {
    try {
      const { thread_id: thread } = await queries.fetchQuery(messageById(id));
      await navigate({ to: "/conversations", search: { thread } });
    } catch (error) {
      failed("The conversation could not be opened", error);
    }
  };
  return (
    <button type="button" className={styles.hit} data-hit="" onClick={() => void open()}>
      {children}
    </button>
  );
}
