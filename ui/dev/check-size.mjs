// Fails the build when what a browser must load before it shows the page grows beyond its budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 80_000;
const assets = new URL("../dist/assets/", import.meta.url);

let total = 0;
for (const name of readdirSync(assets)) {
  const size = gzipSync(readFileSync(new URL(name, assets)), { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(7)}  ${name}`);
}
console.log(`${String(total).padStart(7)}  bytes in all, gzipped; budget ${BUDGET_BYTES}`);
if (total > BUDGET_BYTES) {
  console.error("the bundle is over its budget: load what the first page does not need later, or drop it");
  process.exit(1);
}
