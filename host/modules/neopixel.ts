/**
 * `[neopixel <name>]`: a chain of leds that takes its colours as bytes over one pin. The micro-controller keeps the
 * bytes: what has changed is sent in pieces, then it is told to shift all of them out, and again when an interrupt
 * disturbed that.
 */
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { CommandQueryWrapper, CommandWrapper } from "../mcu/mcu-commands.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";
import { BACKGROUND_PRIORITY_CLOCK } from "../transport/serialqueue.js";
import { LedHelper, type LedColor } from "./led-helper.js";

/** Longest bit and shortest reset, s, that the leds understand. */
const BIT_MAX_TIME = 0.000004;
const RESET_MIN_TIME = 0.00005;
/** Bytes that the firmware holds. */
const MAX_MCU_SIZE = 500;
const SEND_TRIES = 8;
/** Bytes of one command, and how many equal bytes are sent along to save a command. */
const MAX_PIECE = 16;
const MAX_GAP = 5;

/** A run of bytes that differ. */
interface Piece {
  start: number;
  end: number;
}

/** Where `next` differs from `old`, in pieces that are worth a command each. */
export function changedPieces(old: Uint8Array, next: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < next.length; i++) {
    if (old[i] === next[i]) continue;
    const last = pieces.at(-1);
    if (last !== undefined && i - last.end < MAX_GAP && i + 1 - last.start <= MAX_PIECE) last.end = i + 1;
    else pieces.push({ start: i, end: i + 1 });
  }
  return pieces;
}

/** For each byte of the chain: which led, and which part of its colour. */
function readColorMap(config: ConfigSection, chainCount: number): { led: number; part: number }[] {
  const given = config.getList("color_order", { default: ["GRB"] });
  const orders = given.length === 1 ? Array.from({ length: chainCount }, () => given[0]!) : given;
  if (orders.length !== chainCount) throw config.error("color_order does not match chain_count");
  const map = orders.flatMap((order, led) => {
    const sorted = [...order].sort().join("");
    if (sorted !== "BGR" && sorted !== "BGRW") throw config.error(`Invalid color_order '${order}'`);
    return [...order].map((letter) => ({ led, part: "RGBW".indexOf(letter) }));
  });
  if (map.length > MAX_MCU_SIZE) throw config.error("neopixel chain too long");
  return map;
}

export class PrinterNeoPixel {
  readonly printer: Printer;
  readonly ledHelper: LedHelper;
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly pin: string;
  private readonly colorMap: readonly { led: number; part: number }[];
  /** What the leds should show, and what the micro-controller has; different everywhere at first. */
  private colorData: Uint8Array;
  private readonly oldColorData: Uint8Array;
  private updateCmd: CommandWrapper | undefined;
  private sendCmd: CommandQueryWrapper | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const params = this.printer.lookupObject<PrinterPins>("pins").lookupPin(config.get("pin"));
    this.mcu = params.chip as Mcu;
    this.oid = this.mcu.createOid();
    this.pin = params.pin;
    this.mcu.registerConfigCallback(() => this.buildConfig());
    const chainCount = config.getInt("chain_count", { default: 1, minval: 1 });
    this.colorMap = readColorMap(config, chainCount);
    this.ledHelper = new LedHelper(config, (ledState, printTime) => this.updateLeds(ledState, printTime), chainCount);
    this.colorData = this.bytesOf(this.ledHelper.ledState);
    this.oldColorData = this.colorData.map((byte) => byte ^ 1);
    this.printer.registerEventHandler("klippy:connect", () => this.sendData());
    this.printer.registerEventHandler(this.mcu.getNonCriticalReconnectEventName(), () => this.sendData());
  }

  private bytesOf(ledState: readonly LedColor[]): Uint8Array {
    return Uint8Array.from(this.colorMap, ({ led, part }) => Math.trunc(ledState[led]![part]! * 255 + 0.5));
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    mcu.addConfigCmd(
      `config_neopixel oid=${oid} pin=${this.pin} data_size=${this.colorMap.length}` +
        ` bit_max_ticks=${mcu.secondsToClock(BIT_MAX_TIME)} reset_min_ticks=${mcu.secondsToClock(RESET_MIN_TIME)}`,
    );
    const cq = mcu.allocCommandQueue();
    this.updateCmd = mcu.lookupCommand("neopixel_update oid=%c pos=%hu data=%*s", cq);
    this.sendCmd = mcu.lookupQueryCommand("neopixel_send oid=%c", "neopixel_result oid=%c success=%c", { oid, cq });
  }

  /** Shows the colours, at a print time (s) or as soon as possible. */
  async updateLeds(ledState: readonly LedColor[], printTime: number | null): Promise<void> {
    this.colorData = this.bytesOf(ledState);
    await this.sendData(printTime);
  }

  /** Sends what has changed and has the leds show it; nothing to a micro-controller that is away, which gets it when it is back. */
  async sendData(printTime: number | null = null): Promise<void> {
    if (this.mcu.nonCriticalDisconnected) return;
    const next = this.colorData;
    const pieces = changedPieces(this.oldColorData, next);
    if (pieces.length === 0) return;
    for (const { start, end } of pieces) {
      this.updateCmd!.send([this.oid, start, next.slice(start, end)], { reqclock: BACKGROUND_PRIORITY_CLOCK });
    }
    this.oldColorData.set(next);
    const minclock = printTime === null ? 0 : this.mcu.printTimeToClock(printTime);
    for (let attempt = 0; attempt < SEND_TRIES; attempt++) {
      const { success } = await this.sendCmd!.send([this.oid], { minclock, reqclock: BACKGROUND_PRIORITY_CLOCK });
      if (success !== 0) return;
    }
    this.printer.log("info", "Neopixel update did not succeed");
  }

  getStatus(eventTime?: number): { color_data: LedColor[] } {
    return this.ledHelper.getStatus(eventTime);
  }
}

export function loadConfigPrefix(config: ConfigSection): PrinterNeoPixel {
  return new PrinterNeoPixel(config);
}
