// Renders Mermaid source as SVG. Loaded when the first diagram is shown.
import mermaid from "mermaid";
import { color } from "./lib/colors.js";

let count = 0;
let queue = Promise.resolve();

/**
 * Adds the page's nonce to the style elements that Mermaid creates while it measures and sanitizes; the content
 * security policy rejects them without it. Returns a function that restores the patched methods and removes the nonce
 * from the SVG, which is never inserted into the page.
 */
function patchStyleNonce() {
  const nonce = document.querySelector("style[nonce], script[nonce]")?.nonce;
  if (!nonce) return (svg) => svg;
  const addNonce = (element) => {
    if (element.localName === "style") element.nonce = nonce;
    return element;
  };
  const { createElement, createElementNS } = Document.prototype;
  document.createElement = (...args) => addNonce(createElement.apply(document, args));
  document.createElementNS = (...args) => addNonce(createElementNS.apply(document, args));
  const { parseFromString } = DOMParser.prototype;
  const attribute = ` nonce="${nonce}"`;
  DOMParser.prototype.parseFromString = function (text, type) {
    return parseFromString.call(this, String(text).replaceAll("<style", `<style${attribute}`), type);
  };
  return (svg) => {
    delete document.createElement;
    delete document.createElementNS;
    DOMParser.prototype.parseFromString = parseFromString;
    return svg.replaceAll(attribute, "");
  };
}

/** Returns the diagram as SVG source, in the colours of the page at `element`. Rejects on a syntax error. */
export function draw(element, text) {
  // Sequential, because Mermaid's configuration and the patched methods are global.
  const result = queue.then(() => render(element, text));
  queue = result.then(() => undefined, () => undefined);
  return result;
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
  const restore = patchStyleNonce();
  let svg = "";
  try {
    svg = (await mermaid.render(`penny-diagram-${count}`, text)).svg;
  } finally {
    svg = restore(svg);
  }
  return svg;
}
