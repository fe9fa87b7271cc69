import { describe, expect, it } from "vitest";
import type { ConfigSection } from "../heaters/host-types.js";
import type { HostModule } from "../printer/module-table.js";
import { pinBench, type PinBench } from "../testing/pin-bench.js";
import { printModules } from "./print-modules.js";

interface Surroundings {
  bench: PinBench;
  /** Flows that were set, %. */
  flows: number[];
  /** Scripts and pauses of a runout. */
  ran: string[];
  /** Feeds to a position, mm, with a diameter at the sensor, mm, and lets the sensor look once. */
  feed(position: number, diameter: number): Promise<void>;
}

const HALL = "[hall_filament_width_sensor]\nadc1: PA1\nadc2: PA2\ndefault_nominal_filament_diameter: 1.75\nmeasurement_delay: 30\n";
const TSL = "[tsl1401cl_filament_width_sensor]\npin: PA1\ndefault_nominal_filament_diameter: 1.75\nmeasurement_delay: 30\nmax_difference: 0.2\n";

async function sensor(section: string, options = ""): Promise<Surroundings> {
  const ran: string[] = [], flows: number[] = [];
  const position = [0, 0, 0, 0];
  const upstream: Record<string, HostModule> = {
    gcode_macro: {
      loadConfig: () => ({
        loadTemplate: (config: ConfigSection, option: string, fallback?: string) => {
          const text = config.get(option, fallback === undefined ? {} : { default: fallback });
          return { render: () => text };
        },
      }),
    },
    pause_resume: { loadConfig: () => ({ sendPauseCommand: () => void ran.push("pause") }) },
    idle_timeout: { loadConfig: () => ({ getStatus: () => ({ state: "Printing" }) }) },
  };
  const bench = await pinBench(`[idle_timeout]\n${section}${options}`, { ...printModules, ...upstream }, { getPosition: () => position });
  bench.gcode.registerCommand("M221", (gcmd) => void flows.push(gcmd.getInt("S")));
  for (const command of ["PAUSE", "M400", "RUNOUT"]) bench.gcode.registerCommand(command, () => void ran.push(command));
  const isHall = section === HALL;
  let second = 0;
  const report = (diameter: number): void => {
    const now = bench.clock.now;
    if (!isHall) return bench.pin("PA1").report(now, diameter / 5);
    // So often that nothing is left of what was read before.
    for (let i = 0; i < 120; i++) {
      bench.pin("PA1").report(now, (9500 + (diameter - 1.5) * 2000) / 10000 - 0.5);
      bench.pin("PA2").report(now, 0.5);
    }
  };
  const feed = async (to: number, diameter: number): Promise<void> => {
    position[3] = to;
    report(diameter);
    second += 1;
    await bench.runUntil(second + 0.5);
  };
  report(1.75);
  await bench.runUntil(0.5);
  flows.length = 0;
  return { bench, flows, ran, feed };
}

const statusOf = (bench: PinBench): Record<string, unknown> => bench.printer.lookupObject("hall_filament_width_sensor").getStatus(bench.clock.now);

