/** An output pin whose changes keep their place among the commands of a bus (data/command lines, resets). Kalico's MCU_bus_digital_out. */
import { PinError } from "../errors.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import type { CommandWrapper, SendClocks } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import type { PrinterPins } from "./pins.js";

export class McuBusDigitalOut {
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly queue: CommandQueue;
  private updateCmd: CommandWrapper | undefined;

  constructor(mcu: Mcu, pinDesc: string, queue?: CommandQueue, value: number | boolean = 0) {
    this.mcu = mcu;
    this.oid = mcu.createOid();
    const { chip, pin } = mcu.getPrinter().lookupObject<PrinterPins>("pins").lookupPin(pinDesc);
    if ((chip as unknown) !== mcu) throw new PinError(`Pin ${pinDesc} must be on mcu ${mcu.getName()}`);
    const level = Number(value);
    mcu.addConfigCmd(`config_digital_out oid=${this.oid} pin=${pin} value=${level} default_value=${level} max_duration=0`);
    mcu.registerConfigCallback(() => {
      this.updateCmd = mcu.lookupCommand("update_digital_out oid=%c value=%c", this.queue);
    });
    this.queue = queue ?? mcu.allocCommandQueue();
  }

  getOid(): number {
    return this.oid;
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  getCommandQueue(): CommandQueue {
    return this.queue;
  }

  updateDigitalOut(value: number | boolean, clocks: SendClocks = {}): void {
    if (this.updateCmd === undefined) this.mcu.addConfigCmd(`update_digital_out oid=${this.oid} value=${Number(value)}`, { isInit: true });
    else this.updateCmd.send([this.oid, Number(value)], clocks);
  }
}
