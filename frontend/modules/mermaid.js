// Diagrams, loaded when the first one is shown.
export * from "../../app/js/mermaid.js";
