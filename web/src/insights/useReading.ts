import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Whose } from "../timeline/queries";
import { insightsOf } from "./queries";

const READ_WITHIN_MS = 20_000;

/** Whether a call that was just logged is still being read: until something was found in it, or long enough has passed. */
export function useReading(whose: Whose, callId: string | null): boolean {
  const insights = useQuery(insightsOf(whose));
  const [given, setGiven] = useState<string | null>(null);
  useEffect(() => {
    if (callId === null) return;
    const timer = setTimeout(() => setGiven(callId), READ_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [callId]);
  const found = insights.data?.some(({ source_id: source }) => source === callId) ?? false;
  return callId !== null && given !== callId && !found;
}
