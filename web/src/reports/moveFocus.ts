import type { KeyboardEvent } from "react";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };

/** Arrows go from one part of a drawing that can be opened (`data-line`) to the next. */
export function moveFocus(event: KeyboardEvent<SVGElement>): void {
  const step = STEPS[event.key];
  if (step === undefined) return;
  const lines = [...event.currentTarget.querySelectorAll<SVGElement>("[data-line]")];
  const next = lines[lines.indexOf(document.activeElement as SVGElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
