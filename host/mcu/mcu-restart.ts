/**
 * FIRMWARE_RESTART of one MCU: by a command over the link, or by the reset lines of the port. The link is
 * closed in any case; the next session finds the MCU fresh.
 */
import type { Reactor } from "../reactor/reactor.js";
import type { CommandWrapper } from "./mcu-commands.js";

export const RESTART_METHODS = ["arduino", "cheetah", "command", "rpi_usb"] as const;

/** Values of option `restart_method`. */
export type RestartMethod = (typeof RESTART_METHODS)[number];

/** What a restart needs of its MCU. */
export interface RestartTarget {
  readonly name: string;
  readonly reactor: Reactor;
  log(message: string): void;
  /** Whether the MCU has answered lately. */
  isActive(): boolean;
  readonly resetCmd: CommandWrapper | undefined;
  readonly configResetCmd: CommandWrapper | undefined;
  /** Sends emergency_stop and notes that the MCU is shut down. */
  forceShutdown(): void;
  disconnect(): void;
  /** Toggles the reset lines of the closed port; absent or undefined where ports have none. */
  resetByLines(style: "arduino" | "cheetah" | "rpi_usb"): void | Promise<void>;
}

/** Time (s) for a command to leave and take effect. */
const COMMAND_SECONDS = 0.015;

/** Resets the MCU by `method`; null means by the reset lines, as an Arduino is. */
export async function restartMcu(method: RestartMethod | null, target: RestartTarget): Promise<void> {
  if (method === "command") return restartByCommand(target);
  const style = method ?? "arduino";
  const words = { arduino: "reset", cheetah: "Cheetah-style reset", rpi_usb: "reset via rpi usb power" };
  target.log(`Attempting MCU '${target.name}' ${words[style]}`);
  target.disconnect();
  await target.resetByLines(style);
}

async function restartByCommand(target: RestartTarget): Promise<void> {
  const { reactor, resetCmd, configResetCmd } = target;
  const pause = () => reactor.pause(reactor.monotonic() + COMMAND_SECONDS);
  if ((resetCmd === undefined && configResetCmd === undefined) || !target.isActive()) {
    target.log(`Unable to issue reset command on MCU '${target.name}'`);
    return;
  }
  if (resetCmd === undefined) {
    target.log(`Attempting MCU '${target.name}' config_reset command`);
    target.forceShutdown();
    await pause();
    configResetCmd!.send();
  } else {
    target.log(`Attempting MCU '${target.name}' reset command`);
    resetCmd.send();
  }
  await pause();
  target.disconnect();
}
