// Gathers the licence text of every package whose code or font is inside the vendored files.
import { existsSync, readFileSync, readdirSync } from "node:fs";

const VENDORED = ["govuk-frontend", "@fontsource/source-sans-3", "htmx.org", "vega", "vega-lite", "vega-embed"];
// Command-line and type packages that vega-lite lists as dependencies; none of their code is bundled.
const NOT_BUNDLED = new Set(["yargs", "iconv-lite", "commander"]);

const manifest = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));

function closure(names) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name) || NOT_BUNDLED.has(name) || name.startsWith("@types/")) return;
    found.add(name);
    if (name !== "govuk-frontend") Object.keys(manifest(name).dependencies ?? {}).forEach(visit);
  };
  names.forEach(visit);
  return [...found].sort();
}

function licenceText(name) {
  const own = `licences/${name}.txt`; // for packages published without their licence text
  if (existsSync(own)) return readFileSync(own, "utf8");
  const file = readdirSync(`node_modules/${name}`).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} carries no licence text: put it at ${own}`);
  return readFileSync(`node_modules/${name}/${file}`, "utf8");
}

const byText = new Map();
for (const name of closure(VENDORED)) {
  const { version, license } = manifest(name);
  const text = licenceText(name).replace(/\r\n/g, "\n").trim();
  byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
}
const parts = [
  "Third-party software and fonts inside the pages of whatworks, with their licences.\n" +
    "Made by tools/assets/build.sh.\n",
];
for (const [text, names] of byText) {
  parts.push(`${"=".repeat(80)}\n${names.join("\n")}\n${"-".repeat(80)}\n${text}\n`);
}
process.stdout.write(parts.join("\n"));
