import { describe, expect, it } from "vitest";
import { asFile, inGroups, qrPath } from "./qr";

describe("what an authenticator app is given", () => {
  it("is a QR code with its three corners and a quiet border", () => {
    const { size, path } = qrPath(
      "otpauth://totp/GardenOS:a%40b.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    );
    const dark = new Set(Array.from(path.matchAll(/M(\d+) (\d+)h1v1h-1z/g), ([, x, y]) => `${x} ${y}`));
    const corner = (x: number, y: number) =>
      Array.from({ length: 7 }, (_, at) => dark.has(`${x + at} ${y}`) && dark.has(`${x} ${y + at}`)).every(
        Boolean,
      );
    expect([corner(4, 4), corner(size - 11, 4), corner(4, size - 11)]).toEqual([true, true, true]);
    expect(
      [...dark].some((place) => place.split(" ").some((at) => Number(at) < 4 || Number(at) >= size - 4)),
    ).toBe(false);
  });

  it("is a key in groups of four", () => {
    expect(inGroups("JBSWY3DPEHPK3PXP")).toBe("JBSW Y3DP EHPK 3PXP");
    expect(inGroups("JBSWY")).toBe("JBSW Y");
  });

  it("leaves recovery codes as a file, one a line", () => {
    const file = decodeURIComponent(asFile(["one-1", "two-2"]));
    expect(file).toContain("one-1\ntwo-2\n");
  });
});
