import { useLayoutEffect, useRef } from "react";

/**
 * Of links in a row that may be wider than the screen: the one of the page that is shown is scrolled to.
 *
 * Each link says by `data-view` what it leads to.
 */
export function useInSight(shown: string) {
  const row = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    row.current
      ?.querySelector(`[data-view="${shown}"]`)
      ?.scrollIntoView?.({ inline: "center", block: "nearest" });
  }, [shown]);
  return row;
}
