import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { rangeOf } from "../conversations/parts/spans";
import { callById, messageById } from "./queries";
import type { RecordView, Source } from "./view";

type Place = Pick<Source, "source_kind" | "source_id" | "source_field" | "start" | "end">;

const FORM = /^(call|message):([0-9a-f-]{36}):(transcript|notes|subject|text):(\d{1,9})-(\d{1,9})$/;

/** How an address names where something was said: `call:<id>:transcript:12-80`. */
export function placeText({ source_kind, source_id, source_field, start, end }: Place): string {
  return `${source_kind}:${source_id}:${source_field}:${start}-${end}`;
}

/** Where an address says that something was said; null if it says nothing of the kind. */
export function readPlace(text: unknown): Place | null {
  const [, kind, id, field, start, end] = (typeof text === "string" && FORM.exec(text)) || [];
  if (!kind || !id || !field) return null;
  return {
    source_kind: kind as Place["source_kind"],
    source_id: id,
    source_field: field as Place["source_field"],
    start: Number(start),
    end: Number(end),
  };
}

/** The search of a record's address: what is to be opened in its timeline. */
export function readRecordSearch(raw: Record<string, unknown>): { source?: string } {
  return readPlace(raw.source) ? { source: raw.source as string } : {};
}

/** Opens what the address points at in the timeline, once. */
export function useAddressedSource(text: string | undefined, { toggle }: RecordView): void {
  const place = readPlace(text);
  const isCall = place?.source_kind === "call";
  const call = useQuery({ ...callById(place?.source_id ?? ""), enabled: place !== null && isCall });
  const message = useQuery({ ...messageById(place?.source_id ?? ""), enabled: place !== null && !isCall });
  const field = place?.source_field;
  const words =
    field === "transcript" || field === "notes" ? call.data?.[field] : field && message.data?.[field];
  const opened = useRef<string | undefined>(undefined);
  useEffect(() => {
    const at = readPlace(text);
    if (!text || !at || !words || opened.current === text) return;
    opened.current = text;
    toggle({ ...at, id: text, label: "What you looked for", quote: words.slice(...rangeOf(words, at)) });
  }, [text, toggle, words]);
}
