/** A stretch of a text as the services count it: in Unicode code points, `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A stretch of a text as JavaScript counts it: in UTF-16 code units, `end` exclusive. */
export type Range = readonly [start: number, end: number];

/** The same stretch by JavaScript's count, within the text. An emoji is one code point and two code units. */
export function rangeOf(text: string, { start, end }: Span): Range {
  let at = 0;
  let begin = start <= 0 ? 0 : text.length;
  let point = 0;
  for (const character of text) {
    if (point === start) begin = at;
    if (point === end) return [Math.min(begin, at), at];
    at += character.length;
    point += 1;
  }
  return [Math.min(begin, text.length), end <= 0 ? 0 : text.length];
}

/** What two stretches have in common; null if nothing. */
export function common([from, to]: Range, [start, end]: Range): Range | null {
  const [begin, stop] = [Math.max(from, start), Math.min(to, end)];
  return begin < stop ? [begin, stop] : null;
}

/** What one person says before another does. */
export interface Turn {
  /** As the transcript names them; null where it does not say. */
  speaker: string | null;
  /** Whether it is somebody of the agency. */
  ours: boolean;
  /** The words without the name, in the whole transcript. */
  range: Range;
}

// "Agent: …", "[00:12] Ana Ruiz: …"; not "Note: …".
const LABEL =
  /^[ \t]*(?:\[?\(?\d{1,2}:\d\d(?::\d\d)?\)?\]?[ \t-]*)?(\p{L}[\p{L}\p{N}.'’ -]{0,40}?)[ \t]*(?:\([^)\n]{0,40}\))?[ \t]*:[ \t]+/gmu;
const OURS = /\b(?:agent|producer|rep|representative|csr|advisor|adviser|broker|operator|agency)\b/i;
const NO_NAMES = /\b(?:note|notes|re|ps|subject|carrier|premium|total|date|phone|email|address|policy)\b/i;

/** A transcript turn by turn. One that names no speakers is one turn a line. */
export function turnsOf(transcript: string): Turn[] {
  const labels = [...transcript.matchAll(LABEL)].filter(({ 1: name }) => name && isName(name));
  if (labels.length === 0) {
    return [...transcript.matchAll(/[^\n]+/g)].map((line) => ({
      speaker: null,
      ours: false,
      range: trimmed(transcript, [line.index, line.index + line[0].length]),
    }));
  }
  const turns: Turn[] = labels.map((label, place) => ({
    speaker: label[1]!.trim(),
    ours: OURS.test(label[1]!),
    range: trimmed(transcript, [
      label.index + label[0].length,
      labels[place + 1]?.index ?? transcript.length,
    ]),
  }));
  const before = trimmed(transcript, [0, labels[0]!.index]);
  return before[0] < before[1] ? [{ speaker: null, ours: false, range: before }, ...turns] : turns;
}

function isName(name: string): boolean {
  return name.split(/\s+/).length <= 4 && !NO_NAMES.test(name) && (OURS.test(name) || /^\p{Lu}/u.test(name));
}

function trimmed(text: string, [from, to]: Range): Range {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text[start]!)) start += 1;
  while (end > start && /\s/.test(text[end - 1]!)) end -= 1;
  return [start, end];
}

const HISTORY = [
  /^[>| \t]*On\b[^\n]{4,200}(?:\n[^\n]{0,120})?\bwrote:\s*$/m,
  /^-{2,} *(?:Original|Forwarded) Message.*$/m,
  /^Begin forwarded message:.*$/m,
  /^_{8,}\s*\n\s*\*?From:.*$/m,
  /^\*?From:\*? [^\n]+\n(?:\*?(?:Sent|Date|To|Cc|Subject):[^\n]*\n?)+/m,
  /^[^\n]{0,80}\bschrieb [^\n]{0,80}:\s*$/m,
  // Quoted to the end, with nothing that introduces it.
  /^>[^\n]*(?:\n(?:>[^\n]*|\s*))*$(?![\s\S])/m,
];

/** Where the messages begin that an email answers or passes on; its length if there are none. */
export function historyAt(text: string): number {
  const places = HISTORY.map((each) => text.search(each)).filter((place) => place >= 0);
  return Math.min(text.length, ...places);
}
