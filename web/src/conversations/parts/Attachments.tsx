import { IconPaperclip } from "@tabler/icons-react";
import type { Message } from "../../api/schema";
import { fileSize } from "../../ui/format";
import styles from "./Attachments.module.css";

/** What came with a message, described. */
export function Attachments({ files }: { files: Message["attachments"] }) {
  if (files.length === 0) return null;
  return (
    <ul className={styles.attachments} aria-label="Attachments">
      {files.map(({ filename, size }, place) => (
        // Two files may have the same name.
        // eslint-disable-next-line react/no-array-index-key
        <li key={`${place} ${filename}`}>
          <IconPaperclip size={14} aria-hidden="true" />
          <span>{filename || "Without a name"}</span>
          <small className="tabular">{fileSize(size)}</small>
        </li>
      ))}
    </ul>
  );
}
