import { describe, expect, it } from "vitest";
import { decoded, headersOf } from "./headers";

describe("headersOf", () => {
  it.each([
    ["Nombre,Correo\nAna,a@x.example", ["Nombre", "Correo"]],
    ["\n\nNombre;Correo, privado;Tel\nx", ["Nombre", "Correo, privado", "Tel"]],
    ['"Name, full"\tTel\tTel\t\r\nx', ["Name, full", "Tel", "Tel (2)", "Column 4"]],
    ["  One   header  ", ["One header"]],
    ["", ["Column 1"]],
  ])("of %j", (text, headers) => {
    expect(headersOf(text)).toEqual(headers);
  });
});

describe("decoded", () => {
  it("reads UTF-8 that is cut in a character, UTF-16, and what is neither", () => {
    expect(decoded(new TextEncoder().encode("Peña").slice(0, 3))).toBe("Pe");
    expect(decoded(new Uint8Array([0xff, 0xfe, 0x41, 0, 0xf1, 0]))).toBe("Añ");
    expect(decoded(new Uint8Array([0x50, 0x65, 0xf1, 0x61]))).toBe("Peña");
  });
});
