/**
 * One picture: curves over time with a common cursor and zoom for all pictures of a page. Mouse: drag zooms, a double click
 * shows all. Keyboard: left and right move the cursor, with Shift they pan, + and − zoom, 0 shows all. Below it stands what
 * the cursor points at, and a table of the same data.
 */
import type uPlotType from "uplot";
import { element } from "./page-data.js";
import { axisOf, clockText, columnsOf, rangeOf, readableUnit, short, type Axis, type Column, type Curve, type Floor } from "./series-table.js";

declare const uPlot: typeof uPlotType;

export interface PictureSpec {
  id: string;
  title: string;
  /** What the picture tells, in one sentence. */
  says: string;
  curves: Curve[];
  floors?: Floor[];
  /** Shaded stretches. */
  bands?: { label: string; spans: [number, number][] };
  /** Marks on the curve, told in the read-out. */
  marks?: { at: number; value: number; text: string }[];
  /** Least stretch of values that is shown, in the unit of the curves. */
  leastSpan?: number;
  /** Values above it are cut off. */
  cutAbove?: number;
}

const HEIGHT = 220;
const TABLE_ROWS = 24;
const SYNC = "kalico";

/** All plots that were drawn: they zoom together. */
const plots = new Set<uPlotType>();
let shown: [number, number] | undefined;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function transparent(hex: string, alpha: string): string {
  return /^#[0-9a-f]{6}$/i.test(hex) ? `${hex}${alpha}` : hex;
}

/** Shows a stretch of time in every picture; undefined: all of it. */
function zoomAll(range: [number, number] | undefined): void {
  shown = range;
  for (const plot of plots) {
    const xs = plot.data[0];
    plot.setScale("x", range === undefined ? { min: xs[0]!, max: xs[xs.length - 1]! } : { min: range[0], max: range[1] });
  }
}

function zoomBy(plot: uPlotType, factor: number, pan = 0): void {
  const xs = plot.data[0];
  const [low, high] = [xs[0]!, xs[xs.length - 1]!];
  const min = plot.scales["x"]!.min ?? low;
  const max = plot.scales["x"]!.max ?? high;
  const width = Math.max((max - min) * factor, (high - low) / 5000);
  const at = plot.cursor.left !== undefined && plot.cursor.left !== null && plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, "x") : (min + max) / 2;
  const share = (at - min) / (max - min);
  let from = at - share * width + pan * width;
  from = Math.max(low, Math.min(from, high - width));
  if (width >= high - low) zoomAll(undefined);
  else zoomAll([from, from + width]);
}

/** Builds the figure; the plot itself is drawn when it comes into sight. */
export function picture(spec: PictureSpec): HTMLElement {
  const figure = element("figure", { class: "picture", id: spec.id });
  figure.append(element("figcaption", {}, element("h4", {}, spec.title), element("p", { class: "says" }, spec.says)));
  const legend = element("p", { class: "legend" });
  for (const curve of spec.curves) legend.append(element("span", { class: `key key-${curve.colour}` }, curve.label), " ");
  for (const floor of spec.floors ?? []) legend.append(element("span", { class: `key dashed key-${floor.colour}` }, floor.label), " ");
  if (spec.bands !== undefined && spec.bands.spans.length > 0) legend.append(element("span", { class: "key shade" }, spec.bands.label));
  const holder = element("div", { class: "plot", tabindex: "0", role: "group", "aria-label": `${spec.title}: plot over time. Arrow keys move the cursor, plus and minus zoom, 0 shows all.` });
  holder.style.minHeight = `${HEIGHT}px`;
  const readout = element("p", { class: "readout" }, summary(spec));
  const tools = element("div", { class: "tools" });
  figure.append(legend, holder, readout, tools, tableOf(spec));
  const draw = (): void => {
    const plot = drawPlot(spec, holder, readout);
    const button = (label: string, name: string, act: () => void): HTMLButtonElement => {
      const node = element("button", { type: "button", "aria-label": `${name}: ${spec.title}` }, label);
      node.addEventListener("click", act);
      return node;
    };
    tools.append(button("+", "Zoom in", () => zoomBy(plot, 0.5)), button("−", "Zoom out", () => zoomBy(plot, 2)), button("◀", "Earlier", () => zoomBy(plot, 1, -0.3)), button("▶", "Later", () => zoomBy(plot, 1, 0.3)), button("All", "Show all", () => zoomAll(undefined)));
    holder.addEventListener("keydown", (event) => onKey(event, plot));
  };
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting)) return;
    seen.disconnect();
    draw();
  }, { rootMargin: "300px" });
  seen.observe(holder);
  return figure;
}

