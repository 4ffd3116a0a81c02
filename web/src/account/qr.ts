import { encode } from "uqr";

/** A QR code as one SVG path over a square of `size` by `size`, its quiet border of four included. */
export function qrPath(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return { size, path };
}

/** A secret as people can copy it: in groups of four. */
export function inGroups(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, "$& ");
}

/** The codes as a file that a link saves. */
export function asFile(codes: readonly string[]): string {
  const text = `GardenOS recovery codes. Each is good once.\n\n${codes.join("\n")}\n`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
}
