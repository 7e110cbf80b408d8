// Diagrams: turns Mermaid text into a picture. Loaded when the first diagram is shown.
import mermaid from "mermaid";
import { color } from "./lib/colors.js";

let count = 0;
let queue = Promise.resolve();

/**
 * Lets the styles that Mermaid makes while it measures and cleans bear the page's nonce, without which the page's
 * security policy refuses them; returns what ends that and takes the nonce out of a picture. The picture itself is never part of the page.
 */
function bearNonce() {
  const nonce = document.querySelector("style[nonce], script[nonce]")?.nonce;
  if (!nonce) return (svg) => svg;
  const bear = (element) => {
    if (element.localName === "style") element.nonce = nonce;
    return element;
  };
  const { createElement, createElementNS } = Document.prototype;
  document.createElement = (...words) => bear(createElement.apply(document, words));
  document.createElementNS = (...words) => bear(createElementNS.apply(document, words));
  const { parseFromString } = DOMParser.prototype;
  const mark = ` nonce="${nonce}"`;
  DOMParser.prototype.parseFromString = function (text, type) {
    return parseFromString.call(this, String(text).replaceAll("<style", `<style${mark}`), type);
  };
  return (svg) => {
    delete document.createElement;
    delete document.createElementNS;
    DOMParser.prototype.parseFromString = parseFromString;
    return svg.replaceAll(mark, "");
  };
}

/** Returns the diagram as SVG text, in the colours of the page at `element`. Rejects when the text is no diagram. */
export function draw(element, text) {
  // One after the other: what Mermaid is told, and what it is lent, holds for all of the page.
  const drawn = queue.then(() => render(element, text));
  queue = drawn.then(() => undefined, () => undefined);
  return drawn;
}

async function render(element, text) {
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
  const end = bearNonce();
  let drawn = "";
  try {
    drawn = (await mermaid.render(`penny-diagram-${count}`, text)).svg;
  } finally {
    drawn = end(drawn);
  }
  return drawn;
}
