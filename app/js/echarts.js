// Renders an ECharts option in an element, in the colours of the page. Loaded when the first chart is
// shown. The option is plain data; functions (formatters) and colours are added here.
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

/** Below this width (pixels), labels beside bars are wrapped onto two lines. */
const NARROW = 360;
/** From this width (pixels) on, labels beside bars fit on one line. */
const WIDE = 520;

const asList = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** Reads colours and font from the custom properties of the page. */
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

/** Returns a formatter of values by format, like `short_value` and `value` in `app/i18n/src/formats.rs`. */
function formatter(settings) {
  const { locale, currency } = settings;
  const build = (options) => new Intl.NumberFormat(locale, { useGrouping: "always", ...options });
  const minus = (text) => text.replace(/^-/, "−");
  const money = currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
  return (value, format, isShort) => {
    if (value === null || value === undefined || value === "-" || Number.isNaN(Number(value))) return "–";
    const number = Number(value);
    const compact = isShort && Math.abs(number) >= 10_000 ? { notation: "compact", maximumFractionDigits: 1 } : null;
    switch (format) {
      case "currency":
        return minus(build({ ...money, ...(compact ?? { maximumFractionDigits: Math.abs(number) >= 100 || Number.isInteger(number) ? 0 : 2, minimumFractionDigits: 0 }) }).format(number));
      case "percent":
        return minus(build({ style: "percent", maximumFractionDigits: 1 }).format(number));
      case "days":
        return minus(build({ style: "unit", unit: "day", unitDisplay: isShort ? "short" : "long", maximumFractionDigits: 1 }).format(number));
      case "hours":
        return minus(build({ style: "unit", unit: "hour", unitDisplay: "narrow", maximumFractionDigits: 1 }).format(number));
      default:
        return minus(build(compact ?? { maximumFractionDigits: Math.abs(number) >= 100 ? 0 : 2 }).format(number));
    }
  };
}

/** Returns fill patterns that distinguish areas without colour. */
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

/** Completes an option: formatters of axes and tooltips, space for labels, patterns in high contrast. */
function completeOption(option, settings, colors, isStatic, width) {
  const format = formatter(settings);
  const formats = settings.formats ?? {};
  const numericFormats = [...new Set(Object.values(formats).filter((name) => name !== "text" && name !== "date"))];
  const series = asList(option.series);
  // The id of a series may be a health state; then its values are ratios of a target.
  const healthColor = (item) => (Object.hasOwn(colors.health, item?.id ?? "") ? colors.health[item.id] : undefined);
  const formatOf = (item) => formats[item?.name] ?? (healthColor(item) ? "percent" : numericFormats.length === 1 ? numericFormats[0] : "number");
  const axisFormat = (dimension, index) => {
    const axisFormats = series.filter((item) => (item?.[dimension] ?? 0) === index).map(formatOf);
    return axisFormats.length > 0 && axisFormats.every((name) => name === axisFormats[0]) ? axisFormats[0] : "number";
  };
  for (const dimension of ["x", "y"]) {
    asList(option[`${dimension}Axis`]).forEach((axis, index) => {
      if (axis.type === "value" || (axis.type === undefined && dimension === "y" && axis.data === undefined)) {
        axis.axisLabel = { ...axis.axisLabel, formatter: (value) => format(value, axisFormat(`${dimension}AxisIndex`, index), true) };
      } else if (dimension === "y") {
        // Labels beside bars get a limited width and are wrapped if necessary.
        const longest = Math.max(0, ...asList(axis.data).map((name) => String(name).length));
        const labelWidth = Math.min(width < NARROW ? 92 : width < WIDE ? 132 : 220, Math.ceil(longest * 6.4) + 6);
        if (axis.axisLabel?.width) axis.axisLabel = { ...axis.axisLabel, width: labelWidth, lineHeight: 13 };
        if (width < NARROW) {
          axis.axisLabel = { interval: 0, ...axis.axisLabel, hideOverlap: false, fontSize: 11, lineHeight: 13 };
          if (axis.position === "right") axis.data = axis.data?.map((label) => String(label).replace(" / ", "\n/ "));
        }
      } else if (dimension === "x" && axis.data?.length <= 6) {
        // Up to six labels are all shown, wrapped if necessary.
        axis.axisLabel = { interval: 0, hideOverlap: false, overflow: "break", width: Math.max(48, (width - 72) / axis.data.length - 8), ...axis.axisLabel };
      }
    });
  }
  for (const item of series) {
    const itemFormat = formatOf(item);
    const itemColor = healthColor(item);
    if (itemColor) item.itemStyle = { ...item.itemStyle, color: itemColor };
    if (item.markLine) {
      const isInverted = asList(option.yAxis).some((axis) => axis.inverse);
      item.markLine.label = { color: colors.muted, distance: 3, ...item.markLine.label, ...(isInverted ? { position: "start" } : {}) };
      item.markLine.lineStyle = { color: colors.text, ...item.markLine.lineStyle };
    }
    if (item.type === "bar" && item.stack && !itemColor) item.itemStyle = { borderRadius: 0, ...item.itemStyle };
    // Labels inside a shape are drawn on its colour, which contrasts with the surface.
    if (item.label?.position === "inside") item.label = { color: colors.surface, ...item.label };
    if (item.backgroundStyle) item.backgroundStyle = { color: colors.line, ...item.backgroundStyle };
    item.tooltip = { ...item.tooltip, valueFormatter: (value) => format(Array.isArray(value) ? value.at(-1) : value, itemFormat, false) };
    if (item.label?.show && item.label.formatter === undefined && item.type !== "pie") {
      item.label = { ...item.label, color: colors.text, formatter: ({ value }) => format(Array.isArray(value) ? value.at(-1) : value, itemFormat, true) };
    }
  }
  if (series.length > 0) {
    const hasAxis = option.xAxis !== undefined || option.yAxis !== undefined;
    // Tooltips are drawn on the canvas: HTML with inline styles would violate the content security policy.
    option.tooltip = { trigger: hasAxis ? "axis" : "item", confine: true, ...option.tooltip, renderMode: "richText", appendTo: undefined };
    if (hasAxis) {
      const hasLegend = option.legend !== undefined && option.legend.show !== false;
      option.grid = { left: 8, right: 16, top: hasLegend ? 40 : 16, bottom: 8, containLabel: true, ...(Array.isArray(option.grid) ? {} : option.grid) };
      if (hasLegend) option.legend = { type: "scroll", top: 0, left: 0, ...option.legend };
      // A legend of up to four series may wrap onto a second line instead of being paged.
      const characters = series.reduce((sum, item) => sum + String(item?.name ?? "").length, 0);
      if (hasLegend && series.length <= 4 && characters * 6.5 + series.length * 34 > width) {
        option.legend = { ...option.legend, type: "plain", itemGap: 10 };
        option.grid = { ...option.grid, top: (Number(option.grid.top) || 40) + 20 };
      }
    }
  }
  option.aria = { enabled: true, label: { enabled: false }, decal: { show: colors.isContrast, decals: patterns(`${colors.surface}80`) } };
  option.animation = !isStatic;
  option.animationDuration = 400;
  delete option.toolbox;
  return option;
}

