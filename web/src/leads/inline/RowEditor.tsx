import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useRef, useState } from "react";
import { api, versioned } from "../../api/client";
import { change, Overlap } from "../../api/edit";
import { merge } from "../../api/records";
import type { Lead } from "../../api/schema";
import { useUsers } from "../../directory/queries";
import { words } from "../../ui/format";
import { failed } from "../../ui/toast";
import { type LeadDetails, useAssignLead, useMoveLead } from "../edit";
import { linesOfBusiness } from "../lines";
import { leadById } from "../queries";
import { type Pipeline, pipelineOf, stageOf, usePipelines } from "../pipelines/queries";
import { isClosed } from "../stage";
import { changesOf, type Draft, draftOf, type Editable } from "./draft";
import styles from "./RowEditor.module.css";

interface Begun {
  lead: Lead;
  draft: Draft;
}

/** One row of the list that is edited where it stands: Enter or leaving it saves, Escape does not. */
export function useRowEditor() {
  const queries = useQueryClient();
  const users = useUsers();
  const move = useMoveLead();
  const assign = useAssignLead();
  const [begun, setBegun] = useState<Begun | null>(null);
  // What is left in the moment in which it is saved, or dropped, is not saved once more.
  const settled = useRef(false);
  const there = usePipelines();
  const begin = useCallback((lead: Lead) => {
    settled.current = false;
    setBegun({ lead, draft: draftOf(lead) });
  }, []);
  const cancel = () => {
    settled.current = true;
    setBegun(null);
  };

  const save = async () => {
    if (!begun || settled.current) return;
    settled.current = true;
    const { lead, draft } = begun;
    const { details, tags, stage, owner } = changesOf(draftOf(lead), draft);
    const path = { lead_id: lead.id };
    try {
      if (Object.keys(details).length > 0) {
        const fields = Object.keys(details) as (keyof typeof details)[];
        const before = Object.fromEntries(fields.map((field) => [field, lead[field]])) as Partial<Lead>;
        const changed = await change<Lead>(
          {
            // As the list has it: who edits a row has not opened the record.
            known: () => ({ data: lead, etag: `"${lead.version}"` }),
            fetch: () => queries.fetchQuery({ ...leadById(lead.id), staleTime: 0 }),
            send: (body, etag) =>
              versioned(
                api.PATCH("/api/v1/leads/{lead_id}", {
                  params: { path, header: { "If-Match": etag } },
                  body: body as LeadDetails,
                }),
              ),
          },
          details as Partial<Lead>,
          before,
        );
        merge(queries, "leads", changed);
      }
      if (tags) {
        merge(
          queries,
          "leads",
          await versioned(api.PATCH("/api/v1/leads/{lead_id}/tags", { params: { path }, body: tags })),
        );
      }
      setBegun(null);
    } catch (error) {
      failed(
        error instanceof Overlap
          ? `${lead.display_name}: somebody else changed the same meanwhile`
          : `${lead.display_name} was not changed`,
        error,
      );
      settled.current = false;
      return;
    }
    if (owner) void assign(lead, owner, users.find(({ id }) => id === owner.owner_id)?.name ?? "the pool");
    const to = pipelineOf(there, lead).stages.find(({ key }) => key === stage);
    if (to) void move(lead, to);
  };

  /** What stands in a cell while its row is edited; undefined in any other. */
  const cell = (lead: Lead, column: Editable, title: string): ReactNode | undefined => {
    if (begun?.lead.id !== lead.id) return undefined;
    const set = (value: string) =>
      setBegun((now) => now && { ...now, draft: { ...now.draft, [column]: value } });
    return (
      <Cell
        column={column}
        title={title}
        lead={lead}
        value={begun.draft[column]}
        set={set}
        people={users.filter(({ active, role }) => active && role !== "viewer" && role !== "auditor")}
        save={() => void save()}
        cancel={cancel}
      />
    );
  };
  return { editing: begun?.lead.id, begin, cell };
}

interface CellProps {
  column: Editable;
  title: string;
  lead: Lead;
  value: string;
  set: (value: string) => void;
  people: readonly { id: string; name: string }[];
  save: () => void;
  cancel: () => void;
}

function Cell({ column, title, lead, value, set, people, save, cancel }: CellProps) {
  const options = optionsOf(column, lead, people, usePipelines());
  const props = {
    "aria-label": `${title} of ${lead.display_name}`,
    className: styles.input,
    value,
    "data-inline": lead.id,
    onClick: (event: React.MouseEvent) => event.stopPropagation(),
    onKeyDown: (event: React.KeyboardEvent<HTMLElement>) => {
      // The list's keys are not meant while somebody writes.
      event.stopPropagation();
      if (event.key === "Enter") {
        event.preventDefault();
        rowOf(event.currentTarget)?.focus();
      } else if (event.key === "Escape") {
        event.preventDefault();
        const row = rowOf(event.currentTarget);
        cancel();
        row?.focus();
      }
    },
    onBlur: (event: React.FocusEvent<HTMLElement>) => {
      const next = event.relatedTarget;
      if (!(next instanceof HTMLElement && next.dataset.inline === lead.id)) save();
    },
  };
  if (options) {
    return (
      <select {...props} onChange={({ currentTarget }) => set(currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...props}
      type={column === "x_date" ? "date" : "text"}
      onChange={({ currentTarget }) => set(currentTarget.value)}
    />
  );
}

const rowOf = (element: HTMLElement): HTMLElement | null => element.closest<HTMLElement>('[role="row"]');

function optionsOf(
  column: Editable,
  lead: Lead,
  people: readonly { id: string; name: string }[],
  there: readonly Pipeline[],
): { value: string; label: string }[] | null {
  switch (column) {
    case "stage": {
      // Where it is, and where it can be moved by hand without a word: a reason is asked for on the lead's page.
      const now = stageOf(there, lead);
      const stages = pipelineOf(there, lead).stages.filter(
        ({ key, kind }) => key === now.key || (lead.stage !== "won" && !isClosed(kind)),
      );
      return stages.map(({ key, name }) => ({ value: key, label: name }));
    }
    case "line_of_business":
      return [
        { value: "", label: "Not known" },
        ...linesOfBusiness.map((value) => ({ value, label: words(value) })),
      ];
    case "owner_id": {
      if (isClosed(lead.stage)) return [{ value: lead.owner_id ?? "", label: "As it is" }];
      const known = people.some(({ id }) => id === lead.owner_id) || lead.owner_id === null;
      return [
        { value: "", label: "Pool" },
        ...(known ? [] : [{ value: lead.owner_id!, label: "As it is" }]),
        ...people.map(({ id, name }) => ({ value: id, label: name })),
      ];
    }
    default:
      return null;
  }
}
