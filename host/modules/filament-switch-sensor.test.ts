import { describe, expect, it } from "vitest";
import type { ConfigSection } from "../heaters/host-types.js";
import type { HostModule } from "../printer/module-table.js";
import { pinBench, type PinBench } from "../testing/pin-bench.js";

interface Surroundings {
  bench: PinBench;
  /** Scripts that the sensor ran, and pauses. */
  ran: string[];
  /** What idle_timeout says. */
  idle: { state: string };
  /** Filament fed, mm. */
  extruder: { fed: number };
  insert(): Promise<void>;
  remove(): Promise<void>;
}

async function sensor(options = "", startSeconds = 3): Promise<Surroundings> {
  const ran: string[] = [];
  const idle = { state: "Idle" };
  const extruder = { fed: 0, findPastPosition: () => extruder.fed };
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
    idle_timeout: { loadConfig: () => ({ getStatus: () => ({ ...idle }) }) },
    print_stats: { loadConfig: () => ({ getStatus: () => ({ state: "printing" }) }) },
  };
  const bench = await pinBench(`[idle_timeout]\n[print_stats]\n[filament_switch_sensor runout]\nswitch_pin: ^PA1\n${options}`, upstream);
  for (const command of ["PAUSE", "M400", "RUNOUT", "INSERT"]) bench.gcode.registerCommand(command, () => void ran.push(command));
  Object.assign(bench.toolhead, { getExtruder: () => extruder });
  let states = 0;
  const press = async (state: number): Promise<void> => {
    const now = bench.clock.now;
    bench.chip.respond("buttons_state", {
      oid: 0, ack_count: states++ & 0xff, state: Uint8Array.of(state), "#receive_time": now,
    });
    await bench.runUntil(now + 0.6);
  };
  await bench.runUntil(startSeconds);
  return { bench, ran, idle, extruder, insert: () => press(1), remove: () => press(0) };
}

const statusOf = (bench: PinBench): Record<string, unknown> =>
  bench.printer.lookupObject("filament_switch_sensor runout").getStatus(bench.clock.now);

describe("filament switch sensor", () => {
  it("has Kalico's status", async () => {
    const { bench, insert } = await sensor();
    await insert();

    expect(statusOf(bench)).toEqual({
      filament_detected: true, enabled: true, smart: false, always_fire_events: false,
      runout_distance: 0, runout_elapsed: 0, check_on_print_start: false,
    });
    await bench.script("QUERY_FILAMENT_SENSOR SENSOR=runout");
    expect(bench.output.at(-1)).toBe("// Filament Sensor runout: filament detected");
  });

  it("pauses and runs runout_gcode when filament runs out while printing", async () => {
    const { ran, idle, insert, remove } = await sensor("runout_gcode: RUNOUT\n");
    await insert();
    idle.state = "Printing";

    await remove();

    expect(ran).toEqual(["pause", "PAUSE", "RUNOUT", "M400"]);
  });

  it("does not pause when nothing is printed, and runs insert_gcode then only", async () => {
    const { ran, idle, insert, remove } = await sensor("insert_gcode: INSERT\n");
    await insert();
    await remove();
    expect(ran).toEqual(["INSERT", "M400"]);

    idle.state = "Printing";
    await insert();
    expect(ran).toEqual(["INSERT", "M400"]);
  });

  it("takes no states for events in the first two seconds, nor within event_delay of an event", async () => {
    const early = await sensor("insert_gcode: INSERT\n", 0.5);
    await early.insert();
    expect(early.ran).toEqual([]);
    expect(statusOf(early.bench).filament_detected).toBe(true);

    const { bench, ran, insert, remove } = await sensor("insert_gcode: INSERT\nevent_delay: 3\n");
    await insert();
    await remove();
    await insert();
    expect(ran).toEqual(["INSERT", "M400"]);
    await remove();
    await bench.runUntil(bench.clock.now + 3);
    await insert();
    expect(ran).toEqual(["INSERT", "M400", "INSERT", "M400"]);
  });

  it("does nothing while disabled", async () => {
    const { bench, ran, idle, insert, remove } = await sensor();
    await insert();
    idle.state = "Printing";
    await bench.script("SET_FILAMENT_SENSOR SENSOR=runout ENABLE=0");

    await remove();

    expect(ran).toEqual([]);
    expect(statusOf(bench)).toMatchObject({ enabled: false, filament_detected: false });
  });

  it("waits until runout_distance has been fed", async () => {
    const { bench, ran, idle, extruder, insert, remove } = await sensor("runout_distance: 50\n");
    await insert();
    idle.state = "Printing";
    await remove();
    extruder.fed = 30;
    await bench.runUntil(bench.clock.now + 2);
    expect(ran).toEqual([]);
    expect(statusOf(bench).runout_elapsed).toBe(30);

    extruder.fed = 60;
    await bench.runUntil(bench.clock.now + 2);

    expect(ran).toEqual(["pause", "PAUSE", "M400"]);
    expect(statusOf(bench).runout_elapsed).toBe(0);
  });

  it("describes itself on SET_FILAMENT_SENSOR without parameters", async () => {
    const { bench } = await sensor();

    await bench.script("SET_FILAMENT_SENSOR SENSOR=runout");

    expect(bench.output.at(-1)).toBe(
      ["Filament Sensor runout: enabled", "Filament Detected: false", "Runout Distance: 0.00", "Runout Elapsed: 0.00",
        "Smart: false", "Always Fire Events: false", "Check on Print Start: false"].map((line) => `// ${line}`).join("\n"));
  });

  it("configures its pin on the MCU and acknowledges states", async () => {
    const { bench, insert } = await sensor();
    expect(bench.chip.configCommands).toEqual([
      "config_buttons oid=0 button_count=1",
      "buttons_add oid=0 pos=0 pin=PA1 pull_up=1",
      "buttons_query oid=0 clock=0 rest_ticks=2000 retransmit_count=50 invert=0",
    ]);

    await insert();

    expect(bench.chip.sent).toEqual([["buttons_ack oid=%c count=%c", [0, 1]]]);
  });
});