/**
 * Renders `optionJson` in `element` and updates it when the size or the colours of the page change.
 * `settingsJson`: `{ locale, currency?, formats: { column: format } }`.
 */
export function mount(element, optionJson, settingsJson) {
  const settings = JSON.parse(settingsJson);
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  let chart;

  const draw = (isFirst) => {
    const colors = palette(element);
    chart?.dispose();
    chart = echarts.init(element, theme(colors), { renderer: "canvas", locale: settings.locale.toUpperCase() });
    chart.setOption(completeOption(JSON.parse(optionJson), settings, colors, reducedMotion.matches || !isFirst, element.clientWidth));
  };
  draw(true);

  let frame = 0;
  const schedule = (action) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(action);
  };
  const sizeClass = () => (element.clientWidth < NARROW ? 0 : element.clientWidth < WIDE ? 1 : 2);
  let currentSize = sizeClass();
  const resizeObserver = new ResizeObserver(() =>
    schedule(() => {
      const newSize = sizeClass();
      if (newSize === currentSize) return chart.resize();
      currentSize = newSize;
      draw(false);
    }),
  );
  resizeObserver.observe(element);
  const recolor = () => schedule(() => draw(false));
  const themeObserver = new MutationObserver(recolor);
  themeObserver.observe(document.documentElement, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", recolor);

  return {
    /** Returns the chart as a PNG data URL with an opaque background, at twice the size on screen. */
    png: () => chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: palette(element).surface }),
    /** Returns the chart as SVG source. */
    svg: () => {
      const colors = palette(element);
      const copy = echarts.init(null, theme(colors), { renderer: "svg", ssr: true, locale: settings.locale.toUpperCase(), width: element.clientWidth || 800, height: element.clientHeight || 400 });
      copy.setOption({ ...completeOption(JSON.parse(optionJson), settings, colors, true, element.clientWidth || 800), backgroundColor: colors.surface });
      const text = copy.renderToSVGString();
      copy.dispose();
      return text;
    },
    dispose: () => {
      cancelAnimationFrame(frame);
      resizeObserver.disconnect();
      themeObserver.disconnect();
      dark.removeEventListener("change", recolor);
      chart.dispose();
    },
  };
}
