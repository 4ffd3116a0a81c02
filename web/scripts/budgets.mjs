// What the first look costs, and each further page: gzip -9 of the built files against the budgets. Fails the build.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_SCRIPT = 240;
const FIRST_STYLE = 25;
const LIST_PAGE = 60;
const PAGE = 50;

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const kilobytes = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length / 1000;

/** Every chunk that an entry loads before it runs. */
function loadedWith(key, found = new Set()) {
  if (!found.has(key)) {
    found.add(key);
    for (const each of manifest[key].imports ?? []) loadedWith(each, found);
  }
  return found;
}

const sum = (files) => [...files].reduce((total, file) => total + kilobytes(file), 0);

const sizeOf = (keys) => {
  const files = new Set(keys.map((key) => manifest[key].file));
  const styles = new Set(keys.flatMap((key) => manifest[key].css ?? []));
  return { script: sum(files), style: sum(styles) };
};

const first = [...loadedWith("index.html")];

/** Chunks that are loaded already, whoever asks for this one: a page's board comes when the page is there. */
function loadedBefore(key) {
  const askers = Object.keys(manifest).filter((each) => manifest[each].dynamicImports?.includes(key));
  const loaded = askers.map((each) => new Set([...first, ...loadedWith(each)]));
  return new Set([...loaded[0]].filter((each) => loaded.every((there) => there.has(each))));
}

const report = [{ name: "first load", ...sizeOf(first), budget: FIRST_SCRIPT, styleBudget: FIRST_STYLE }];
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue;
  const there = loadedBefore(key);
  const own = [...loadedWith(key)].filter((each) => !there.has(each));
  const budget = key.includes("LeadListPage") ? LIST_PAGE : PAGE;
  report.push({ name: key.replace(/^src\//, ""), ...sizeOf(own), budget, styleBudget: Infinity });
}

let over = false;
for (const { name, script, style, budget, styleBudget } of report) {
  const tooMuch = script > budget || style > styleBudget;
  over ||= tooMuch;
  const line = `${tooMuch ? "✗" : " "} ${name}: ${script.toFixed(1)} of ${budget} kB, styles ${style.toFixed(1)} kB`;
  if (tooMuch || process.env.BUDGETS) console.log(line);
}
if (over) {
  console.error("over budget: load less, or load it later");
  process.exit(1);
}
