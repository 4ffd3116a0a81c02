import { useEffect, useRef } from "react";
import { common, type Range } from "./spans";

/** Part of a text, with what is pointed at marked and brought into view. */
export function Marked({ text, within, mark }: { text: string; within?: Range; mark?: Range | null }) {
  const [from, to] = within ?? [0, text.length];
  const marked = mark ? common([from, to], mark) : null;
  const element = useRef<HTMLElement>(null);
  const at = marked?.[0];
  useEffect(() => {
    if (at !== undefined) element.current?.scrollIntoView({ block: "center" });
  }, [at]);
  if (!marked) return text.slice(from, to);
  return (
    <>
      {text.slice(from, marked[0])}
      <mark ref={element}>{text.slice(...marked)}</mark>
      {text.slice(marked[1], to)}
    </>
  );
}
