import { Button, Modal, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Campaign } from "../api/schema";
import { FormActions, Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { submitByKey } from "../ui/keys";
import { booksOf, useSetStatus } from "./queries";

interface CloseDialogProps {
  campaign: Campaign;
  opened: boolean;
  close: () => void;
}

/** Closes a campaign, after it was said what that does and what it does not. */
export function CloseDialog({ campaign, opened, close }: CloseDialogProps) {
  return (
    <Modal opened={opened} onClose={close} title={`Close ${campaign.name}?`} size={480}>
      {opened && <Asked campaign={campaign} close={close} />}
    </Modal>
  );
}

function Asked({ campaign, close }: Omit<CloseDialogProps, "opened">) {
  const [note, setNote] = useState("");
  const { data: books } = useQuery(booksOf(campaign.id));
  const closing = useSetStatus(campaign);
  const still = books?.sources.filter(({ active }) => active).map(({ name }) => name) ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    closing.mutate({ status: "closed", note }, { onSuccess: close });
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form className={form.form} onSubmit={submit} onKeyDown={submitByKey}>
      <Wrong error={closing.error} />
      <ul className={form.effects}>
        <li>Nobody can be put into it any more, and no lead joins it by the words of its links.</li>
        <li>It is counted on: who is in it stays, and what becomes of them. Late bills can be recorded.</li>
        <li>
          {still.length > 0
            ? `These sources still bring leads to it, until you point them elsewhere: ${still.join(", ")}.`
            : "Sources that point to it would still bring leads to it; none that is on does now."}
        </li>
        <li>It can be reopened.</li>
      </ul>
      <Textarea
        label="How it went"
        description="Kept with the campaign"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        data-autofocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <FormActions close={close}>
        <Button type="submit" loading={closing.isPending}>
          Close the campaign
        </Button>
      </FormActions>
    </form>
  );
}
