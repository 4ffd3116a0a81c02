import { ActionIcon, Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { IconPencil, IconPlus, IconReceipt, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../api/client";
import type { Campaign, CostEntry, CostKind } from "../api/schema";
import { minorOf, written } from "../leads/sources/words";
import { Frame } from "../reports/Frame";
import { errorOf } from "../ui/errors";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { day } from "../ui/format";
import { Card } from "../ui/Page";
import { Empty, Failed, Lines, Stale } from "../ui/states";
import { useZone } from "../ui/zone";
import styles from "./Campaigns.module.css";
import { booksOf, useRemoveCost, useWriteCost } from "./queries";
import { amount } from "./words";

const COSTS: Record<CostKind, string> = { spent: "Spent", credited: "Given back" };

/** Which cost is being written: none, a new one, or one that is corrected. */
export type Writing = CostEntry | "new" | null;

interface CostsProps {
  campaign: Campaign;
  mayKeep: boolean;
  writing: Writing;
  write: (which: Writing) => void;
}

/** What was spent on a campaign and came back, the latest first. */
export function Costs({ campaign, mayKeep, writing, write }: CostsProps) {
  const { data, error, refetch } = useQuery(booksOf(campaign.id));
  const removing = useRemoveCost(campaign);
  const ask = () => void refetch();
  const { cost } = campaign;
  return (
    <Card
      title="Costs"
      actions={
        mayKeep && (
          <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => write("new")}>
            Record a cost
          </Button>
        )
      }
    >
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="list" />}
      {!data && !error && <Lines count={4} label="Loading costs" />}
      {data?.costs.length === 0 && (
        <Empty icon={<IconReceipt size={24} />} title="No costs yet">
          What is paid for single leads is counted by itself, with each inquiry. Enter the rest here:
          printing, postage, ads.
        </Empty>
      )}
      {data && data.costs.length > 0 && (
        <Frame label="Costs of the campaign">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">What</th>
              <th scope="col">Note</th>
              <th scope="col">Amount</th>
              {mayKeep && (
                <th scope="col">
                  <span className="visually-hidden">Correct or remove</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {data.costs.map((each) => {
              const told = `${amount(each.amount_minor, campaign)} of ${day(each.spent_on)}`;
              return (
                <tr key={each.id}>
                  <th scope="row">{day(each.spent_on)}</th>
                  <td>{COSTS[each.kind]}</td>
                  <td className={styles.words}>{each.note || "—"}</td>
                  <td>
                    {each.kind === "credited" && "−"}
                    {amount(each.amount_minor, campaign)}
                  </td>
                  {mayKeep && (
                    <td>
                      <span className={styles.acts}>
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          aria-label={`Correct ${told}`}
                          onClick={() => write(each)}
                        >
                          <IconPencil size={16} aria-hidden="true" />
                        </ActionIcon>
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          aria-label={`Remove ${told}`}
                          disabled={removing.isPending}
                          onClick={() => removing.mutate({ cost: each, key: newKey() })}
                        >
                          <IconTrash size={16} aria-hidden="true" />
                        </ActionIcon>
                      </span>
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </Frame>
      )}
      {cost && (
        <p className={styles.foot}>
          {amount(cost.spent_minor, campaign)} spent, {amount(cost.leads_minor, campaign)} paid for single
          leads, {amount(cost.credited_minor, campaign)} given back: {amount(cost.net_minor, campaign)} in
          all.
          {cost.left_out > 0 && ` ${cost.left_out} inquiries are paid in another currency, and not counted.`}
        </p>
      )}
      <Modal
        opened={writing !== null}
        onClose={() => write(null)}
        title={writing === "new" ? "Record a cost" : "Correct a cost"}
        size={480}
      >
        {writing !== null && (
          <CostForm
            campaign={campaign}
            entry={writing === "new" ? null : writing}
            close={() => write(null)}
          />
        )}
      </Modal>
    </Card>
  );
}

function CostForm({
  campaign,
  entry,
  close,
}: {
  campaign: Campaign;
  entry: CostEntry | null;
  close: () => void;
}) {
  const zone = useZone();
  const [entered, setEntered] = useState({
    kind: entry?.kind ?? ("spent" as CostKind),
    amount: entry ? written({ minor: entry.amount_minor }) : "",
    on: entry?.spent_on ?? new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date()),
    note: entry?.note ?? "",
  });
  // The same entries sent twice are one cost.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [entered]);
  const saving = useWriteCost(campaign.id);
  const { error } = saving;
  const [asked, setAsked] = useState(false);
  const minor = minorOf(entered.amount);
  const change = (more: Partial<typeof entered>) => setEntered((now) => ({ ...now, ...more }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (!minor) return;
    const { kind, on, note } = entered;
    const body = { kind, amount: { minor, currency: campaign.currency }, on, note };
    saving.mutate({ id: entry?.id ?? null, key, body }, { onSuccess: close });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={error} fields={["/on", "/note", "/amount/minor"]} />
      <div className={form.pair}>
        <TextInput
          label={`Amount, in ${campaign.currency}`}
          inputMode="decimal"
          placeholder="0.00"
          autoComplete="off"
          data-autofocus
          value={entered.amount}
          error={asked && !minor ? "Write it as 1500 or 12.50" : errorOf(error, "/amount/minor")}
          onChange={(event) => change({ amount: event.currentTarget.value })}
        />
        <NativeSelect
          label="What"
          data={Object.entries(COSTS).map(([value, label]) => ({ value, label }))}
          value={entered.kind}
          onChange={(event) => change({ kind: event.currentTarget.value as CostKind })}
        />
      </div>
      <TextInput
        label="Day"
        type="date"
        required
        withAsterisk={false}
        value={entered.on}
        error={errorOf(error, "/on")}
        onChange={(event) => change({ on: event.currentTarget.value })}
      />
      <TextInput
        label="Note"
        maxLength={2000}
        autoComplete="off"
        value={entered.note}
        error={errorOf(error, "/note")}
        onChange={(event) => change({ note: event.currentTarget.value })}
      />
      <FormActions close={close}>
        <Button type="submit" loading={saving.isPending}>
          {entry ? "Correct it" : "Record it"}
        </Button>
      </FormActions>
    </form>
  );
}
