import { Button } from "@mantine/core";
import { ApiProblem } from "../../api/problem";
import type { CaptureLead } from "../../api/schema";
import form from "../../ui/Form.module.css";
import { LinkButton } from "../../ui/LinkButton";

export type IfKnown = NonNullable<CaptureLead["if_known"]>;

const KNOWN = new Set(["urn:gardenos:known-lead", "urn:gardenos:known-to-others"]);

/** That whoever was entered is a lead already, where that is why they were not added. */
export function known(error: unknown): ApiProblem | null {
  return error instanceof ApiProblem && KNOWN.has(error.type) ? error : null;
}

interface KnownAlreadyProps {
  problem: ApiProblem;
  busy: boolean;
  add: (how: IfKnown) => void;
}

/** Who is a lead already is shown before anything is kept, with what can be done. */
export function KnownAlready({ problem, busy, add }: KnownAlreadyProps) {
  const id = problem.see?.split("/").at(-1);
  return (
    <div role="alert" className={form.wrong}>
      <p>
        {id
          ? `${problem.message.split(" is a lead already")[0]} is a lead already, with this email address or telephone number. Nothing was added.`
          : "Somebody at your agency, whose leads you do not see, has this person already. Nothing was added: ask your manager, or add them all the same."}
      </p>
      <div className={form.actions}>
        {id && (
          <LinkButton to="/leads/$leadId" params={{ leadId: id }} variant="default">
            Open that lead
          </LinkButton>
        )}
        {id && (
          <Button variant="default" disabled={busy} onClick={() => add("inquire")}>
            They asked once more
          </Button>
        )}
        <Button variant="default" disabled={busy} onClick={() => add("anyway")}>
          Add all the same
        </Button>
      </div>
    </div>
  );
}
