// Charts, loaded when the first one is shown.
export * from "../../app/js/echarts.js";
