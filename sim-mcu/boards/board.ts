/**
 * A board as data: clock, converters, memory, link and speed of one micro-controller, as its firmware declares them in the
 * dictionary or as published benchmarks measured them. Nothing here is code.
 */
export interface BoardProfile {
  readonly name: string;
  /** Constant `MCU`. */
  readonly mcu: string;
  /** Constant `CLOCK_FREQ`: ticks per second. */
  readonly clockFreq: number;
  readonly adcMax: number;
  readonly pwmMax: Readonly<Record<"kalico" | "klipper", number>>;
  /** Bytes that may be unacknowledged; undefined on USB and linux, whose dictionaries lack the constant. */
  readonly receiveWindow?: number;
  /** Bits per second; undefined on USB and linux. */
  readonly serialBaud?: number;
  /** Bytes of the transmit buffer: what does not fit is dropped. */
  readonly transmitBuffer: number;
  /** Bytes of the receive buffer. */
  readonly receiveBuffer: number;
  /** Bytes of RAM for objects and the move pool. */
  readonly heapBytes: number;
  /** Nodes that the move pool has at most; undefined: the firmware's 1024. */
  readonly maxMoves?: number;
  /** Bytes of one node of the move pool that holds a step row. */
  readonly moveNodeBytes: number;
  /** Path that a stepper takes when pulses are short: a toggle per step, the AVR's step-unstep, or none; `unchecked`: always one that takes any rate. */
  readonly stepPath: "edge" | "avr" | "full" | "unchecked";
  /** Longest step pulse, in ticks, that still takes the fast path. */
  readonly stepPathTicks: number;
  /** Ticks of one step event with one stepper moving, and with three: published step rate benchmarks. */
  readonly stepCost: readonly [one: number, several: number];
  /** Ticks to dispatch one command, from the published command dispatch benchmark. */
  readonly commandCost: number;
  /** Ticks of any other timer event. */
  readonly timerCost: number;
  /** How late timers may become before "Rescheduled timer in the past", in microseconds. */
  readonly timerLateUs: number;
  /** `reset` restarts the chip; `config_reset` only clears the configuration. */
  readonly restartCommand: "reset" | "config_reset";
  /** On USB and linux a block that shut the MCU down is dropped; on UART it is read again and nak'ed. */
  readonly rereadsBlockAfterShutdown: boolean;
  /** Enumeration `pin`. */
  readonly pins: Readonly<Record<string, number | [number, number]>>;
  /** Pins that the converter can read; undefined: any. */
  readonly adcPins?: readonly string[];
  /** Pins with hardware PWM; undefined: any. */
  readonly pwmPins?: readonly string[];
  /** Shutdown reason for a bad input pin, which differs between families. */
  readonly inputPinError: string;
  /** Further enumerations (`spi_bus`, `i2c_bus`, …) and constants (`RESERVE_PINS_serial`, `BUS_PINS_spi`, …). */
  readonly enumerations?: Readonly<Record<string, Readonly<Record<string, number | [number, number]>>>>;
  readonly constants?: Readonly<Record<string, string | number>>;
}

/** The board behind a line without a speed, such as a pseudo-terminal: its dictionary names no baud rate, and bytes take no time. */
export function withoutBaud(board: BoardProfile): BoardProfile {
  const { serialBaud: _, ...rest } = board;
  return rest;
}
