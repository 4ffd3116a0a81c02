import { useId } from "react";
import { type Range, turnsOf } from "../conversations/parts/spans";
import { Unfold } from "../ui/Unfold";
import styles from "./Timeline.module.css";
import { Transcript } from "./Transcript";

interface FoldedTranscriptProps {
  text: string;
  quote: Range | null;
  open: boolean;
  setOpen: (open: boolean) => void;
}

/** What was said in a call, behind the line that tells how much that is. */
export function FoldedTranscript({ text, quote, open, setOpen }: FoldedTranscriptProps) {
  const id = useId();
  return (
    <>
      <Unfold open={open} setOpen={setOpen} controls={open ? id : undefined}>
        Transcript
        <span className={styles.quiet}>{turns(text)}</span>
      </Unfold>
      {open && <Transcript id={id} text={text} quote={quote} />}
    </>
  );
}

function turns(transcript: string): string {
  const { length } = turnsOf(transcript);
  return length === 1 ? "1 turn" : `${length} turns`;
}
