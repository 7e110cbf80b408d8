// Diagrams: turns Mermaid text into a picture. Loaded when the first diagram is shown.
import mermaid from "mermaid";
import { color } from "./lib/colors.js";

let count = 0;

/** Returns the diagram as SVG text, in the colours of the page at `element`. Rejects when the text is no diagram. */
export async function draw(element, text) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => color(element, name, fallback);
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    suppressErrorRendering: true,
    maxTextSize: 50_000,
    theme: "base",
    themeVariables: {
      fontFamily: style.fontFamily,
      background: read("--surface", "#ffffff"),
      primaryColor: read("--accent-wash", "#e8f0ee"),
      primaryTextColor: read("--ink", "#222222"),
      primaryBorderColor: read("--accent-line", "#0f6b5c"),
      lineColor: read("--ink-faint", "#666666"),
      textColor: read("--ink", "#222222"),
    },
  });
  count += 1;
  const { svg } = await mermaid.render(`penny-diagram-${count}`, text);
  return svg;
}
