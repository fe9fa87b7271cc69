/** Pictures of a run as static SVG, for places that show no script: run file → file name and text. */
import { extremes, type BucketSeries } from "../charts/bucket-series.js";
import type { Charts, SessionCharts } from "../charts/charts.js";
import { escapeText } from "./markup.js";

const WIDTH = 800;
const HEIGHT = 200;
const LEFT = 64;
const BOTTOM = 24;
const TOP = 26;
const COLOURS = ["#1d63c4", "#c2410c", "#1a7f37", "#7d3cb5"];

interface Line { label: string; series: BucketSeries; shift: number }

/** One picture: the least and greatest value of each pixel column of each line. */
export function staticPicture(title: string, lines: readonly Line[], floors: readonly { label: string; value: number }[] = [], cap?: number): string {
  const ranges = lines.map((l) => extremes(l.series)).filter((r) => r !== undefined);
  const unit = lines[0]?.series.unit ?? "";
  let low = Math.min(...ranges.map((r) => r.min), ...floors.map((f) => f.value));
  let high = Math.min(cap ?? Infinity, Math.max(...ranges.map((r) => r.max), ...floors.map((f) => f.value)));
  if (!(high > low)) [low, high] = [low - 1e-6, low + 1e-6];
  const start = Math.min(...lines.map((l) => l.series.start + l.shift));
  const end = Math.max(...lines.map((l) => l.series.start + l.shift + l.series.step * l.series.min.length));
  const x = (seconds: number): number => LEFT + ((seconds - start) / (end - start)) * (WIDTH - LEFT - 8);
  const y = (value: number): number => TOP + (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const paths = lines.map((line, i) => `<path d="${pathOf(line, x, y)}" fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="1"/>`);
  const marks = floors.map((f) => `<path d="M${LEFT} ${y(f.value).toFixed(1)}H${WIDTH - 8}" stroke="#a40e26" stroke-dasharray="5 4"/><text x="${WIDTH - 12}" y="${(y(f.value) - 3).toFixed(1)}" text-anchor="end" fill="#a40e26">${escapeText(f.label)}</text>`);
  const legend = lines.map((l, i) => `<tspan fill="${COLOURS[i % COLOURS.length]}" dx="10">${escapeText(l.label)}</tspan>`).join("");
  const value = (v: number): string => `${Number(v.toPrecision(3))} ${unit}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}" font-family="system-ui,sans-serif" font-size="11"><title>${escapeText(title)}</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/><text x="${LEFT}" y="15" fill="#1b1f24"><tspan font-weight="bold">${escapeText(title)}</tspan>${legend}</text><text x="${LEFT - 4}" y="${TOP + 8}" text-anchor="end" fill="#57606a">${escapeText(value(high))}</text><text x="${LEFT - 4}" y="${HEIGHT - BOTTOM}" text-anchor="end" fill="#57606a">${escapeText(value(low))}</text><text x="${LEFT}" y="${HEIGHT - 8}" fill="#57606a">${start.toFixed(0)} s</text><text x="${WIDTH - 8}" y="${HEIGHT - 8}" text-anchor="end" fill="#57606a">${end.toFixed(0)} s</text><path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 8}" fill="none" stroke="#d0d7de"/>${paths.join("")}${marks.join("")}</svg>\n`;
}

function pathOf({ series, shift }: Line, x: (s: number) => number, y: (v: number) => number): string {
  const upper = series.max ?? series.min;
  const columns = new Map<number, [number, number]>();
  series.min.forEach((low, i) => {
    const high = upper[i];
    if (low === null || high === null || high === undefined) return;
    const column = Math.round(x(series.start + shift + (i + 0.5) * series.step));
    const known = columns.get(column);
    columns.set(column, known === undefined ? [low, high] : [Math.min(known[0], low), Math.max(known[1], high)]);
  });
  return [...columns].map(([column, [low, high]], i) => `${i === 0 ? "M" : "L"}${column} ${y(high * series.scale).toFixed(1)}${low === high ? "" : `V${y(low * series.scale).toFixed(1)}`}`).join("");
}

/** The pictures that tell most: velocity, step times, slack. */
export function staticPictures(charts: Charts): Map<string, string> {
  const out = new Map<string, string>();
  const baseline = charts.sessions.find((s) => s.session === "baseline");
  const subject = charts.sessions.find((s) => s.session === "active") ?? charts.sessions.find((s) => s.withPlugin);
  if (subject === undefined) return out;
  const shift = baseline !== undefined && baseline.bodyStart > 0 ? subject.bodyStart - baseline.bodyStart : 0;
  const both = (pick: (s: SessionCharts) => BucketSeries | undefined): Line[] => [
    ...(baseline !== undefined && pick(baseline) !== undefined ? [{ label: "without the plugin", series: pick(baseline)!, shift }] : []),
    ...(pick(subject) !== undefined ? [{ label: "with the plugin", series: pick(subject)!, shift: 0 }] : []),
  ];
  const add = (name: string, title: string, lines: Line[], floors: { label: string; value: number }[] = [], cap?: number): void => {
    if (lines.length > 0) out.set(`${name}.svg`, staticPicture(title, lines, floors, cap));
  };
  add("velocity-x", "Velocity of X", both((s) => s.velocity["x"]));
  const steps = charts.steps.find((s) => s.subject === subject.session);
  if (steps !== undefined) add("step-difference", "Step time difference", Object.entries(steps.delta).map(([label, series]) => ({ label, series, shift: 0 })));
  add("slack", "Slack from arrival to effect", both((s) => s.slack), [{ label: `${charts.floors.warn * 1000} ms`, value: charts.floors.warn }, { label: `${charts.floors.fail * 1000} ms`, value: charts.floors.fail }], 0.5);
  return out;
}
