/** The pictures of a run: which curves each shows, and the choice of print and axis. */
import type { Charts, SessionCharts } from "../../charts/charts.js";
import { element, type PageData } from "./page-data.js";
import { picture, type PictureSpec } from "./plot.js";
import type { Curve } from "./series-table.js";

const SESSION_WORDS: Record<string, string> = { idle: "with the plugin, unused", active: "with the plugin in use", baseline: "without the plugin" };

const bySession = (charts: Charts | undefined, session: string): SessionCharts | undefined => charts?.sessions.find((s) => s.session === session);

/** Draws the pictures of all prints into the place that waits for them. */
export function showPictures(data: PageData): void {
  const place = document.getElementById("pictures");
  const { charts } = data;
  if (place === null || charts === undefined) return;
  const subjects = charts.sessions.filter((s) => s.withPlugin);
  if (subjects.length === 0) return;
  let session = subjects.some((s) => s.session === "active") ? "active" : subjects[0]!.session;
  const axes = Object.keys(subjects[0]!.velocity);
  let axis = axes[0] ?? "x";
  const stage = element("div", { class: "stage" });
  const draw = (): void => {
    stage.replaceChildren(...specs(data, charts, session, axis).map(({ heading, pictures }) => element("section", {}, element("h3", {}, heading), ...pictures.map(picture))));
  };
  const controls = element("div", { class: "controls" });
  controls.append(
    choice("Print", subjects.map((s) => [s.session, SESSION_WORDS[s.session] ?? s.session]), session, (value) => { session = value; draw(); }),
    choice("Axis", axes.map((a) => [a, a.toUpperCase()]), axis, (value) => { axis = value; draw(); }),
  );
  place.append(controls, stage);
  draw();
}

function choice(label: string, options: [string, string][], chosen: string, onChange: (value: string) => void): HTMLElement {
  const select = element("select", {}, ...options.map(([value, text]) => element("option", value === chosen ? { value, selected: "" } : { value }, text)));
  select.addEventListener("change", () => onChange(select.value));
  return element("label", {}, `${label} `, select);
}

interface Group { heading: string; pictures: PictureSpec[] }

function specs(data: PageData, charts: Charts, session: string, axis: string): Group[] {
  const subject = bySession(charts, session)!;
  const baseline = bySession(charts, "baseline");
  const other = bySession(data.other?.charts, session);
  const shiftOf = (s: SessionCharts): number => (s.bodyStart > 0 && subject.bodyStart > 0 ? subject.bodyStart - s.bodyStart : 0);
  const three = (pick: (s: SessionCharts) => Curve["series"] | undefined): Curve[] => {
    const curves: Curve[] = [];
    const add = (s: SessionCharts | undefined, label: string, colour: string): void => {
      const series = s === undefined ? undefined : pick(s);
      if (s !== undefined && series !== undefined) curves.push({ label, colour, series, shift: shiftOf(s) });
    };
    add(other, data.other?.name ?? "other run", "curve-c");
    add(baseline, "without the plugin", "curve-b");
    add(subject, "with the plugin", "curve-a");
    return curves;
  };
  const groups: Group[] = [
    { heading: "Motion", pictures: [
      { id: "picture-velocity", title: `Velocity of ${axis.toUpperCase()}`, says: "The planned velocity with and without the plugin, laid over each other by the first step of the print's body.", curves: three((s) => s.velocity[axis]) },
      { id: "picture-acceleration", title: `Acceleration of ${axis.toUpperCase()}`, says: "The planned acceleration with and without the plugin.", curves: three((s) => s.acceleration[axis]) },
      ...stepPictures(charts, session),
    ] },
    { heading: "Timing", pictures: [slackPicture(charts, subject, three((s) => s.slack)), ...costPictures(subject)] },
    { heading: "Line", pictures: Object.keys(subject.link).map((mcu): PictureSpec => ({
      id: `picture-link-${mcu}`, title: `Bytes to ${mcu}`, leastSpan: 100, says: "Bytes per second in windows of 100 ms, against what the line carries.", curves: three((s) => s.link[mcu]?.toMcu),
      floors: subject.link[mcu]!.capacity === null ? [] : [{ label: `capacity ${(subject.link[mcu]!.capacity! / 1000).toFixed(1)} kB/s`, colour: "fail", value: subject.link[mcu]!.capacity! }],
    })) },
    { heading: "Temperatures", pictures: Object.entries(subject.temperature).map(([name, t]): PictureSpec => ({
      id: `picture-temperature-${name.replace(/\W/g, "-")}`, title: name, leastSpan: 10, says: "Measured temperature and target, with and without the plugin.",
      curves: [...(t.target === undefined ? [] : [{ label: "target", colour: "curve-d", series: t.target, shift: 0 }]), ...three((s) => s.temperature[name]?.measured)],
    })) },
    { heading: "Status", pictures: Object.entries(subject.status).map(([name, s]): PictureSpec => ({
      id: `picture-status-${name.replace(/\W/g, "-")}`, title: `Status of ${name}`, says: `Size of the status and of what changes at each query.${s.keys.length === 0 ? " Its keys never changed." : ` Its keys changed ${s.keys.length} times.`}`,
      curves: [{ label: "whole", colour: "curve-a", series: s.bytes, shift: 0 }, { label: "changed", colour: "curve-b", series: s.changed, shift: 0 }],
      marks: s.keys.map((k) => ({ at: k.at, value: 0, text: `keys added: ${k.added.join(", ") || "none"}; removed: ${k.removed.join(", ") || "none"}` })),
    })) },
  ];
  return groups.map((g) => ({ ...g, pictures: g.pictures.filter((p) => p.curves.length > 0) })).filter((g) => g.pictures.length > 0);
}

