/** Accelerometers and resonance tests as Python plugins use them: Shake&Tune and its like record by themselves, scanners bring a chip of their own. */
import { readFileSync, rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { PythonPrinter } from "../testing/python-printer.js";

const opened: PythonPrinter[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

const RECORDER = `
from klippy.extras import resonance_tester


class Recorder:
    def __init__(self, config):
        self.printer = config.get_printer()
        gcode = self.printer.lookup_object("gcode")
        gcode.register_command("LOOK", self.cmd_LOOK)
        gcode.register_command("RECORD", self.cmd_RECORD)
        gcode.register_command("SHAKE", self.cmd_SHAKE)

    def cmd_LOOK(self, gcmd):
        tester = self.printer.lookup_object("resonance_tester")
        generator = tester.generator
        pulses = generator.vibration_generator
        for value in (
            tester.accel_chip_names,
            tester.probe_points,
            [axes for axes, chip in tester.accel_chips],
            (tester.move_speed, tester.max_smoothing, hasattr(tester, "test")),
            (pulses.min_freq, pulses.max_freq, pulses.accel_per_hz, pulses.hz_per_sec, generator.sweeping_period, generator.sweeping_accel),
        ):
            gcmd.respond_info(repr(value))
        generator.prepare_test(gcmd)
        gcmd.respond_info(repr((generator.get_max_freq(), [tuple(round(n, 4) for n in item) for item in generator.gen_test()][:3])))

    def cmd_RECORD(self, gcmd):
        toolhead = self.printer.lookup_object("toolhead")
        chip = self.printer.lookup_object("adxl345")
        client = chip.start_internal_client()
        toolhead.dwell(0.5)
        client.finish_measurements()
        samples = client.samples or client.get_samples()
        first, last = samples[0], samples[-1]
        gravity = sum(sample.accel_z for sample in samples) / len(samples)
        within = client.request_start_time <= first.time and last.time <= client.request_end_time < last.time + 0.15
        rate = (len(samples) - 1) / (last.time - first.time)
        gcmd.respond_info(repr((client.has_valid_samples(), within, 3100 < rate < 3300, last.time - first.time > 0.4, round(gravity, -2), type(first[1]).__name__)))
        client.write_to_file(gcmd.get("FILE"))
        self.printer.get_reactor().pause(self.printer.get_reactor().monotonic() + 0.5)
        gcmd.respond_info(repr((chip.name, chip.data_rate, chip.batch_bulk is not None, client.handle_batch({"data": []}))))

    def cmd_SHAKE(self, gcmd):
        tester = self.printer.lookup_object("resonance_tester")
        toolhead = self.printer.lookup_object("toolhead")
        tester.generator.prepare_test(gcmd)
        axis = resonance_tester.TestAxis(vib_dir=(1.0, -1.0))
        before = toolhead.get_position()
        client = self.printer.lookup_object("adxl345").start_internal_client()
        tester.executor.run_test(tester.generator.gen_test(), axis, tester.generator.get_max_freq(), 75.0, gcmd)
        client.finish_measurements()
        most = max(abs(sample.accel_x) for sample in client.get_samples())
        after = toolhead.get_position()
        gcmd.respond_info(repr((axis.get_name(), axis.matches("y"), most > 1000.0, max(abs(b - a) for a, b in zip(before, after)) < 0.2)))


def load_config(config):
    return Recorder(config)
`;

const CONFIG = `
[recorder]
[adxl345]
cs_pin: PJ0
[resonance_tester]
accel_chip: adxl345
probe_points: 100,100,20
max_smoothing: 0.2
`;

describe.each([false, true])("a plugin that records vibrations (watched: %s)", (watchPlugins) => {
  const open = async (): Promise<PythonPrinter> => {
    const printer = new PythonPrinter({ files: { "recorder.py": RECORDER }, config: CONFIG, watchPlugins });
    opened.push(printer);
    expect(await printer.start()).toBe("Printer is ready");
    return printer;
  };

  it("sees what is configured, and makes the sequence that a command asks for", async () => {
    const printer = await open();
    expect(await printer.gcode("LOOK FREQ_START=50 HZ_PER_SEC=2")).toEqual([
      "// [('xy', 'adxl345')]",
      "// ((100.0, 100.0, 20.0),)",
      "// ['xy']",
      "// (50.0, 0.2, False)",
      "// (5.0, 135.0, 75.0, 1.0, 0.0, 400.0)",
      "// (135.0, [(0.005, 3750.0, 50.0), (0.01, -3750.0, 50.0), (0.015, -3751.5, 50.02)])",
    ]);
  });

  it("records from the end of the queued moves to that at the end, and writes it down", async () => {
    const printer = await open();
    const file = `${printer.directory}/samples.csv`;
    expect(await printer.gcode(`RECORD FILE="${file}"`)).toEqual(["// (True, True, True, True, 9800.0, 'float')", "// ('adxl345', 3200, True, False)"]);
    const [header, ...rows] = readFileSync(file, "utf8").trim().split("\n");
    expect(header).toBe("#time,accel_x,accel_y,accel_z");
    expect(rows.length).toBeGreaterThan(1300);
    for (const row of rows) expect(row).toMatch(/^\d+\.\d{6}(,-?\d+\.\d{6}){3}$/);
    rmSync(file);
  });

  it("has a sequence of its own carried out, and the machine where it was", async () => {
    const printer = await open();
    const answers = await printer.gcode("G28\nG1 X100 Y100 Z20 F6000\nSHAKE FREQ_START=40 FREQ_END=41 HZ_PER_SEC=2");
    expect(answers.at(-1)).toBe("// ('axis=1.000,-1.000', True, True, True)");
  });
});

const SCANNER = `
from klippy.extras import adxl345


class Scanner:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.name = config.get_name()
        self.commands = adxl345.AccelCommandHelper(config, self)
        self.reactor = self.printer.get_reactor()

    def start_internal_client(self):
        client = adxl345.AccelQueryHelper(self.printer)
        state = {"sent": 0}

        def batch(eventtime):
            mcu = self.printer.lookup_object("mcu")
            now = mcu.estimated_print_time(eventtime)
            rows = [(now - 0.1 + i * 0.001, 1.0, 2.0, 9806.0) for i in range(100)]
            state["sent"] += 1
            return eventtime + 0.1 if client.handle_batch({"data": rows}) else self.reactor.NEVER

        self.reactor.register_timer(batch, self.reactor.NOW)
        return client

    def read_reg(self, reg):
        return reg + 1


def load_config(config):
    return Scanner(config)
`;

describe.each([false, true])("a plugin with an accelerometer of its own (watched: %s)", (watchPlugins) => {
  it("answers the commands of accelerometers, and is a chip of the resonance tester", async () => {
    const config = "[scanner]\n[resonance_tester]\naccel_chip: scanner\nprobe_points: 100,100,20\n";
    const printer = new PythonPrinter({ files: { "scanner.py": SCANNER }, config, watchPlugins });
    opened.push(printer);
    expect(await printer.start()).toBe("Printer is ready");
    expect(await printer.gcode("ACCELEROMETER_QUERY")).toEqual(["// accelerometer values (x, y, z): 1.000000, 2.000000, 9806.000000"]);
    expect(await printer.gcode("ACCELEROMETER_DEBUG_READ REG=0x0f")).toEqual(["// Accelerometer REG[0xf] = 0x10"]);
    expect(await printer.gcode("MEASURE_AXES_NOISE MEAS_TIME=2")).toEqual(["// Axes noise for xy-axis accelerometer: 0.000000 (x), 0.000000 (y), 0.000000 (z)"]);
  });
});
