import { createContext, type ReactNode, useContext, useMemo } from "react";
import { writeDatesIn } from "./locale";

const ZoneContext = createContext({ zone: "UTC", locale: null as string | null });

interface ZoneProps {
  name: string;
  /** BCP 47; null: the browser's. */
  locale?: string | null;
  children: ReactNode;
}

/** The zone in which times are shown below this: a person's own, else the agency's, whatever the browser's is. */
export function Zone({ name, locale = null, children }: ZoneProps) {
  writeDatesIn(locale);
  // Another object where either is another: whoever writes a time asks for the zone, and so writes it anew.
  const here = useMemo(() => ({ zone: name, locale }), [name, locale]);
  return <ZoneContext value={here}>{children}</ZoneContext>;
}

export function useZone(): string {
  return useContext(ZoneContext).zone;
}
