import { Button, Modal } from "@mantine/core";
import type { OperatedAgency } from "../api/schema";
import { errorBeside } from "../ui/errors";
import form from "../ui/Form.module.css";
import { useResume } from "./queries";

/** Asks once more before an agency is at work again. */
export function Resume({ agency, close }: { agency: OperatedAgency | null; close: () => void }) {
  return (
    <Modal opened={agency !== null} onClose={close} title={agency ? `Resume ${agency.name}?` : ""} size={480}>
      {agency && <Ask key={agency.id} agency={agency} close={close} />}
    </Modal>
  );
}

function Ask({ agency, close }: { agency: OperatedAgency; close: () => void }) {
  const resuming = useResume();
  const wrong = errorBeside(resuming.error, []);
  return (
    <div className={form.form}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <p>It is suspended because: {agency.reason}</p>
      <p>Its people work on where they were, without signing in anew, and what waited goes out.</p>
      <div className={form.actions}>
        <Button variant="default" data-autofocus onClick={close}>
          Leave it suspended
        </Button>
        <Button loading={resuming.isPending} onClick={() => resuming.mutate(agency, { onSuccess: close })}>
          Resume it now
        </Button>
      </div>
    </div>
  );
}
