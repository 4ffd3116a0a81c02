import { Address } from "../ui/Address";
import { type NameOf, valueInWords } from "./names";

interface ValueProps {
  field: string;
  value: string | null;
  nameOf: NameOf;
}

/** What a field held. */
export function Value({ field, value, nameOf }: ValueProps) {
  const words = valueInWords(field, value, nameOf);
  return field === "email" ? <Address>{words}</Address> : words;
}
