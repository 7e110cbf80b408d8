// Charts: draws an ECharts option in an element, in the colours of the page. Loaded when the first
// chart is shown. The option is data; everything that is a function (formats, colours) is added here.
import * as echarts from "echarts/core";
import spanish from "echarts/i18n/langES-obj.js";
import {
  BarChart, BoxplotChart, CandlestickChart, FunnelChart, GaugeChart, HeatmapChart, LineChart, PieChart,
  RadarChart, SankeyChart, ScatterChart, TreemapChart,
} from "echarts/charts";
import {
  AriaComponent, CalendarComponent, DatasetComponent, DataZoomComponent, GraphicComponent, GridComponent,
  LegendComponent, LegendScrollComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent,
  RadarComponent, TitleComponent, TooltipComponent, TransformComponent, VisualMapComponent,
} from "echarts/components";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { color } from "./lib/colors.js";

echarts.use([
  BarChart, BoxplotChart, CandlestickChart, FunnelChart, GaugeChart, HeatmapChart, LineChart, PieChart,
  RadarChart, SankeyChart, ScatterChart, TreemapChart,
  AriaComponent, CalendarComponent, DatasetComponent, DataZoomComponent, GraphicComponent, GridComponent,
  LegendComponent, LegendScrollComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent,
  RadarComponent, TitleComponent, TooltipComponent, TransformComponent, VisualMapComponent,
  LabelLayout, CanvasRenderer, SVGRenderer,
]);

echarts.registerLocale("ES", spanish);

/** Below this many pixels names and figures beside bars are set on two lines. */
const NARROW = 360;
/** From this many pixels on names beside bars stand on one line. */
const ROOMY = 520;

const asList = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** Reads the chart's colours and type from the custom properties of the page. */
function palette(element) {
  const style = getComputedStyle(element);
  return {
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => color(element, `--data-${n}`, "#0f6b5c")),
    text: color(element, "--ink", "#222222"),
    muted: color(element, "--ink-faint", "#666666"),
    line: color(element, "--line", "#dddddd"),
    surface: color(element, "--surface", "#ffffff"),
    raised: color(element, "--raised", "#ffffff"),
    font: style.fontFamily || "system-ui, sans-serif",
    health: {
      good: color(element, "--fill-good", "#2b8a57"),
      watch: color(element, "--fill-watch", "#b97b16"),
      bad: color(element, "--fill-bad", "#cb4538"),
      unknown: color(element, "--fill-unknown", "#8a8f8a"),
    },
    isContrast: document.documentElement.dataset.theme === "contrast" || matchMedia("(prefers-contrast: more)").matches,
  };
}

function theme(colors) {
  const axis = {
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { show: false },
    axisLabel: { color: colors.muted, fontSize: 12, hideOverlap: true },
    nameTextStyle: { color: colors.muted, fontSize: 12 },
    splitLine: { lineStyle: { color: colors.line, width: 1 } },
  };
  return {
    color: colors.series,
    backgroundColor: "transparent",
    textStyle: { fontFamily: colors.font, color: colors.text },
    title: { textStyle: { color: colors.text, fontSize: 14, fontWeight: 600 }, subtextStyle: { color: colors.muted } },
    legend: { textStyle: { color: colors.text, fontSize: 12 }, itemWidth: 12, itemHeight: 8, itemGap: 16, pageTextStyle: { color: colors.muted }, pageIconColor: colors.muted, pageIconInactiveColor: colors.line },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    timeAxis: axis,
    logAxis: axis,
    line: { symbolSize: 5, lineStyle: { width: 2 }, smooth: false },
    bar: { itemStyle: { borderRadius: [3, 3, 0, 0] }, barMaxWidth: 40 },
    pie: { label: { color: colors.text }, itemStyle: { borderColor: colors.surface, borderWidth: 2 } },
    funnel: { itemStyle: { borderColor: colors.surface, borderWidth: 2 } },
    radar: { axisName: { color: colors.muted }, splitLine: { lineStyle: { color: colors.line } }, splitArea: { show: false } },
    gauge: { axisLabel: { color: colors.muted }, title: { color: colors.text }, detail: { color: colors.text } },
    tooltip: {
      backgroundColor: colors.raised, borderColor: colors.line, borderWidth: 1, padding: [8, 10],
      textStyle: { color: colors.text, fontSize: 12, fontFamily: colors.font },
      axisPointer: { lineStyle: { color: colors.muted }, crossStyle: { color: colors.muted }, shadowStyle: { color: colors.line, opacity: 0.35 } },
    },
  };
}

