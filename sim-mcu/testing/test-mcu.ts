/**
 * A bench for tests of one simulated MCU: sends commands as text in well-formed blocks with the right sequence number, collects what
 * comes back, and moves world time. Time is the MCU's clock unless a name says seconds.
 */
import { encodeBlock, MessageParser, type MessageParams } from "../../host/wire/index.js";
import { linux, type BoardProfile } from "../boards/index.js";
import { SimMcu, type SimMcuOptions } from "../sim-mcu.js";

export interface Answer {
  /** Empty for an ack or a nak. */
  name: string;
  params: MessageParams;
  /** Byte 1 of the block. */
  sequence: number;
  now: number;
}

export class TestMcu {
  readonly mcu: SimMcu;
  readonly parser = new MessageParser();
  answers: Answer[] = [];
  /** All blocks as sent. */
  blocks: Uint8Array[] = [];
  now = 0.001;
  private sequence = 0;

  constructor(board: BoardProfile = linux, options: Partial<SimMcuOptions> = {}) {
    this.mcu = new SimMcu({ board, ...options });
    this.parser.processIdentify(this.mcu.firmware.table.dictionary);
    this.mcu.onTransmit = (block, now) => {
      this.blocks.push(block);
      const payload = block.subarray(2, block.length - 3);
      if (payload.length === 0) this.answers.push({ name: "", params: {}, sequence: block[1]!, now });
      else {
        const params = this.parser.parse(block, 2, block.length - 3);
        this.answers.push({ name: String(params["#name"]), params, sequence: block[1]!, now });
      }
    };
    this.advance(0);
    this.answers = [];
    this.blocks = [];
  }

  get clock(): number { return this.mcu.clockAt(this.now); }

  /** Runs the MCU for some seconds, deadline by deadline as a world does. */
  advance(seconds: number): void {
    const end = this.now + seconds;
    for (;;) {
      const deadline = this.mcu.nextDeadline();
      if (deadline > end) break;
      this.now = Math.max(this.now, deadline);
      this.mcu.run(this.now);
    }
    this.now = end;
    this.mcu.run(end);
  }

  /** Runs until the MCU's clock reaches `clock`. */
  advanceTo(clock: number): void {
    this.advance(Math.max(0, this.mcu.worldTimeAt(clock) - this.now) + 1e-12);
  }

  /** Raw bytes on the line. */
  raw(bytes: Uint8Array | readonly number[]): void { this.mcu.receive(Uint8Array.from(bytes), this.now); }

  /** One block with these commands; returns the answers to it, acks left out. */
  send(...commands: string[]): Answer[] {
    const before = this.answers.length;
    const parts = commands.map((c) => this.parser.createCommand(c));
    const payload = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) {
      payload.set(part, at);
      at += part.length;
    }
    this.sendPayload(payload);
    return this.answers.slice(before).filter((a) => a.name !== "");
  }

  /** One block with encoded commands. */
  sendPayload(payload: Uint8Array): void { this.raw(encodeBlock(this.sequence++ & 15, payload)); }

  /** Expects the sequence to start over, after a reset. */
  resync(): void { this.sequence = 0; }

  /** Answers of one kind since the last look at them. */
  take(name: string): Answer[] {
    const taken = this.answers.filter((a) => a.name === name);
    this.answers = this.answers.filter((a) => a.name !== name);
    return taken;
  }

  /** Reason of the last shutdown reported, if any. */
  get shutdownReason(): string | undefined {
    const last = this.answers.filter((a) => a.name === "shutdown").at(-1);
    return last === undefined ? undefined : String(last.params["static_string_id"]);
  }

  /** Configures steppers with oids 0…n−1 (both edges unless told), a trsync (oid n) and an endstop (oid n+1) on the given pin. */
  configure(steppers: number, options: { pins: readonly string[]; endstopPin: string; invertStep?: number; pulseTicks?: number }): void {
    const { pins, endstopPin, invertStep = -1, pulseTicks = 0 } = options;
    this.send(`allocate_oids count=${steppers + 2}`);
    for (let i = 0; i < steppers; i++) {
      this.send(`config_stepper oid=${i} step_pin=${pins[2 * i]} dir_pin=${pins[2 * i + 1]} invert_step=${invertStep} step_pulse_ticks=${pulseTicks}`);
    }
    this.send(`config_trsync oid=${steppers}`, `config_endstop oid=${steppers + 1} pin=${endstopPin} pull_up=1`, "finalize_config crc=1234");
  }
}
