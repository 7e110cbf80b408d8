// Diagrams; loaded when the first diagram is shown.
export * from "../../app/js/mermaid.js";
