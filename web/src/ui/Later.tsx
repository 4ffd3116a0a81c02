import { type ReactNode, Suspense, useState } from "react";

/** A lazy part, such as a dialog: loaded when it is wanted for the first time, and there from then on. */
export function Later({ when, children }: { when: boolean; children: ReactNode }) {
  const [wanted, setWanted] = useState(when);
  if (when && !wanted) setWanted(true);
  return wanted ? <Suspense fallback={null}>{children}</Suspense> : null;
}
