import { newKey } from "../../api/client";
import {
  begun,
  type Condition,
  type Filter,
  isCondition,
  isWhole,
  type Known,
  type Part,
  partsOf,
} from "./filter";

/** A filter while it is built: each part has a number of its own, by which it is known among others. */
export type Node = { id: string; kind: "condition"; condition: Condition } | Group;

export interface Group {
  id: string;
  kind: "group";
  of: "all" | "any";
  parts: Node[];
}

/** A filter to go on with; where there is none, a condition of which nothing is said yet. */
export function draftOf(filter: Filter | undefined, known: readonly Known[]): Group {
  const parts = partsOf(filter);
  return {
    id: newKey(),
    kind: "group",
    of: filter !== undefined && "any" in filter ? "any" : "all",
    parts:
      parts.length === 0
        ? [condition(begun(known[0]!))]
        : parts.map((part) => (isCondition(part) ? condition(part) : draftOf(part, known))),
  };
}

const condition = (said: Condition): Node => ({ id: newKey(), kind: "condition", condition: said });

/** The tree with this instead of what had its number. */
export function put(group: Group, node: Node): Group {
  if (group.id === node.id) return node as Group;
  return each(group, (part) => (part.id === node.id ? node : part.kind === "group" ? put(part, node) : part));
}

/** The tree with one more at the end of a group. */
export function added(group: Group, to: string, node: Node): Group {
  if (group.id === to) return { ...group, parts: [...group.parts, node] };
  return each(group, (part) => (part.kind === "group" ? added(part, to, node) : part));
}

/** The tree without one, and whatever is in it. */
export function without(group: Group, id: string): Group {
  const left = { ...group, parts: group.parts.filter((part) => part.id !== id) };
  return each(left, (part) => (part.kind === "group" ? without(part, id) : part));
}

const each = (group: Group, change: (part: Node) => Node): Group => ({
  ...group,
  parts: group.parts.map(change),
});

/** How many conditions there are, of all groups. */
export const conditionsIn = (group: Group): number =>
  group.parts.reduce((sum, part) => sum + (part.kind === "group" ? conditionsIn(part) : 1), 0);

/** The filter that was built. What was not said, and groups of nothing, are left out; undefined where nothing is left. */
export function said(group: Group): Filter | undefined {
  const parts = group.parts.flatMap((part): Part[] => {
    if (part.kind === "condition") return isWhole(part.condition) ? [part.condition] : [];
    const inner = said(part);
    return inner === undefined ? [] : [inner];
  });
  if (parts.length === 0) return undefined;
  return group.of === "all" ? { all: parts } : { any: parts };
}
