// Generates app/src/ui/icons.rs from the lucide icon set (ISC licence), with the icons that the page uses as SVG
// path data. Run `npm run icons` after changing the list.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const icons = [
  "arrow-down", "arrow-left", "arrow-up", "brain", "chart-column", "chart-line", "chevron-down", "chevron-left",
  "chevron-right", "chevron-up", "chevrons-up-down", "circle-alert", "circle-check", "circle-help", "circle-stop",
  "circle-x", "clock", "code", "columns-2", "command", "contrast", "copy", "ellipsis", "eye", "eye-off", "file", "file-text",
  "gauge", "git-branch", "image", "keyboard", "languages", "layout-dashboard", "loader-circle", "log-out", "maximize-2",
  "message-square", "minus", "monitor", "moon", "panel-left", "panel-right", "paperclip", "pencil", "pin", "pin-off",
  "plus", "refresh-cw", "rotate-ccw", "search", "settings", "shield-check", "square", "square-pen", "sun", "table",
  "target", "trash-2", "trending-down", "trending-up", "triangle-alert", "workflow", "x",
];

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve("lucide-static/package.json")), "icons");
const fallback = { "circle-help": "circle-question-mark" };
const pascal = (name) => name.replace(/(^|-)([a-z0-9])/g, (_, __, letter) => letter.toUpperCase());

const arms = [];
for (const name of icons) {
  let svg;
  try {
    svg = readFileSync(join(folder, `${name}.svg`), "utf8");
  } catch {
    svg = readFileSync(join(folder, `${fallback[name]}.svg`), "utf8");
  }
  const inside = svg.replace(/<!--.*?-->/gs, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  arms.push([name, pascal(name), inside.replace(/\s+/g, " ").replace(/ ?\/> ?/g, "/>").trim()]);
}

const code = `//! The icons of the page, from the lucide set (ISC licence). Written by \`npm run icons\`; do not edit.

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyph {
${arms.map(([name, variant]) => `    /// \`${name}\`.\n    ${variant},`).join("\n")}
}

impl Glyph {
    /// Returns the SVG elements inside a 24 by 24 view box.
    #[must_use]
    pub const fn svg_elements(self) -> &'static str {
        match self {
${arms.map(([, variant, inside]) => `            Self::${variant} => {\n                r#"${inside}"#\n            }`).join("\n")}
        }
    }
}
`;
writeFileSync(new URL("../app/src/ui/icons.rs", import.meta.url), code);
