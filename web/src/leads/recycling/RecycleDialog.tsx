import { Button, Modal, NativeSelect, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Lead } from "../../api/schema";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { submitByKey } from "../../ui/keys";
import { pipelineOf, stageOf, usePipelines } from "../pipelines/queries";
import { isClosed } from "../stage";
import { ChooseReturn, type Return } from "./ChooseReturn";
import { useRecycle } from "./queries";

/** Asks when a lead comes back, where, and why it is left alone until then. */
export function RecycleDialog({ lead, close }: { lead: Lead; close: () => void }) {
  const there = usePipelines();
  const [when, setWhen] = useState<Return | null>(null);
  const [stage, setStage] = useState("");
  const [reason, setReason] = useState(lead.recycled?.reason ?? "");
  const recycling = useRecycle(lead);
  const onTheWay = pipelineOf(there, lead).stages.filter(({ kind }) => !isClosed(kind));
  const usual = isClosed(lead.stage) ? onTheWay[0]! : stageOf(there, lead);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (when === null) return;
    recycling.mutate({ ...when, stage: stage || null, reason: reason.trim() || null }, { onSuccess: close });
  };
  return (
    <Modal opened onClose={close} title={`When does ${lead.display_name} come back?`} size={480}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
        <p>Until then the lead is in no list and on no board.</p>
        <Wrong error={recycling.error} />
        <ChooseReturn leadId={lead.id} choose={setWhen} />
        <NativeSelect
          label="Comes back in"
          value={stage}
          data={[
            { value: "", label: usual.name },
            ...onTheWay
              .filter(({ key }) => key !== usual.key)
              .map(({ key, name }) => ({ value: key, label: name })),
          ]}
          onChange={(event) => setStage(event.currentTarget.value)}
        />
        <Textarea
          label="Why"
          description="Renewed with the carrier, not now …"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <FormActions close={close}>
          <Button type="submit" loading={recycling.isPending} disabled={when === null}>
            Recycle
          </Button>
        </FormActions>
      </form>
    </Modal>
  );
}
