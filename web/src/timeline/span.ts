import { type Range, rangeOf, type Span } from "../conversations/parts/spans";

/**
 * Where a quote stands in its text, by JavaScript's count. Null where what stands there is not the quote: better no place
 * than a wrong one.
 */
export function placeOf(text: string, quoted: Span & { quote: string }): Range | null {
  const range = rangeOf(text, quoted);
  return quoted.quote !== "" && text.slice(...range) === quoted.quote ? range : null;
}