function stepPictures(charts: Charts, session: string): PictureSpec[] {
  const steps = charts.steps.find((s) => s.subject === session);
  if (steps === undefined) return [];
  const colours = ["curve-a", "curve-b", "curve-c", "curve-d"];
  const unmatched = Object.entries(steps.unmatched).filter(([, n]) => n > 0).map(([name, n]) => `${n} steps of ${name}`);
  return [{
    id: "picture-steps", title: "Step time difference", leastSpan: 2e-6, says: `How much later each step comes with the plugin than without it, per stepper. ${unmatched.length === 0 ? "Both prints make the same steps." : `In one print only: ${unmatched.join(", ")}.`}`,
    curves: Object.entries(steps.delta).map(([name, series], i) => ({ label: name, colour: colours[i % colours.length]!, series, shift: 0 })),
  }];
}

function slackPicture(charts: Charts, subject: SessionCharts, curves: Curve[]): PictureSpec {
  const { floors } = charts;
  return {
    id: "picture-slack", title: "Slack from arrival to effect", says: "The least time that a command had left when it arrived. Marked are the lowest dips; the cursor tells the callback that ran before each. Above half a second it is cut off.", curves, cutAbove: 0.5,
    floors: [{ label: `warning ${floors.warn * 1000} ms`, colour: "warn", value: floors.warn }, { label: `failure ${floors.fail * 1000} ms`, colour: "fail", value: floors.fail }, { label: `failure in homing ${floors.homing * 1000} ms`, colour: "fail", value: floors.homing }],
    bands: { label: "homing", spans: subject.homing },
    marks: subject.dips.map((d) => ({ at: d.at, value: d.slackSeconds, text: `${d.command}: ${(d.slackSeconds * 1000).toFixed(1)} ms${d.callback === undefined ? "" : `, after ${d.callback.label} (${(d.callback.seconds * 1000).toFixed(2)} ms)`}` })),
  };
}

function costPictures(subject: SessionCharts): PictureSpec[] {
  return subject.callbacks.filter((c) => c.cost !== undefined).slice(0, 6).map((c, i): PictureSpec => ({
    id: `picture-cost-${i}`, title: `Cost of ${c.kind} ${c.label}`, says: `${c.runs} runs, at most ${(c.maxSeconds * 1000).toPrecision(3)} ms on the reference host${c.budgetSeconds > 0 ? `, of a budget of ${c.budgetSeconds * 1000} ms` : ""}.`,
    curves: [{ label: "cost", colour: "curve-a", series: c.cost!, shift: 0 }],
    floors: c.budgetSeconds > 0 && c.maxSeconds > c.budgetSeconds / 20 ? [{ label: `budget ${c.budgetSeconds * 1000} ms`, colour: "fail", value: c.budgetSeconds }] : [],
  }));
}
