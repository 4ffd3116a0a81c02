/** Where each list was left, so that Back finds the same row. */
const left = new Map<string, string>();

/** The list of this name was left at this row. */
export function leaveRow(place: string, id: string): void {
  left.set(place, id);
}

/** The row at which the list of this name was left. */
export function leftAt(place: string): string | undefined {
  return left.get(place);
}
