import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { Inquiry } from "../../api/schema";
import { Fact, Facts } from "../../ui/Fact";
import { words } from "../../ui/format";
import { Empty, Failed, Lines } from "../../ui/states";
import { Unfold } from "../../ui/Unfold";
import { When } from "../../ui/When";
import { amountInWords } from "../sources/words";
import styles from "./Inquiries.module.css";
import { inquiriesOf } from "./queries";

/** Each time that this person asked: by which source, with which consent and at what cost. Read only when it is unfolded. */
export function Inquiries({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const list = useId();
  return (
    <section className={styles.inquiries} aria-label="Inquiries">
      <Unfold open={open} setOpen={setOpen} controls={open ? list : undefined}>
        Inquiries
      </Unfold>
      {open && (
        <div id={list}>
          <Shown id={id} />
        </div>
      )}
    </section>
  );
}

function Shown({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(inquiriesOf(id));
  if (error) return <Failed error={error} retry={() => void refetch()} what="inquiries" />;
  if (!data) return <Lines count={4} label="Loading the inquiries" />;
  if (data.length === 0) return <Empty title="No inquiry by a source is known" />;
  return (
    <ol className={styles.list}>
      {data.map((inquiry) => (
        <li key={inquiry.id}>
          <One inquiry={inquiry} />
        </li>
      ))}
    </ol>
  );
}

function One({ inquiry }: { inquiry: Inquiry }) {
  return (
    <Facts>
      <Fact name="Asked">
        <When at={inquiry.inquired_at} />
      </Fact>
      <Fact name="Source">{words(inquiry.source)}</Fact>
      <Fact name="Campaign">{inquiry.campaign_name}</Fact>
      <Fact name="Cost">{inquiry.cost && amountInWords(inquiry.cost)}</Fact>
      <Fact name="Line">{inquiry.line_of_business && words(inquiry.line_of_business)}</Fact>
      <Fact name="Consent">
        {inquiry.consent_text && <blockquote className={styles.words}>{inquiry.consent_text}</blockquote>}
      </Fact>
      <Fact name="Consented">{inquiry.consented_at && <When at={inquiry.consented_at} exact />}</Fact>
      <Fact name="Witness">{inquiry.consent_token}</Fact>
      <Fact name="Page">{inquiry.source_url}</Fact>
    </Facts>
  );
}
