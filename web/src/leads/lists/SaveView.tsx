import { Button, Modal, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { newKey } from "../../api/client";
import type { LeadView } from "../../api/schema";
import { useTeams } from "../../directory/queries";
import { useMe } from "../../session/session";
import { errorBeside, errorOf } from "../../ui/errors";
import form from "../../ui/Form.module.css";
import type { LeadSearch } from "../filters";
import { useSaveView } from "./queries";
import { wholeFilter } from "./saved";

export interface Saving {
  /** The one that is changed; null: a new one. */
  view: LeadView | null;
  search: LeadSearch;
}

interface SaveViewProps {
  saving: Saving | null;
  close: () => void;
  saved: (view: LeadView) => void;
}

/** The list at hand gets a name, and it is said who sees it. */
export function SaveView({ saving, close, saved }: SaveViewProps) {
  return (
    <Modal
      opened={saving !== null}
      onClose={close}
      title={saving?.view ? `Save ${saving.view.name}` : "Save this list"}
      size={440}
    >
      {saving && <Form {...saving} close={close} saved={saved} />}
    </Modal>
  );
}

function Form({ view, search, close, saved }: Saving & Omit<SaveViewProps, "saving">) {
  const { user: me } = useMe();
  const teams = useTeams();
  const settles = me.role === "owner" || me.role === "admin";
  const [name, setName] = useState(view?.name ?? "");
  const [seenBy, setSeenBy] = useState(view?.team_id ?? view?.audience ?? "own");
  // The same entries sent twice are one view.
  // eslint-disable-next-line react/exhaustive-deps
  const key = useMemo(newKey, [name, seenBy]);
  const saving = useSaveView();
  const audiences = [
    { value: "own", label: "Only me" },
    ...teams
      .filter(({ id }) => settles || me.team_ids.includes(id))
      .map(({ id, name: team }) => ({ value: id, label: `Team ${team}` })),
    ...(settles ? [{ value: "agency", label: "Everybody in the agency" }] : []),
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isTeam = seenBy !== "own" && seenBy !== "agency";
    saving.mutate(
      {
        view,
        key,
        body: {
          name,
          audience: isTeam ? "team" : (seenBy as LeadView["audience"]),
          team_id: isTeam ? seenBy : null,
          filter: wholeFilter(search) as Record<string, unknown> | null,
          sort: search.sort ?? null,
          columns: search.cols ?? [],
        },
      },
      {
        onSuccess: (answer) => {
          saved(answer);
          close();
        },
      },
    );
  };
  const wrong = errorBeside(saving.error, ["/name", "/team_id"]);
  return (
    <form className={form.form} onSubmit={submit}>
      {wrong && (
        <p role="alert" className={form.wrong}>
          {wrong}
        </p>
      )}
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={100}
        autoComplete="off"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errorOf(saving.error, "/name")}
      />
      <NativeSelect
        label="Who sees it"
        data={audiences}
        value={seenBy}
        onChange={(event) => setSeenBy(event.currentTarget.value)}
        error={errorOf(saving.error, "/team_id")}
      />
      <div className={form.actions}>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" loading={saving.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