describe("hall filament width sensor", () => {
  it("sets the flow for the filament that has reached the nozzle", async () => {
    const { flows, feed } = await sensor(HALL, "enable: True\n");
    for (const [position, diameter] of [[9, 1.8], [10, 1.8], [20, 1.7], [30, 1.9], [39, 1.9], [40, 1.9], [50, 1.9], [60, 2.2], [90, 1.75]] as const) await feed(position, diameter);
    expect(flows).toEqual([100, 100, 100, 100, 100, 95, 106, 85, 85]);
  });

  it("takes the present diameter before one has arrived when it is told to", async () => {
    const { flows, feed } = await sensor(HALL, "enable: True\nuse_current_dia_while_delay: True\n");
    await feed(9, 1.8);
    await feed(10, 1.7);
    await feed(30, 1.8);
    expect(flows).toEqual([95, 106, 100]);
  });

  it("forgets what is on its way when filament is gone, or it is told to", async () => {
    for (const forget of ["RESET_FILAMENT_WIDTH_SENSOR", "DISABLE_FILAMENT_WIDTH_SENSOR\nENABLE_FILAMENT_WIDTH_SENSOR", ""]) {
      const { bench, flows, feed } = await sensor(HALL, "enable: True\n");
      await feed(15, 1.8);
      await feed(45, 1.8);
      if (forget === "") await feed(46, 0.4);
      else await bench.script(forget);
      flows.length = 0;
      await feed(50, 1.8);
      await feed(74, 1.8);
      expect(new Set(flows)).toEqual(new Set([100]));
      await feed(90, 1.8);
      expect(flows.at(-1)).toBe(95);
    }
  });

  it("is off unless enabled", async () => {
    const { bench, flows, feed } = await sensor(HALL);
    await feed(40, 1.8);
    expect(flows).toEqual([]);
    expect(statusOf(bench)).toMatchObject({ is_active: false });
    await bench.script("ENABLE_FILAMENT_WIDTH_SENSOR");
    await bench.script("ENABLE_FILAMENT_WIDTH_SENSOR");
    expect(bench.output.slice(-2)).toEqual(["// Filament width sensor Turned On", "// Filament width sensor is already On"]);
  });

  it("lets a sixth of each reading count", async () => {
    const { bench } = await sensor(HALL);
    const before = statusOf(bench).Diameter as number;
    bench.pin("PA1").report(1, 0.55);
    bench.pin("PA2").report(1, 0.5);
    expect(statusOf(bench)).toMatchObject({ Raw: 10500, Diameter: (before * 5 + 2) / 6 });
    await bench.script("QUERY_RAW_FILAMENT_WIDTH");
    expect(bench.output.at(-1)).toBe("// ADC1= 5500 ADC2=5000 RAW=10500");
  });

  it("pauses when the diameter leaves its range while printing", async () => {
    const { bench, ran, feed } = await sensor(HALL, "enable: True\nrunout_gcode: RUNOUT\n");
    for (const position of [0, 1, 2]) await feed(position, 1.75);
    expect(statusOf(bench)).toMatchObject({ filament_detected: true });
    expect(ran).toEqual([]);
    await feed(3, 2.2);
    await feed(4, 2.2);
    expect(statusOf(bench)).toMatchObject({ filament_detected: false });
    expect(ran).toEqual(["pause", "PAUSE", "RUNOUT", "M400"]);
  });

  it("logs each further reading when logging is on", async () => {
    const { bench, feed } = await sensor(HALL, "enable: True\n");
    await feed(10, 1.8);
    expect(bench.output.some((line) => line.includes("width:"))).toBe(false);
    await bench.script("ENABLE_FILAMENT_WIDTH_LOG");
    await feed(20, 1.8);
    expect(bench.output.at(-1)).toBe("// Filament width:1.800");
  });

  it("looks at the diameter of the moment when a print starts, also while it does not set the flow", async () => {
    for (const [diameter, paused] of [[1.75, []], [2.2, ["PAUSE", "M400"]]] as const) {
      const { bench, ran, feed } = await sensor(HALL, "check_on_print_start: True\n");
      await feed(1, diameter);
      await bench.runUntil(4);
      bench.printer.sendEvent("idle_timeout:printing", bench.clock.now);
      await bench.runUntil(8);
      expect(ran.filter((what) => what !== "pause")).toEqual(paused);
    }
  });

  it("describes itself on SET_FILAMENT_SENSOR without parameters", async () => {
    const { bench } = await sensor(HALL);
    await bench.script("SET_FILAMENT_SENSOR SENSOR=hall_filament_width_sensor");
    expect(bench.output.at(-1)).toBe(["Filament Width Sensor hall_filament_width_sensor: enabled", "Filament Detected: true", "Smart: false", "Always Fire Events: false"]
      .map((line) => `// ${line}`).join("\n"));
  });

  it("refuses two equal calibration values", async () => {
    await expect(sensor(HALL, "raw_dia1: 10500\n")).rejects.toThrow("Options 'raw_dia1' and 'raw_dia2' in section 'hall_filament_width_sensor' must differ");
  });
});

describe("tsl1401cl filament width sensor", () => {
  it("sets the flow when a reading arrives at the nozzle, and only then", async () => {
    const { flows, feed } = await sensor(TSL);
    // The first look came before the first reading.
    for (const [position, diameter] of [[10, 1.8], [20, 1.7], [39, 1.9], [40, 1.9], [45, 1.9], [50, 1.9], [51, 0.3], [60, 1.9]] as const) await feed(position, diameter);
    expect(flows).toEqual([95, 106, 100]);
  });
});