function onKey(event: KeyboardEvent, plot: uPlotType): void {
  const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
  if (step !== 0 && event.shiftKey) zoomBy(plot, 1, step * 0.2);
  else if (step !== 0) {
    const left = Math.max(0, Math.min(plot.over.clientWidth - 1, (plot.cursor.left ?? -1) < 0 ? plot.over.clientWidth / 2 : plot.cursor.left! + step * 5));
    plot.setCursor({ left, top: plot.over.clientHeight / 2 }, true);
  } else if (event.key === "+" || event.key === "=") zoomBy(plot, 0.5);
  else if (event.key === "-" || event.key === "−") zoomBy(plot, 2);
  else if (event.key === "0" || event.key === "Home") zoomAll(undefined);
  else return;
  event.preventDefault();
}

/** What a picture holds as a whole, in words. */
function summary(spec: PictureSpec): string {
  const parts = spec.curves.map((curve) => {
    const range = rangeOf(curve, -Infinity, Infinity);
    if (range === undefined) return `${curve.label}: nothing`;
    const [factor, unit] = readableUnit(curve.series.unit, Math.max(Math.abs(range[0]), Math.abs(range[1])));
    return `${curve.label}: ${short(range[0] * factor)}${curve.series.max === undefined || range[0] === range[1] ? "" : ` to ${short(range[1] * factor)}`} ${unit}`;
  });
  return parts.join("; ");
}

/** The print without the plugin lies beneath the other and is wider: where both are the same it shows at the edges. */
const beneath = (curve: { label: string }, spec: PictureSpec): boolean => spec.curves.length > 1 && curve.label === "without the plugin";

