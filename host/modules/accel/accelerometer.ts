/**
 * `[adxl345]` and `[lis2dw]` on SPI: measurements in batches, ACCELEROMETER_QUERY, _DEBUG_READ and _DEBUG_WRITE (_MEASURE is not there). Simplified: sample
 * times follow the chip's nominal rate from the start of the measurement; its true rate is not fitted.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError } from "../../errors.js";
import type { GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import type { CommandWrapper } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import { spiFromConfig, type McuSpi } from "../../mcu/spi.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { HostModule } from "../../printer/module-table.js";
import { BatchBulk, type Batch, type Measurement } from "./batch-bulk.js";
import { ADXL345, LIS2DW, type AccelChip } from "./chips.js";

const SPEED = 5000000;
const BATCH_SECONDS = 0.1;
/** Reads of the chip's FIFO while it takes so many samples. */
const SAMPLES_PER_READ = 4;
/** Longest wait for a sample, s. */
const QUERY_SECONDS = 1;
const HEADER = ["time", "x_acceleration", "y_acceleration", "z_acceleration"] as const;

/** Print time (s) and mm/s² in the axes of the machine. */
export type AccelSample = readonly [time: number, x: number, y: number, z: number];

interface AxisSource {
  axis: number;
  scale: number;
}

function readAxesMap(config: ConfigSection, chip: AccelChip): AxisSource[] {
  const axes = config.getList("axes_map", { default: ["x", "y", "z"], count: 3 });
  return axes.map((text) => {
    const match = /^(-?)([xyz])$/.exec(text.trim());
    if (match === null) throw config.error("Invalid axes_map, must be one of x, -x, y, -y, z, -z");
    const axis = "xyz".indexOf(match[2]!);
    return { axis, scale: chip.scale[axis]! * (match[1] === "-" ? -1 : 1) };
  });
}

export class Accelerometer implements Measurement {
  readonly name: string;
  readonly dataRate: number;
  private readonly printer: Printer;
  private readonly chip: AccelChip;
  private readonly axes: readonly AxisSource[];
  private readonly spi: McuSpi;
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly bulk: BatchBulk;
  private queryCmd: CommandWrapper | undefined;
  private received: Uint8Array[] = [];
  private startTime = 0;
  private taken = 0;
  private errors = 0;

  constructor(config: ConfigSection, chip: AccelChip) {
    this.printer = config.getPrinter();
    this.chip = chip;
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.axes = readAxesMap(config, chip);
    this.dataRate = chip.rates.length === 1 ? chip.rates[0]! : config.getInt("rate", { default: chip.rates[0]! });
    if (!chip.rates.includes(this.dataRate)) throw config.error(`Invalid rate parameter: ${this.dataRate}`);
    this.spi = spiFromConfig(config, chip.mode, { defaultSpeed: SPEED });
    this.mcu = this.spi.getMcu();
    this.oid = this.mcu.createOid();
    this.mcu.addConfigCmd(chip.configCommand(this.oid, this.spi.getOid()));
    this.mcu.addConfigCmd(`query_${chip.name} oid=${this.oid} rest_ticks=0`, { onRestart: true });
    this.mcu.registerConfigCallback(() => {
      this.queryCmd = this.mcu.lookupCommand(`query_${chip.name} oid=%c rest_ticks=%u`, this.spi.getCommandQueue());
    });
    this.mcu.registerResponse((params) => void this.received.push((params.data as Uint8Array).slice()), "sensor_bulk_data", this.oid);
    this.bulk = new BatchBulk(this.printer, this, BATCH_SECONDS);
    this.bulk.addMuxEndpoint(`${chip.name}/dump_${chip.name}`, "sensor", this.name, HEADER);
    this.registerCommands(config.getName().split(/\s+/).length === 1);
  }

  // ---- registers ----

  async readReg(register: number): Promise<number> {
    return (await this.spi.spiTransfer([register | this.chip.readBits, 0])).response[1]!;
  }

  /** Writes a register and reads it back. @throws CommandError when it holds something else */
  async setReg(register: number, value: number, minclock = 0): Promise<void> {
    this.spi.spiSend([register, value & 0xff], { minclock });
    const stored = await this.readReg(register);
    if (stored === value) return;
    const [r, v, s] = [register, value, stored].map((number) => `0x${number.toString(16)}`);
    throw new CommandError(`Failed to set ${this.chip.title} register [${r}] to ${v}: got ${s}. This is generally indicative of connection problems (e.g. faulty wiring) or a faulty ${this.chip.name} chip.`);
  }

  // ---- measurement ----

