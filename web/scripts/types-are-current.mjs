// src/api/schema.d.ts is made from openapi.json; this says when it was not made again.
import { execSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "types-"));
const made = join(folder, "schema.d.ts");
try {
  const script = JSON.parse(readFileSync("package.json", "utf8")).scripts.types;
  execSync(script.replace("src/api/schema.d.ts", made), {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` },
  });
  if (readFileSync(made, "utf8") !== readFileSync("src/api/schema.d.ts", "utf8")) {
    console.error("src/api/schema.d.ts is not what openapi.json says: npm run types");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
