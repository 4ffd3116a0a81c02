import type { Disposition } from "../api/schema";
import { Chip, type Tone } from "../ui/Chip";
import { words } from "../ui/format";

const TONES: Record<Disposition, Tone> = {
  connected: "good",
  callback_requested: "info",
  voicemail: "plain",
  no_answer: "plain",
  busy: "plain",
  wrong_number: "warn",
  not_interested: "warn",
  do_not_call: "bad",
};

/** How a call ended. */
export function DispositionChip({ disposition }: { disposition: Disposition }) {
  return <Chip tone={TONES[disposition]}>{words(disposition)}</Chip>;
}