/** Writes a figure as `app/src/features/artifacts/format.rs` does. */
function formatter(settings) {
  const { locale, currency } = settings;
  const build = (options) => new Intl.NumberFormat(locale, { useGrouping: "always", ...options });
  const minus = (text) => text.replace(/^-/, "−");
  const money = currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
  return (value, format, isShort) => {
    if (value === null || value === undefined || value === "-" || Number.isNaN(Number(value))) return "–";
    const figure = Number(value);
    const compact = isShort && Math.abs(figure) >= 10_000 ? { notation: "compact", maximumFractionDigits: 1 } : null;
    switch (format) {
      case "currency":
        return minus(build({ ...money, ...(compact ?? { maximumFractionDigits: Math.abs(figure) >= 100 || Number.isInteger(figure) ? 0 : 2, minimumFractionDigits: 0 }) }).format(figure));
      case "percent":
        return minus(build({ style: "percent", maximumFractionDigits: 1 }).format(figure));
      case "days":
        return minus(build({ style: "unit", unit: "day", unitDisplay: isShort ? "short" : "long", maximumFractionDigits: 1 }).format(figure));
      case "hours":
        return minus(build({ style: "unit", unit: "hour", unitDisplay: "narrow", maximumFractionDigits: 1 }).format(figure));
      default:
        return minus(build(compact ?? { maximumFractionDigits: Math.abs(figure) >= 100 ? 0 : 2 }).format(figure));
    }
  };
}

/** Patterns that tell areas apart without their colours. */
function patterns(tint) {
  const base = { color: tint, symbol: "rect", symbolSize: 1 };
  return [
    { ...base, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 6 },
    { ...base, symbol: "circle", symbolSize: 0.8, dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [6, 0] },
    { ...base, dashArrayX: [1, 0], dashArrayY: [4, 3], rotation: -Math.PI / 4 },
    { ...base, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] },
    { ...base, dashArrayX: [[1, 0], [1, 6]], dashArrayY: [1, 0, 6, 0], rotation: Math.PI / 4 },
    { ...base, symbol: "triangle", symbolSize: 0.8, dashArrayX: [[9, 9], [0, 9, 9, 0]], dashArrayY: [7, 2] },
  ];
}

