// Fails the build when what a browser must load before it shows the page grows beyond its budget, or all panels and further
// lists together, each loaded when it is first opened, beyond another.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST_BUDGET_BYTES = 80_000;
const LATER_BUDGET_BYTES = 34_000;
const assets = new URL("../dist/assets/", import.meta.url);
const index = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");

let first = 0;
let later = 0;
for (const name of readdirSync(assets)) {
  const size = gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length;
  const atFirst = index.includes(name);
  if (atFirst) first += size;
  else later += size;
  console.log(`${String(size).padStart(7)}  ${name}${atFirst ? "" : " (later)"}`);
}
console.log(`${String(first).padStart(7)}  bytes at first, gzipped; budget ${FIRST_BUDGET_BYTES}`);
console.log(`${String(later).padStart(7)}  bytes later, gzipped; budget ${LATER_BUDGET_BYTES}`);
if (first > FIRST_BUDGET_BYTES || later > LATER_BUDGET_BYTES) {
  console.error("the bundle is over its budget: load what the first page does not need later, or drop it");
  process.exit(1);
}