function drawPlot(spec: PictureSpec, holder: HTMLElement, readout: HTMLElement): uPlotType {
  const axis: Axis = axisOf(spec.curves);
  const xs = Array.from({ length: axis.count }, (_, i) => axis.start + (i + 0.5) * axis.step);
  const magnitude = Math.max(...spec.curves.map((c) => { const r = rangeOf(c, -Infinity, Infinity); return r === undefined ? 0 : Math.max(Math.abs(r[0]), Math.abs(r[1])); }), ...(spec.floors ?? []).map((f) => Math.abs(f.value)));
  const [factor, unit] = readableUnit(spec.curves[0]!.series.unit, magnitude);
  const scaled = (column: Column): Column => (factor === 1 ? column : column.map((v) => (v === null ? null : v * factor)));
  const data: Column[] = [xs];
  const series: uPlotType.Series[] = [{}];
  const fills: uPlotType.Band[] = [];
  for (const curve of spec.curves) {
    const [min, max] = columnsOf(curve, axis);
    const line = (): uPlotType.Series => ({ label: curve.label, stroke: () => colour(curve.colour), width: beneath(curve, spec) ? 3 : 1, points: { show: false }, spanGaps: spec.cutAbove !== undefined });
    data.push(scaled(max), scaled(min));
    series.push(line(), line());
    fills.push({ series: [series.length - 2, series.length - 1], fill: () => transparent(colour(curve.colour), "40") });
  }
  for (const floor of spec.floors ?? []) {
    data.push(xs.map(() => floor.value * factor));
    series.push({ label: floor.label, stroke: () => colour(floor.colour), width: 1, dash: [6, 4], points: { show: false } });
  }
  const tick = { stroke: () => colour("text"), grid: { stroke: () => colour("grid"), width: 1 }, ticks: { stroke: () => colour("grid"), width: 1 }, font: "12px system-ui, sans-serif" };
  const plot = new uPlot({
    width: Math.max(280, holder.clientWidth), height: HEIGHT, legend: { show: false }, series, bands: fills,
    scales: { x: { time: false }, y: { range: (_u, low, high) => valueRange(spec, factor, low, high) } },
    axes: [{ ...tick, values: (_u, values) => values.map((v) => `${short(v)} s`) }, { ...tick, size: 58, label: unit, labelSize: 18, labelFont: "12px system-ui, sans-serif", values: (_u, values) => values.map(short) }],
    cursor: { sync: { key: SYNC, setSeries: false }, drag: { x: true, y: false, setScale: false }, points: { show: false } },
    hooks: {
      drawClear: [(u) => shade(u, spec)], draw: [(u) => drawMarks(u, spec, factor)],
      setSelect: [(u) => {
        if (u.select.width < 4) return;
        zoomAll([u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")]);
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
      setCursor: [(u) => { readout.textContent = readoutText(u, spec, axis, unit); }],
    },
  }, data as uPlotType.AlignedData, holder);
  plots.add(plot);
  plot.over.addEventListener("dblclick", () => zoomAll(undefined));
  if (shown !== undefined) plot.setScale("x", { min: shown[0], max: shown[1] });
  new ResizeObserver(() => {
    const width = Math.max(280, holder.clientWidth);
    if (width !== plot.width) plot.setSize({ width, height: HEIGHT });
  }).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw(false, true));
  return plot;
}

/** Values from the lowest to the highest curve, with some air; never less than the least span. */
function valueRange(spec: PictureSpec, factor: number, low: number, high: number): [number, number] {
  if (spec.cutAbove !== undefined) return [Math.min(0, low ?? 0), spec.cutAbove * factor];
  const least = (spec.leastSpan ?? 0) * factor;
  const [from, to] = low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high) ? [0, 1] : [low, high];
  const missing = Math.max(least - (to - from), to === from ? Math.max(Math.abs(to) * 0.2, 1e-9) : 0);
  const air = (to - from + missing) * 0.05;
  return [from - missing / 2 - air, to + missing / 2 + air];
}

function shade(u: uPlotType, spec: PictureSpec): void {
  for (const [from, to] of spec.bands?.spans ?? []) {
    const left = Math.max(u.bbox.left, u.valToPos(from, "x", true));
    const right = Math.min(u.bbox.left + u.bbox.width, u.valToPos(to, "x", true));
    if (right <= left) continue;
    u.ctx.fillStyle = colour("shade");
    u.ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
  }
}

function drawMarks(u: uPlotType, spec: PictureSpec, factor: number): void {
  const { min, max } = u.scales["x"]!;
  u.ctx.fillStyle = colour("mark");
  for (const mark of spec.marks ?? []) {
    if (min === undefined || max === undefined || mark.at < min || mark.at > max) continue;
    u.ctx.beginPath();
    u.ctx.arc(u.valToPos(mark.at, "x", true), u.valToPos(mark.value * factor, "y", true), 4 * devicePixelRatio, 0, 2 * Math.PI);
    u.ctx.fill();
  }
}

function readoutText(u: uPlotType, spec: PictureSpec, axis: Axis, unit: string): string {
  const i = u.cursor.idx;
  if (i === null || i === undefined) return summary(spec);
  const at = axis.start + (i + 0.5) * axis.step;
  const values = spec.curves.map((curve, n) => {
    const max = u.data[1 + 2 * n]![i];
    const min = u.data[2 + 2 * n]![i];
    if (min === null || min === undefined || max === null || max === undefined) return `${curve.label}: –`;
    return `${curve.label}: ${min === max ? short(min) : `${short(min)} to ${short(max)}`} ${unit}`;
  });
  const pixel = u.posToVal(6, "x") - u.posToVal(0, "x");
  const mark = (spec.marks ?? []).find((m) => Math.abs(m.at - at) <= Math.abs(pixel));
  return `${clockText(at)}: ${values.join("; ")}${mark === undefined ? "" : `; ${mark.text}`}`;
}

/** The same data as a table, made when it is opened. */
function tableOf(spec: PictureSpec): HTMLElement {
  const details = element("details", { class: "as-table" }, element("summary", {}, "As a table"));
  details.addEventListener("toggle", () => {
    if (!details.open || details.querySelector("table") !== null) return;
    const axis = axisOf(spec.curves);
    const width = (axis.count * axis.step) / TABLE_ROWS;
    const head = element("tr", {}, element("th", { scope: "col" }, "Time"), ...spec.curves.map((c) => element("th", { scope: "col" }, `${c.label} (${c.series.unit})`)));
    const body = element("tbody");
    for (let row = 0; row < TABLE_ROWS; row++) {
      const from = axis.start + row * width;
      const cells = spec.curves.map((curve) => {
        const range = rangeOf(curve, from, from + width);
        return element("td", {}, range === undefined ? "–" : curve.series.max === undefined || range[0] === range[1] ? short(range[0]) : `${short(range[0])} to ${short(range[1])}`);
      });
      body.append(element("tr", {}, element("th", { scope: "row" }, `${clockText(from)} to ${clockText(from + width)}`), ...cells));
    }
    details.append(element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${spec.title}, table` }, element("table", {}, element("caption", {}, spec.title), element("thead", {}, head), body)));
  });
  return details;
}
