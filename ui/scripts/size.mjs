// What a first visit has to load: the entry, everything it imports, the first route, and the style.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const limit = 180_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const first = ["index.html", "src/routes/index.tsx?tsr-split=component"];

const files = new Set(["index.html", "theme.js"]);
function load(key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`size: the build has no ${key}; did the first route move?`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const next of chunk.imports ?? []) load(next);
}
for (const key of first) load(key);

const sizes = [...files].map((file) => [gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length, file]);
const total = sizes.reduce((sum, [bytes]) => sum + bytes, 0);
for (const [bytes, file] of sizes.toSorted((a, b) => b[0] - a[0])) console.log(`${String(bytes).padStart(8)}  ${file}`);
console.log(`${String(total).padStart(8)}  first route, gzip; at most ${limit}`);
if (total > limit) {
  console.error(`size: the first route is ${total - limit} bytes too heavy. Load what it does not need later (lazy, a route's own chunk).`);
  process.exit(1);
}
