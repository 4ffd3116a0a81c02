import { Button } from "@mantine/core";
import { IconCheck, IconClock, IconDownload, IconExclamationMark, IconPackage } from "@tabler/icons-react";
import { Card } from "../../ui/Page";
import { fileSize } from "../../ui/format";
import { Sign } from "../../ui/Sign";
import settings from "../Settings.module.css";
import { type Part, PART_NAMES, PARTS, type Progress, useExport } from "./exporting";
import { useIsOwner } from "./queries";

/** All that is kept of the agency, to take along. For owners; to others it is said so. */
export function Export() {
  const isOwner = useIsOwner();
  const { progress, busy, left, begin, again } = useExport();
  return (
    <Card
      title="Export"
      label="Export"
      actions={
        isOwner && (
          <Button leftSection={<IconDownload size={16} aria-hidden="true" />} loading={busy} onClick={begin}>
            Export everything
          </Button>
        )
      }
    >
      <p className={settings.words}>
        {isOwner
          ? "All that is kept of the agency, in six archives: its whole history and how things stand, as JSON Lines and CSV, " +
            "with a list of what is in each and a digest of every file. Passwords and keys are in none. It is recorded that you " +
            "took it. Your browser may ask whether it may keep several files."
          : "An owner of the agency can export all that is kept of it."}
      </p>
      {progress && (
        <>
          <ul className={settings.entries} aria-label="Archives">
            {PART_NAMES.map((part) => (
              <Archive key={part} part={part} progress={progress[part]} />
            ))}
          </ul>
          <p className={settings.words} role="status">
            {inWords(Object.values(progress))}
          </p>
        </>
      )}
      {!busy && left.length > 0 && (
        <div>
          <Button variant="default" onClick={again}>
            Ask for the rest again
          </Button>
        </div>
      )}
    </Card>
  );
}

function Archive({ part, progress }: { part: Part; progress: Progress }) {
  const { tone, icon, words } = shown(progress);
  return (
    <li className={settings.entry}>
      <Sign tone={tone}>{icon}</Sign>
      <div className={settings.who}>
        <p>
          <strong>{PARTS[part]}</strong>
        </p>
        <small>
          gardenos-{part}.zip · {words}
        </small>
      </div>
    </li>
  );
}

function shown(progress: Progress) {
  switch (progress.state) {
    case "waiting":
      return {
        tone: undefined,
        icon: <IconClock size={18} aria-hidden="true" />,
        words: "waits for its turn",
      };
    case "coming":
      return {
        tone: "info" as const,
        icon: <IconPackage size={18} aria-hidden="true" />,
        words: progress.bytes === 0 ? "is being made" : `${fileSize(progress.bytes)} so far`,
      };
    case "kept":
      return {
        tone: "good" as const,
        icon: <IconCheck size={18} aria-hidden="true" />,
        words: `${fileSize(progress.bytes)}, kept with your downloads`,
      };
    case "failed":
      return {
        tone: "bad" as const,
        icon: <IconExclamationMark size={18} aria-hidden="true" />,
        words: progress.words,
      };
  }
}

/** What is said aloud: how many are here, not each byte. */
function inWords(all: Progress[]): string {
  const kept = all.filter(({ state }) => state === "kept").length;
  const failed = all.filter(({ state }) => state === "failed").length;
  if (kept === all.length) return "All of it is here.";
  return `${kept} of ${all.length} archives are here${failed > 0 ? `, ${failed} could not be had` : ""}.`;
}
