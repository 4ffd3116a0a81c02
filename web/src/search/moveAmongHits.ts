/** Moves the focus to the next passage that was found, or the one before. */
export function moveAmongHits(step: number): void {
  const hits = [...document.querySelectorAll<HTMLElement>("[data-hit]")];
  const from = hits.indexOf(document.activeElement as HTMLElement);
  hits[Math.max(0, Math.min(hits.length - 1, from + step))]?.focus();
}
