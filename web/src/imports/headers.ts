const DELIMITERS = [",", ";", "\t", "|"] as const;

/** The beginning of a file as text, for showing its headers where the service recognised none. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    // A character that is cut at the end is no fault of the file.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * The headers of a CSV file by its first line that is not blank, named as the service names them: spaces as one, a
 * second “Phone” is “Phone (2)”, one without a name is “Column 3”.
 */
export function headersOf(text: string): string[] {
  const line = text.split(/\r\n|\n|\r/).find((each) => each.trim() !== "") ?? "";
  const delimiter = DELIMITERS.reduce((best, each) =>
    cells(line, each).length > cells(line, best).length ? each : best,
  );
  const seen = new Map<string, number>();
  return cells(line, delimiter).map((cell, place) => {
    const header = cell.trim().replace(/\s+/g, " ") || `Column ${place + 1}`;
    const count = (seen.get(header) ?? 0) + 1;
    seen.set(header, count);
    return count === 1 ? header : `${header} (${count})`;
  });
}

function cells(line: string, delimiter: string): string[] {
  const found = [""];
  let quoted = false;
  for (const letter of line) {
    // A doubled quotation mark turns twice.
    if (letter === '"') quoted = !quoted;
    else if (letter === delimiter && !quoted) found.push("");
    else found[found.length - 1] += letter;
  }
  return found;
}
