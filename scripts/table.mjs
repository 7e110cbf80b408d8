// Combines the results of the benchmarks into one Markdown table and prints it. With the name of a file, also
// replaces the table between the markers in that file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const read = (name) => (existsSync(`target/${name}`) ? JSON.parse(readFileSync(`target/${name}`, "utf8")) : undefined);

const rows = [...(read("benchmarks-server.json") ?? []), ...(read("benchmarks-browser.json") ?? [])];
const axe = read("benchmarks-axe.json");
if (axe) {
  rows.push({
    what: "axe violations on every page, both languages, three themes (failed checks)",
    unit: "",
    measured: axe.stats.unexpected,
    goal: 0,
  });
}

const format = (value, unit) => `${value === 0 || value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}`.trim();
const lines = rows.map(({ what, unit, measured, goal }) => {
  const hasGoal = goal !== null && goal !== undefined;
  const verdict = hasGoal ? (measured <= goal ? "met" : "**missed**") : "";
  return `| ${what} | ${hasGoal ? `<= ${goal} ${unit}`.trim() : ""} | ${format(measured, unit)} | ${verdict} |`;
});
const table = ["| what | goal | measured | |", "|---|---:|---:|---|", ...lines].join("\n");
const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model.trim() || "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB.`;
console.log(`\n${table}\n\n${machine}`);

const file = process.argv[2];
if (file) {
  const [begin, end] = ["<!-- measured -->", "<!-- /measured -->"];
  const text = readFileSync(file, "utf8");
  const [head, rest] = [text.slice(0, text.indexOf(begin) + begin.length), text.slice(text.indexOf(end))];
  writeFileSync(file, `${head}\n${table}\n\nMeasured ${machine}\n${rest}`);
}
