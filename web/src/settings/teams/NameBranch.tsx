import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { Branch } from "../../api/schema";
import { errorOf } from "../../ui/errors";
import { FormActions, Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { useNameBranch } from "./queries";

interface NameBranchProps {
  /** Null: nothing is open; without a branch: a new one. */
  opened: { branch: Branch | null } | null;
  close: () => void;
}

/** A new branch, or another name for one. */
export function NameBranch({ opened, close }: NameBranchProps) {
  const branch = opened?.branch ?? null;
  return (
    <Modal
      opened={opened !== null}
      onClose={close}
      title={branch ? `Rename ${branch.name}` : "Open a branch"}
      size={440}
    >
      {opened && <Form branch={branch} close={close} />}
    </Modal>
  );
}

function Form({ branch, close }: { branch: Branch | null; close: () => void }) {
  const [name, setName] = useState(branch?.name ?? "");
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [name]);
  const naming = useNameBranch();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    naming.mutate({ branch, key, name }, { onSuccess: close });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <Wrong error={naming.error} fields={["/name"]} />
      <TextInput
        label="Name"
        description="As people say it: the town, the street."
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errorOf(naming.error, "/name")}
      />
      <FormActions close={close}>
        <Button type="submit" loading={naming.isPending}>
          {branch ? "Rename" : "Open the branch"}
        </Button>
      </FormActions>
    </form>
  );
}
