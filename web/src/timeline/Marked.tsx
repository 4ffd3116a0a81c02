import { common, type Range } from "../conversations/parts/spans";

/** Part of a text, with what of it a quote takes up marked. The timeline finds the mark, shows it and gives it the focus. */
export function Marked({ text, within, quote }: { text: string; within?: Range; quote: Range | null }) {
  const [from, to] = within ?? [0, text.length];
  const marked = quote && common([from, to], quote);
  if (!marked) return text.slice(from, to);
  return (
    <>
      {text.slice(from, marked[0])}
      <mark data-quote tabIndex={-1}>
        {text.slice(...marked)}
      </mark>
      {text.slice(marked[1], to)}
    </>
  );
}
