/** `[adxl345]`, `[lis2dw]`, `[lis3dh]`, `[mpu9250]` and `[icm20948]`: a chip that is set up, measures in batches while somebody wants them, and sleeps. */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError } from "../../errors.js";
import type { Printer } from "../../heaters/host-types.js";
import type { CommandWrapper } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { HostModule } from "../../printer/module-table.js";
import { AccelClient, type AccelSample } from "./accel-client.js";
import { AccelCommands } from "./accel-commands.js";
import { BatchBulk, type Batch, type Measurement } from "./batch-bulk.js";
import { BulkReader } from "./bulk-reader.js";
import { i2cBus, spiBus, type ChipBus } from "./chip-bus.js";
import { ADXL345, ICM20948, LIS2DW, LIS3DH, MPU9250, type AccelChip, type RegisterValue } from "./chips.js";

const SPI_SPEED = 5000000;
const I2C_SPEED = 400000;
const BATCH_SECONDS = 0.1;
/** Times are smoothed over so many batches. */
const SMOOTHED_BATCHES = 2;
/** Reads of the chip's FIFO while it takes so many samples. */
const SAMPLES_PER_READ = 4;
const HEADER = ["time", "x_acceleration", "y_acceleration", "z_acceleration"] as const;

interface AxisSource {
  readonly axis: number;
  readonly scale: number;
}

function readAxesMap(config: ConfigSection, chip: AccelChip): AxisSource[] {
  const axes = config.getList("axes_map", { default: ["x", "y", "z"], count: 3 });
  return axes.map((text) => {
    const match = /^(-?)([xyz])$/.exec(text.trim());
    if (match === null) throw config.error("Invalid axes_map parameter");
    const axis = "xyz".indexOf(match[2]!);
    return { axis, scale: chip.scale[axis]! * (match[1] === "-" ? -1 : 1) };
  });
}

/** On SPI where the chip can be and a chip select pin is given, else on I2C. */
function busOf(config: ConfigSection, { spiMode, i2cAddress }: AccelChip): ChipBus {
  if (spiMode !== undefined && (i2cAddress === undefined || config.get("cs_pin", { default: null }) !== null)) return spiBus(config, spiMode, SPI_SPEED);
  return i2cBus(config, i2cAddress!, I2C_SPEED);
}

export class Accelerometer implements Measurement {
  readonly name: string;
  readonly dataRate: number;
  readonly printer: Printer;
  readonly mcu: Mcu;
  readonly oid: number;
  readonly batchBulk: BatchBulk;
  private readonly chip: AccelChip;
  private readonly axes: readonly AxisSource[];
  private readonly bus: ChipBus;
  private readonly reader: BulkReader;
  private queryCmd: CommandWrapper | undefined;
  private errors = 0;

  constructor(config: ConfigSection, chip: AccelChip) {
    this.printer = config.getPrinter();
    this.chip = chip;
    this.name = config.getName().split(/\s+/).at(-1)!;
    new AccelCommands(config, this);
    this.axes = readAxesMap(config, chip);
    this.dataRate = chip.hasRateOption ? config.getInt("rate", { default: chip.rates[0]! }) : chip.rates[0]!;
    if (!chip.rates.includes(this.dataRate)) throw config.error(`Invalid rate parameter: ${this.dataRate}`);
    const bus = (this.bus = busOf(config, chip)), mcu = (this.mcu = bus.getMcu()), { firmware } = chip;
    const oid = (this.oid = mcu.createOid());
    this.reader = new BulkReader(mcu, oid, {
      sampleBytes: chip.sampleBytes, smoothing: this.dataRate * BATCH_SECONDS * SMOOTHED_BATCHES, statusCommand: `query_${firmware}_status oid=%c`,
    });
    mcu.addConfigCmd(chip.configCommand(oid, bus));
    mcu.addConfigCmd(`query_${firmware} oid=${oid} rest_ticks=0`, { onRestart: true });
    mcu.registerConfigCallback(() => {
      this.queryCmd = mcu.lookupCommand(`query_${firmware} oid=%c rest_ticks=%u`, bus.getCommandQueue());
      this.reader.lookUpCommands(bus.getCommandQueue());
    });
    this.batchBulk = new BatchBulk(this.printer, this, BATCH_SECONDS);
    this.batchBulk.addMuxEndpoint(`${firmware}/dump_${firmware}`, "sensor", this.name, HEADER);
  }

