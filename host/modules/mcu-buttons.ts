/**
 * Buttons on MCU pins: the MCU polls up to eight pins, debounces them and sends every new state until it is
 * acknowledged. State bytes are numbered; `ack_count` in a message is the number of the first state in it (8 bit),
 * so that a repeated state is recognised. Handlers run in the reactor, never in the reader of the port.
 */
import type { Mcu } from "../mcu/mcu.js";
import type { CommandWrapper } from "../mcu/mcu-commands.js";
import type { PinParams } from "../mcu/pins.js";
import type { Reactor } from "../reactor/reactor.js";
import type { MessageParams } from "../wire/index.js";

/** Poll interval of the MCU, s. */
const QUERY_TIME = 0.002;
/** Polls after which an unacknowledged state is sent again. */
const RETRANSMIT_COUNT = 50;
/** A button object of the MCU has this many pins at most. */
export const MAX_BUTTONS = 8;

/** Event time, s, and the state: 0/1 of a single pin, bits in the order of the pins otherwise. May pause. */
export type ButtonCallback = (eventTime: number, state: number) => void | Promise<void>;

/** States of a message that are new, given the number of states seen so far. */
export function newButtonStates(ackCount: number, message: { ack_count: number; state: Uint8Array }): Uint8Array {
  let ackDiff = (message.ack_count - ackCount) & 0xff;
  if (ackDiff & 0x80) ackDiff -= 0x100;
  const newCount = ackDiff + message.state.length;
  return newCount <= 0 ? new Uint8Array(0) : message.state.slice(Math.max(0, message.state.length - newCount));
}

export class McuButtons {
  readonly pinList: { pin: string; pullup: number }[] = [];
  private readonly reactor: Reactor;
  private readonly mcu: Mcu;
  private readonly callbacks: { mask: number; shift: number; callback: ButtonCallback }[] = [];
  private invert = 0;
  private lastButton = 0;
  private oid = -1;
  private ackCount = 0;
  private ackCmd: CommandWrapper | undefined;

  constructor(reactor: Reactor, mcu: Mcu) {
    this.reactor = reactor;
    this.mcu = mcu;
    mcu.registerConfigCallback(() => this.buildConfig());
  }

  /** Add pins whose common state goes to `callback`. */
  setupButtons(pins: readonly PinParams[], callback: ButtonCallback): void {
    const shift = this.pinList.length;
    let mask = 0;
    for (const { pin, pullup, invert } of pins) {
      const bit = 1 << this.pinList.length;
      mask |= bit;
      if (invert !== 0) this.invert |= bit;
      this.pinList.push({ pin, pullup });
    }
    this.callbacks.push({ mask, shift, callback });
  }

  private buildConfig(): void {
    if (this.pinList.length === 0) return;
    const { mcu } = this;
    const oid = mcu.createOid();
    this.oid = oid;
    mcu.addConfigCmd(`config_buttons oid=${oid} button_count=${this.pinList.length}`);
    for (const [pos, { pin, pullup }] of this.pinList.entries()) {
      mcu.addConfigCmd(`buttons_add oid=${oid} pos=${pos} pin=${pin} pull_up=${pullup}`, { isInit: true });
    }
    this.ackCmd = mcu.lookupCommand("buttons_ack oid=%c count=%c", mcu.allocCommandQueue());
    const clock = mcu.getQuerySlot(oid);
    const restTicks = mcu.secondsToClock(QUERY_TIME);
    mcu.addConfigCmd(
      `buttons_query oid=${oid} clock=${clock} rest_ticks=${restTicks} retransmit_count=${RETRANSMIT_COUNT} invert=${this.invert}`,
      { isInit: true });
    mcu.registerResponse((params) => this.handleButtonsState(params), "buttons_state", oid);
  }

  private handleButtonsState(params: MessageParams): void {
    const states = newButtonStates(this.ackCount, params as unknown as { ack_count: number; state: Uint8Array });
    if (states.length === 0) return;
    this.ackCmd!.send([this.oid, states.length]);
    this.ackCount += states.length;
    const receiveTime = params["#receive_time"] as number;
    for (const raw of states) {
      const button = raw ^ this.invert;
      const changed = button ^ this.lastButton;
      this.lastButton = button;
      for (const { mask, shift, callback } of this.callbacks) {
        if ((changed & mask) === 0) continue;
        const state = (button & mask) >> shift;
        this.reactor.registerAsyncCallback(() => callback(receiveTime, state));
      }
    }
  }
}
