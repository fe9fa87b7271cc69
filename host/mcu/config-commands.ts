/**
 * The config commands of one MCU in text form: collected while objects are made and while the config callbacks
 * run, then resolved to hardware pins and summed up in the CRC by which an MCU is recognised as configured so.
 */
import { crc32 } from "node:zlib";
import type { PinResolver } from "./pins.js";

/** When a config command is sent; default: once per life of the MCU, and part of the CRC. */
export interface ConfigCmdOptions {
  /** Sent after every connect. */
  isInit?: boolean;
  /** Sent when the host takes over an MCU that is configured already. */
  onRestart?: boolean;
}

interface Lists {
  oidCount: number;
  config: string[];
  restart: string[];
  init: string[];
}

/** Commands by the time when they are sent, pins resolved. */
export interface ResolvedCommands {
  /** `allocate_oids` first, `finalize_config` last. */
  readonly config: readonly string[];
  readonly restart: readonly string[];
  readonly init: readonly string[];
}

export class ConfigCommands {
  /** CRC-32 of the last build; 0 before. */
  crc = 0;
  private readonly callbacks: (() => void)[] = [];
  private lists: Lists = { oidCount: 0, config: [], restart: [], init: [] };
  /** State from before the callbacks ran, for a reconnect. */
  private initial: Lists | undefined;

  createOid(): number {
    return this.lists.oidCount++;
  }

  registerCallback(callback: () => void): void {
    this.callbacks.push(callback);
  }

  add(command: string, options: ConfigCmdOptions): void {
    const { lists } = this;
    const list = options.isInit ? lists.init : options.onRestart ? lists.restart : lists.config;
    list.push(command);
  }

  /** Runs the callbacks, resolves the pins and takes the CRC. @throws PinError and what callbacks throw */
  build(resolver: PinResolver): ResolvedCommands {
    this.initial ??= copied(this.lists);
    // Callbacks may register further callbacks (and create oids) while they run.
    for (let index = 0; index < this.callbacks.length; index++) this.callbacks[index]!();
    const resolve = (command: string): string => resolver.updateCommand(command);
    const config = [`allocate_oids count=${this.lists.oidCount}`, ...this.lists.config].map(resolve);
    const restart = this.lists.restart.map(resolve);
    const init = this.lists.init.map(resolve);
    this.crc = crc32(config.join("\n"));
    return { config: [...config, `finalize_config crc=${this.crc}`], restart, init };
  }

  /** Forgets what the callbacks added; they run again at the next build. */
  reset(): void {
    if (this.initial !== undefined) this.lists = copied(this.initial);
  }

  /** Lines for the log after a shutdown. */
  dumpDebug(): string {
    const { config, oidCount } = this.lists;
    const lines = config.map((command, index) => `Config ${index}: ${command}`);
    return [`Dumping config commands, ${config.length} commands, ${oidCount} oids`, ...lines].join("\n");
  }
}

function copied(lists: Lists): Lists {
  return { oidCount: lists.oidCount, config: [...lists.config], restart: [...lists.restart], init: [...lists.init] };
}
