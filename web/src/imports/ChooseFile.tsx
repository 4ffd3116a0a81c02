import { Loader } from "@mantine/core";
import { IconAlertCircle, IconFileSpreadsheet, IconFileUpload } from "@tabler/icons-react";
import { type DragEvent, type RefObject, useState } from "react";
import { fileSize } from "../ui/format";
import { Card } from "../ui/Page";
import styles from "./Imports.module.css";
import { LARGEST } from "./queries";

interface ChooseFileProps {
  file: File | null;
  choose: (file: File) => void;
  picker: RefObject<HTMLInputElement | null>;
  uploading: boolean;
  /** What was wrong with the file, and what to do. */
  problem: string | null;
}

/** The first step: which file. Nothing of it is imported by that. */
export function ChooseFile({ file, choose, picker, uploading, problem }: ChooseFileProps) {
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  const drop = (event: DragEvent) => {
    drag(event);
    const dropped = event.dataTransfer.files[0];
    if (dropped && !uploading) choose(dropped);
  };
  return (
    <Card title="Which file">
      <input
        ref={picker}
        type="file"
        accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
        aria-busy={uploading}
        disabled={uploading}
        onClick={() => picker.current?.click()}
        onDragOver={drag}
        onDragLeave={drag}
        onDrop={drop}
      >
        {uploading ? (
          <Loader size={26} />
        ) : file ? (
          <IconFileSpreadsheet size={28} stroke={1.5} />
        ) : (
          <IconFileUpload size={28} stroke={1.5} />
        )}
        {file ? (
          <>
            <strong>{file.name}</strong>
            <span>
              {fileSize(file.size)}. {uploading ? "Being read…" : "Choose another, or drop it here."}
            </span>
          </>
        ) : (
          <>
            <strong>Choose a CSV file or an Excel workbook</strong>
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
        Any export will do: any column names, commas, semicolons or tabs, any usual encoding, or the first
        sheet of an .xlsx workbook. Up to {fileSize(LARGEST)} and 100,000 rows. Nothing is imported yet: first
        you see what would be.
      </p>
    </Card>
  );
}