/** Adds what data cannot say: formats of axes and tips, room for labels, patterns in high contrast. */
function dress(option, settings, colors, isStill, width) {
  const write = formatter(settings);
  const formats = settings.formats ?? {};
  const all = [...new Set(Object.values(formats).filter((format) => format !== "text" && format !== "date"))];
  const series = asList(option.series);
  // Series that say how figures stand bear the standing as their id; their values are shares of a target.
  const standing = (item) => (Object.hasOwn(colors.health, item?.id ?? "") ? colors.health[item.id] : undefined);
  const formatOf = (item) => formats[item?.name] ?? (standing(item) ? "percent" : all.length === 1 ? all[0] : "number");
  const axisFormat = (dimension, index) => {
    const here = series.filter((item) => (item?.[dimension] ?? 0) === index).map(formatOf);
    return here.length > 0 && here.every((format) => format === here[0]) ? here[0] : "number";
  };
  for (const dimension of ["x", "y"]) {
    asList(option[`${dimension}Axis`]).forEach((axis, index) => {
      if (axis.type === "value" || (axis.type === undefined && dimension === "y" && axis.data === undefined)) {
        axis.axisLabel = { ...axis.axisLabel, formatter: (value) => write(value, axisFormat(`${dimension}AxisIndex`, index), true) };
      } else if (dimension === "y") {
        // Names beside bars have as much room as the bars can spare, and break where they must.
        const longest = Math.max(0, ...asList(axis.data).map((name) => String(name).length));
        const room = Math.min(width < NARROW ? 92 : width < ROOMY ? 132 : 220, Math.ceil(longest * 6.4) + 6);
        if (axis.axisLabel?.width) axis.axisLabel = { ...axis.axisLabel, width: room, lineHeight: 13 };
        if (width < NARROW) {
          axis.axisLabel = { interval: 0, ...axis.axisLabel, hideOverlap: false, fontSize: 11, lineHeight: 13 };
          if (axis.position === "right") axis.data = axis.data?.map((words) => String(words).replace(" / ", "\n/ "));
        }
      } else if (dimension === "x" && axis.data?.length <= 6) {
        // A few names are all written out, on two lines where they must be.
        axis.axisLabel = { interval: 0, hideOverlap: false, overflow: "break", width: Math.max(48, (width - 72) / axis.data.length - 8), ...axis.axisLabel };
      }
    });
  }
  for (const item of series) {
    const format = formatOf(item);
    const tint = standing(item);
    if (tint) item.itemStyle = { ...item.itemStyle, color: tint };
    if (item.markLine) {
      const isTurned = asList(option.yAxis).some((axis) => axis.inverse);
      item.markLine.label = { color: colors.muted, distance: 3, ...item.markLine.label, ...(isTurned ? { position: "start" } : {}) };
      item.markLine.lineStyle = { color: colors.text, ...item.markLine.lineStyle };
    }
    if (item.type === "bar" && item.stack && !tint) item.itemStyle = { borderRadius: 0, ...item.itemStyle };
    // Words inside a shape stand on its colour, which is dark on light pages and light on dark ones.
    if (item.label?.position === "inside") item.label = { color: colors.surface, ...item.label };
    if (item.backgroundStyle) item.backgroundStyle = { color: colors.line, ...item.backgroundStyle };
    item.tooltip = { ...item.tooltip, valueFormatter: (value) => write(Array.isArray(value) ? value.at(-1) : value, format, false) };
    if (item.label?.show && item.label.formatter === undefined && item.type !== "pie") {
      item.label = { ...item.label, color: colors.text, formatter: ({ value }) => write(Array.isArray(value) ? value.at(-1) : value, format, true) };
    }
  }
  if (series.length > 0) {
    const hasAxis = option.xAxis !== undefined || option.yAxis !== undefined;
    // Tips are drawn on the canvas: markup with inline styles would break the page's security policy.
    option.tooltip = { trigger: hasAxis ? "axis" : "item", confine: true, ...option.tooltip, renderMode: "richText", appendTo: undefined };
    if (hasAxis) {
      const hasLegend = option.legend !== undefined && option.legend.show !== false;
      option.grid = { left: 8, right: 16, top: hasLegend ? 40 : 16, bottom: 8, containLabel: true, ...(Array.isArray(option.grid) ? {} : option.grid) };
      if (hasLegend) option.legend = { type: "scroll", top: 0, left: 0, ...option.legend };
      // A few words that need a second line get it, and are not turned over like pages.
      const letters = series.reduce((sum, item) => sum + String(item?.name ?? "").length, 0);
      if (hasLegend && series.length <= 4 && letters * 6.5 + series.length * 34 > width) {
        option.legend = { ...option.legend, type: "plain", itemGap: 10 };
        option.grid = { ...option.grid, top: (Number(option.grid.top) || 40) + 20 };
      }
    }
  }
  option.aria = { enabled: true, label: { enabled: false }, decal: { show: colors.isContrast, decals: patterns(`${colors.surface}80`) } };
  option.animation = !isStill;
  option.animationDuration = 400;
  delete option.toolbox;
  return option;
}

/**
 * Draws `optionJson` in `element` and keeps it fitting and in the page's colours.
 * `settingsJson`: `{ locale, currency?, formats: { column: format } }`.
 */
export function mount(element, optionJson, settingsJson) {
  const settings = JSON.parse(settingsJson);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let chart;

  const draw = (isFirst) => {
    const colors = palette(element);
    chart?.dispose();
    chart = echarts.init(element, theme(colors), { renderer: "canvas", locale: settings.locale.toUpperCase() });
    chart.setOption(dress(JSON.parse(optionJson), settings, colors, still.matches || !isFirst, element.clientWidth));
  };
  draw(true);

  let frame = 0;
  const later = (act) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(act);
  };
  const kind = () => (element.clientWidth < NARROW ? 0 : element.clientWidth < ROOMY ? 1 : 2);
  let before = kind();
  const sizes = new ResizeObserver(() =>
    later(() => {
      const now = kind();
      if (now === before) return chart.resize();
      before = now;
      draw(false);
    }),
  );
  sizes.observe(element);
  const recolor = () => later(() => draw(false));
  const attributes = new MutationObserver(recolor);
  attributes.observe(document.documentElement, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", recolor);

  return {
    /** Returns the picture as a PNG data URL on an opaque ground, twice the size on screen. */
    png: () => chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: palette(element).surface }),
    /** Returns the picture as SVG text. */
    svg: () => {
      const colors = palette(element);
      const drawing = echarts.init(null, theme(colors), { renderer: "svg", ssr: true, locale: settings.locale.toUpperCase(), width: element.clientWidth || 800, height: element.clientHeight || 400 });
      drawing.setOption({ ...dress(JSON.parse(optionJson), settings, colors, true, element.clientWidth || 800), backgroundColor: colors.surface });
      const text = drawing.renderToSVGString();
      drawing.dispose();
      return text;
    },
    dispose: () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      attributes.disconnect();
      dark.removeEventListener("change", recolor);
      chart.dispose();
    },
  };
}
