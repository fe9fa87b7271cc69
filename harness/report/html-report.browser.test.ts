/** The report in a real browser; skipped with a message where there is none. Uses the built page (`npm run build`). */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { scenarioOf } from "../../conformance/scenario.js";
import { chromiumPath, launchChromium, NO_CHROMIUM } from "../testing/chromium.js";
import { sampleCertification } from "../testing/sample-certification.js";
import { sampleCharts } from "../testing/sample-charts.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { htmlReport } from "./html-report.js";
import { runFile, type RunFile } from "./run-file.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HALF_HOUR = 1800;

function sampleRun(): RunFile {
  const certification = sampleCertification();
  certification.charts = sampleCharts(HALF_HOUR);
  certification.scenarios.set("idle", scenarioOf({ id: "idle", configText: "[printer]\nkinematics: cartesian\n", walk: [{ do: "start" }, { do: "gcode", lines: ["G28", "G1 X50 F6000"] }] }));
  return runFile(certification, new Map([["idle", "counter-examples/idle.json"]]));
}

if (chromiumPath === undefined) console.warn(`The report is not tested in a browser: ${NO_CHROMIUM}`);

describe.skipIf(chromiumPath === undefined)("the report in a browser", () => {
  let scratch: ScratchDirectory;
  let browser: Browser;
  let file: string;
  let compared: string;
  const problems: string[] = [];

  beforeAll(async () => {
    scratch = scratchDirectory();
    const run = sampleRun();
    file = scratch.write("index.html", htmlReport(run));
    const better: RunFile = { ...run, result: { ...run.result, verdict: "conforming", rules: run.result.rules.map((r) => (r.id === "STA-007" ? { ...r, verdict: "pass" as const, findings: [] } : r)) } };
    compared = scratch.write("compare.html", htmlReport(better, run));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    scratch.remove();
  });
  afterEach(() => { problems.length = 0; });

  /** Opens a report; everything that the console or the network says is a problem. */
  async function open(options: BrowserContextOptions = {}, path = file): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })).newPage();
    page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") problems.push(message.text()); });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => { if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) problems.push(`asked for ${request.url()}`); });
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector("html[data-ready]");
    return page;
  }

  const drawAll = async (page: Page): Promise<void> => {
    for (const plot of await page.locator(".plot").all()) {
      await plot.scrollIntoViewIfNeeded();
      await plot.locator("canvas").waitFor();
    }
  };

  it("shows a print of half an hour from less than 5 MB, quickly", async () => {
    expect(statSync(file).size).toBeLessThan(5e6);
    const page = await open();
    const ready = await page.evaluate<number>("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd");
    // Two seconds on an idle machine; tests share theirs.
    expect(ready).toBeLessThan(6000);
    await drawAll(page);
    expect(problems).toEqual([]);
  });

  it("filters by verdict and by words", async () => {
    const page = await open();
    const shown = (): Promise<string[]> => page.locator("[data-rule]:visible").evaluateAll((rules) => rules.map((r) => r.getAttribute("data-rule")!));
    expect(await shown()).toEqual(["LOAD-004", "LOAD-001", "STA-007", "MOT-001"]);
    await page.getByRole("button", { name: "pass", exact: true }).click();
    expect(await shown()).toEqual(["LOAD-004", "STA-007", "MOT-001"]);
    await page.getByRole("button", { name: "not applicable", exact: true }).click();
    expect(await shown()).toContain("GC-001");
    await page.getByRole("searchbox").fill("sample.ts:12");
    expect(await shown()).toEqual(["STA-007"]);
    expect(await page.locator("#rule-count").textContent()).toBe("1 of 5 rules");
    expect(problems).toEqual([]);
  });

  it("copies the counter-example and the replay command", async () => {
    const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    const copied = (): Promise<string> => page.evaluate<string>("navigator.clipboard.readText()");
    await page.getByRole("button", { name: "Copy replay command of STA-007" }).click();
    expect(await copied()).toBe("npx kalico-hil replay counter-examples/idle.json");
    await page.getByText("Counter-example: scenario idle").click();
    await page.getByRole("button", { name: "Copy G-code of STA-007" }).click();
    expect(await copied()).toBe("; start the host\nG28\nG1 X50 F6000");
    expect(problems).toEqual([]);
  });

  it("zooms all pictures together, by mouse, button and key", async () => {
    const page = await open();
    await drawAll(page);
    const plot = page.locator("#picture-velocity .plot");
    const pixels = (id: string): Promise<string> => page.locator(`#${id} canvas`).evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
    const settled = async (id: string, before: string): Promise<string> => {
      await expect.poll(() => pixels(id), { timeout: 20_000 }).not.toBe(before);
      return pixels(id);
    };
    const [velocity, slack] = [await pixels("picture-velocity"), await pixels("picture-slack")];
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.locator(".u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
    await page.mouse.up();
    const zoomed = await settled("picture-velocity", velocity);
    await settled("picture-slack", slack);
    await page.getByRole("button", { name: "Zoom in: Velocity of X" }).click();
    const closer = await settled("picture-velocity", zoomed);
    await plot.focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("#picture-velocity .readout").textContent()).toMatch(/min: without the plugin: .* mm\/s; with the plugin: /);
    await page.keyboard.press("0");
    await settled("picture-velocity", closer);
    expect(problems).toEqual([]);
  });

  it("tells the same in tables, and of the callback that ate a dip", async () => {
    const page = await open();
    await page.locator("#picture-steps summary").click();
    // The table is made when its summary has opened.
    await expect.poll(() => page.locator("#picture-steps table tbody tr").count(), { timeout: 20_000 }).toBe(24);
    expect(await page.getByRole("table", { name: "Lowest slack, the plugin in use" }).textContent()).toContain("timer sample.update (21 ms)");
    expect(problems).toEqual([]);
  });

  it("shows another axis and another print", async () => {
    const page = await open();
    await page.getByLabel("Axis").selectOption("z");
    await page.getByLabel("Print").selectOption("idle");
    expect(await page.locator("#picture-velocity h4").textContent()).toBe("Velocity of Z");
    expect(await page.locator("#picture-steps .says").textContent()).toContain("Both prints make the same steps.");
    expect(problems).toEqual([]);
  });

  it("puts two runs side by side", async () => {
    const page = await open({}, compared);
    const changes = page.getByRole("table", { name: "Rules that differ" });
    expect(await changes.locator("tbody tr").allTextContents()).toEqual([expect.stringMatching(/^STA-007 .*fail 2 findingspassbetter$/)]);
    expect(await page.locator("#picture-velocity .legend").textContent()).toContain("other run");
    expect(problems).toEqual([]);
  });

  it("fits a telephone", async () => {
    const page = await open({ viewport: { width: 360, height: 780 } });
    await drawAll(page);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect(problems).toEqual([]);
  });

  it.each(["light", "dark"] as const)("has no serious flaw of accessibility in %s colours", async (colorScheme) => {
    const page = await open({ colorScheme });
    await drawAll(page);
    await page.locator("details").evaluateAll((all) => { for (const d of all) d.setAttribute("open", ""); });
    await page.evaluate(axeSource);
    const found = await page.evaluate("axe.run(document)") as { violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] };
    const grave = found.violations.filter((v) => v.impact === "serious" || v.impact === "critical");
    expect(grave.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary}`).slice(0, 3).join(" | ")}`)).toEqual([]);
  });
});
