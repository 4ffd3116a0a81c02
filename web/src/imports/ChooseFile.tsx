import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconAlertCircle, IconFileSpreadsheet, IconFileUpload } from "@tabler/icons-react";
import { type DragEvent, type FormEvent, type RefObject, useState } from "react";
import type { Campaign } from "../api/schema";
import { useCampaigns, useTeams, useUsers } from "../directory/queries";
import { useMe } from "../session/session";
import { fileSize } from "../ui/format";
import form from "../ui/Form.module.css";
import { Card } from "../ui/Page";
import styles from "./Imports.module.css";
import { LARGEST, type Options } from "./queries";

interface ChooseFileProps {
  file: File | null;
  choose: (file: File) => void;
  picker: RefObject<HTMLInputElement | null>;
  options: Options;
  setOptions: (options: Options) => void;
  /** What was wrong with the file, and what to do. */
  problem: string | null;
  next: () => void;
}

/** The first step: which file, and what all its leads have in common. */
export function ChooseFile({ file, choose, picker, options, setOptions, problem, next }: ChooseFileProps) {
  const ready = file !== null && problem === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) next();
    else picker.current?.click();
  };
  return (
    <form className={styles.step} onSubmit={submit}>
      <Card title="Which file">
        <DropZone file={file} choose={choose} picker={picker} problem={problem} />
      </Card>
      <Card title="What its leads have in common">
        <Common options={options} setOptions={setOptions} />
      </Card>
      <div className={styles.onwards}>
        <Button type="submit" size="md">
          {ready ? "Check the file" : file ? "Choose another file" : "Choose a file"}
        </Button>
        <p>Nothing is imported yet: first you see what would be.</p>
      </div>
    </form>
  );
}

function DropZone({
  file,
  choose,
  picker,
  problem,
}: Pick<ChooseFileProps, "file" | "choose" | "picker" | "problem">) {
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  const drop = (event: DragEvent) => {
    drag(event);
    const dropped = event.dataTransfer.files[0];
    if (dropped) choose(dropped);
  };
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        hidden
        aria-label="The file to import"
        onChange={({ currentTarget }) => {
          const picked = currentTarget.files?.[0];
          if (picked) choose(picked);
          // The same file, mended, can be chosen again.
          currentTarget.value = "";
        }}
      />
      <button
        type="button"
        className={styles.drop}
        data-over={over || undefined}
        data-wrong={problem !== null || undefined}
        aria-describedby="import-limits"
        onClick={() => picker.current?.click()}
        onDragOver={drag}
        onDragLeave={drag}
        onDrop={drop}
      >
        {file ? <IconFileSpreadsheet size={28} stroke={1.5} /> : <IconFileUpload size={28} stroke={1.5} />}
        {file ? (
          <>
            <strong>{file.name}</strong>
            <span>{fileSize(file.size)}. Choose another, or drop it here.</span>
          </>
        ) : (
          <>
            <strong>Choose a CSV file</strong>
            <span>or drop it here</span>
          </>
        )}
      </button>
      {problem && (
        <p className={styles.problem} role="alert">
          <IconAlertCircle size={17} aria-hidden="true" />
          <span>{problem}</span>
        </p>
      )}
      <p className={styles.hint} id="import-limits">
        Any export will do: any column names, commas, semicolons or tabs, any usual encoding. Up to{" "}
        {fileSize(LARGEST)} and 100,000 rows.
      </p>
    </>
  );
}

function Common({ options, setOptions }: Pick<ChooseFileProps, "options" | "setOptions">) {
  const { user } = useMe();
  const users = useUsers();
  const teams = useTeams();
  const campaigns = useCampaigns();
  const set = (name: keyof Options) => (event: { currentTarget: { value: string } }) =>
    setOptions({ ...options, [name]: event.currentTarget.value });
  return (
    <div className={form.form}>
      <div className={form.pair}>
        <NativeSelect
          label="Campaign"
          value={options.campaign}
          onChange={set("campaign")}
          data={[
            { value: "", label: "None" },
            ...campaigns.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <TextInput
          label="Source"
          description="Where a row names none itself"
          inputWrapperOrder={["label", "input", "description", "error"]}
          placeholder="import"
          maxLength={200}
          value={options.source}
          onChange={set("source")}
        />
      </div>
      <div className={form.pair}>
        <NativeSelect
          label="Owner"
          value={options.owner}
          onChange={set("owner")}
          data={[
            { value: "", label: "Nobody: in the pool" },
            { value: user.id, label: "Me" },
            ...users.filter(({ id }) => id !== user.id).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <NativeSelect
          label="Team"
          value={options.team}
          onChange={set("team")}
          data={[{ value: "", label: "None" }, ...teams.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </div>
    </div>
  );
}

/** The options after another campaign was chosen: its source stands for the rows, unless one was typed. */
export function withCampaign(options: Options, before: Options, campaigns: readonly Campaign[]): Options {
  if (options.campaign === before.campaign) return options;
  const sourceOf = (id: string) => campaigns.find((each) => each.id === id)?.source ?? "";
  return options.source === "" || options.source === sourceOf(before.campaign)
    ? { ...options, source: sourceOf(options.campaign) }
    : options;
}
