import { createContext, type ReactNode, useContext } from "react";

const ZoneContext = createContext("UTC");

/** The zone in which times are shown below this: the agency's, whatever the browser's is. */
export function Zone({ name, children }: { name: string; children: ReactNode }) {
  return <ZoneContext value={name}>{children}</ZoneContext>;
}

export function useZone(): string {
  return useContext(ZoneContext);
}