  async start(): Promise<void> {
    const { chip } = this;
    const [register, wanted] = chip.identity;
    const identity = await this.readReg(register);
    if (identity !== wanted) {
      throw new CommandError(`Invalid ${chip.name} id (got ${identity.toString(16)} vs ${wanted.toString(16)}).\nThis is generally indicative of connection problems\n(e.g. faulty wiring) or a faulty ${chip.name} chip.`);
    }
    for (const [address, value] of chip.setUp(this.dataRate)) await this.setReg(address, value);
    this.received = [];
    this.taken = this.errors = 0;
    this.queryCmd!.send([this.oid, this.mcu.secondsToClock(SAMPLES_PER_READ / this.dataRate)]);
    this.startTime = this.mcu.estimatedPrintTime(this.printer.getReactor().monotonic());
    this.printer.log("info", `${chip.title} starting '${this.name}' measurements`);
  }

  async stop(): Promise<void> {
    this.queryCmd!.send([this.oid, 0]);
    for (const [register, value] of this.chip.tearDown) await this.setReg(register, value);
    this.received = [];
    this.printer.log("info", `${this.chip.title} finished '${this.name}' measurements`);
  }

  take(): Promise<Batch | null> {
    const blocks = this.received;
    this.received = [];
    const data = blocks.flatMap((block) => this.samplesOf(block));
    return Promise.resolve(data.length === 0 ? null : { data, errors: this.errors, overflows: 0 });
  }

  private samplesOf(block: Uint8Array): AccelSample[] {
    const samples: AccelSample[] = [];
    for (let at = 0; at + this.chip.sampleBytes <= block.length; at += this.chip.sampleBytes) {
      const time = this.startTime + this.taken++ / this.dataRate;
      const counts = this.chip.unpack(block, at);
      if (counts === null) this.errors++;
      else samples.push([time, ...this.axes.map(({ axis, scale }) => Number(formatFixed(counts[axis]! * scale, 6)))] as unknown as AccelSample);
    }
    return samples;
  }

  /** Collects samples until the function that it answers with is called, which returns them. */
  async startInternalClient(): Promise<() => AccelSample[]> {
    const samples: AccelSample[] = [];
    let wanted = true;
    await this.bulk.addClient((batch) => {
      if (wanted) samples.push(...(batch["data"] as AccelSample[]));
      return wanted;
    });
    return () => {
      wanted = false;
      return samples;
    };
  }

  // ---- commands ----

  private registerCommands(isUnnamed: boolean): void {
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const commands: [string, string, (gcmd: GCodeCommand) => Promise<void>][] = [
      ["ACCELEROMETER_QUERY", "Query accelerometer for the current values", (gcmd) => this.cmdQuery(gcmd)],
      ["ACCELEROMETER_DEBUG_READ", "Query register (for debugging)", (gcmd) => this.cmdRead(gcmd)],
      ["ACCELEROMETER_DEBUG_WRITE", "Set register (for debugging)", (gcmd) => this.cmdWrite(gcmd)],
    ];
    for (const [command, desc, handler] of commands) {
      gcode.registerMuxCommand(command, "CHIP", this.name, handler, { desc });
      if (isUnnamed) gcode.registerMuxCommand(command, "CHIP", null, handler, { desc });
    }
  }

  private async cmdQuery(gcmd: GCodeCommand): Promise<void> {
    const finish = await this.startInternalClient();
    const reactor = this.printer.getReactor();
    await reactor.pause(reactor.monotonic() + QUERY_SECONDS);
    const last = finish().at(-1);
    if (last === undefined) throw gcmd.error("No accelerometer measurements found");
    gcmd.respondInfo(`accelerometer values (x, y, z): ${last.slice(1).map((value) => formatFixed(value, 6)).join(", ")}`);
  }

  private async cmdRead(gcmd: GCodeCommand): Promise<void> {
    const register = gcmd.get("REG", { parser: (text) => Number(text) });
    const value = await this.readReg(register);
    gcmd.respondInfo(`Accelerometer REG[0x${register.toString(16)}] = 0x${value.toString(16)}`);
  }

  private async cmdWrite(gcmd: GCodeCommand): Promise<void> {
    const [register, value] = [gcmd.get("REG", { parser: (text) => Number(text) }), gcmd.get("VAL", { parser: (text) => Number(text) })];
    await this.setReg(register, value);
  }
}

const module = (chip: AccelChip): HostModule => ({
  loadConfig: (config: ConfigSection) => new Accelerometer(config, chip),
  loadConfigPrefix: (config: ConfigSection) => new Accelerometer(config, chip),
});

export const adxl345 = module(ADXL345);
export const lis2dw = module(LIS2DW);
