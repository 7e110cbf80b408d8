// Joins what the bench measured into one table and prints it; with a file's name, puts it there between
// the two marks that stand for it.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const read = (name) => (existsSync(`target/${name}`) ? JSON.parse(readFileSync(`target/${name}`, "utf8")) : undefined);

const rows = [...(read("measures-server.json") ?? []), ...(read("measures-browser.json") ?? [])];
const axe = read("measures-axe.json");
if (axe) {
  rows.push({
    what: "axe violations on every page, both languages, three themes (failed checks)",
    unit: "",
    measured: axe.stats.unexpected,
    goal: 0,
  });
}

const written = (value, unit) => `${value === 0 || value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}`.trim();
const lines = rows.map(({ what, unit, measured, goal }) => {
  const hasGoal = goal !== null && goal !== undefined;
  const verdict = hasGoal ? (measured <= goal ? "met" : "**missed**") : "";
  return `| ${what} | ${hasGoal ? `<= ${goal} ${unit}`.trim() : ""} | ${written(measured, unit)} | ${verdict} |`;
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