  // ---- registers ----

  readReg(register: number): Promise<number> {
    return this.bus.read(register);
  }

  /** Writes a register, and reads it back where the chip allows that. @throws CommandError when it holds something else */
  async setReg(register: number, value: number, minclock = 0): Promise<void> {
    const { chip } = this;
    await this.bus.write(register, value, { minclock });
    if (!chip.readsBack) return;
    const stored = await this.readReg(register);
    if (stored === value) return;
    const [r, v, s] = [register, value, stored].map((number) => `0x${number.toString(16)}`);
    throw new CommandError(`Failed to set ${chip.title} register [${r}] to ${v}: got ${s}. This is generally indicative of connection problems (e.g. faulty wiring) or a faulty ${chip.name} chip.`);
  }

  private async setRegs(values: readonly RegisterValue[], firstClock = 0): Promise<void> {
    for (const [i, [register, value]] of values.entries()) await this.setReg(register, value, i === 0 ? firstClock : 0);
  }

  // ---- measurement ----

  async start(): Promise<void> {
    const { chip, mcu } = this;
    const refusal = chip.refusal(await this.readReg(chip.identityRegister));
    if (refusal !== undefined) throw new CommandError(refusal);
    await this.setRegs(chip.setUp(this.dataRate, this.bus.kind), await this.wake());
    if (chip.clears !== undefined) await this.readReg(chip.clears);
    this.queryCmd!.send([this.oid, mcu.secondsToClock(SAMPLES_PER_READ / this.dataRate)]);
    await this.setRegs(chip.go);
    this.printer.log("info", `${chip.title} starting '${this.name}' measurements`);
    await this.reader.start();
    this.errors = 0;
  }

  /** Wakes the chip. Returns the clock at which it is awake. */
  private async wake(): Promise<number> {
    const { chip, mcu } = this;
    if (chip.wake === undefined) return 0;
    await this.setRegs(chip.wake);
    // What was written before is done when this is answered.
    await this.readReg(chip.identityRegister);
    const seconds = chip.wakeSeconds ?? 0;
    return seconds === 0 ? 0 : mcu.printTimeToClock(mcu.estimatedPrintTime(this.printer.getReactor().monotonic()) + seconds);
  }

  async stop(): Promise<void> {
    const { chip } = this;
    await this.setRegs(chip.halt);
    await this.queryCmd!.sendWaitAck([this.oid, 0]);
    this.reader.stop();
    this.printer.log("info", `${chip.title} finished '${this.name}' measurements`);
    await this.setRegs(chip.sleep ?? []);
  }

  async take(): Promise<Batch | null> {
    const data: AccelSample[] = [];
    await this.reader.pull((time, bytes, at) => {
      const counts = this.chip.unpack(bytes, at);
      if (counts === null) this.errors++;
      else data.push([time, ...this.axes.map(({ axis, scale }) => counts[axis]! * scale)].map((value) => Number(formatFixed(value, 6))) as unknown as AccelSample);
    });
    return data.length === 0 ? null : { data, errors: this.errors, overflows: this.reader.overflows };
  }

  /** @throws CommandError when the chip's micro-controller is one that may be away, and it is away */
  checkConnected(): void {
    const { awayPrefix } = this.chip;
    if (awayPrefix === undefined || !this.mcu.nonCriticalDisconnected) return;
    throw new CommandError(`${awayPrefix}: ${this.name} could not connect because mcu: ${this.mcu.getName()} is non_critical_disconnected!`);
  }

  /** Measures for somebody in the host, from the end of the queued moves on. @throws CommandError when the chip is away or does not answer */
  async startInternalClient(): Promise<AccelClient> {
    this.checkConnected();
    const client = new AccelClient(this.printer);
    await this.batchBulk.addClient((batch) => client.handleBatch(batch));
    return client;
  }
}

const module = (chip: AccelChip): HostModule => ({
  loadConfig: (config: ConfigSection) => new Accelerometer(config, chip),
  loadConfigPrefix: (config: ConfigSection) => new Accelerometer(config, chip),
});

export const adxl345 = module(ADXL345);
export const lis2dw = module(LIS2DW);
export const lis3dh = module(LIS3DH);
export const mpu9250 = module(MPU9250);
export const icm20948 = module(ICM20948);
