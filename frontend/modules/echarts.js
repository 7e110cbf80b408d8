// Charts; loaded when the first chart is shown.
export * from "../../app/js/echarts.js";
