/**
 * Laws of an MCU's life as the host sees it, against the simulated firmware in virtual time: connect, configure,
 * take over, lose, shut down, restart.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { SeededFaults, SimLink, SimMcu, boards, dutyOf, type BoardProfile, type LinkFaults, type OutputState } from "../../sim-mcu/index.js";
import type { ConfigSection } from "../config/config-section.js";
import { TransportError } from "../errors.js";
import { ModuleTable, type HostModule } from "../printer/module-table.js";
import { Printer } from "../printer/printer.js";
import { VirtualClock, type Participant } from "../reactor/clock.js";
import { NEVER, Reactor } from "../reactor/reactor.js";
import type { McuAdc } from "./adc.js";
import type { McuDigitalOut } from "./digital-out.js";
import type { McuEndstop } from "./endstop.js";
import type { Mcu } from "./mcu.js";
import type { PrinterPins } from "./pins.js";
import type { McuPwm } from "./pwm.js";
import { addMcus, addPins } from "./printer-mcus.js";
import type { TriggeredStepper } from "./trsync.js";

const directory = mkdtempSync(join(tmpdir(), "mcu-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface BoardSetup {
  board?: BoardProfile;
  ppm?: number;
  flavour?: "kalico" | "klipper";
  faults?: LinkFaults;
  baud?: number;
}

/** The world of a test: it outlives the hosts that run in it one after the other. */
class Bench {
  readonly clock = new VirtualClock(100);
  readonly mcus = new Map<string, SimMcu>();
  readonly links = new Map<string, SimLink>();
  participants: Participant[] = [];
  portsFail = false;
  /** MCUs whose port does not exist now. */
  readonly isAway = new Set<string>();

  constructor(setups: Record<string, BoardSetup> = { mcu: {} }) {
    for (const [name, setup] of Object.entries(setups)) {
      const board = setup.board ?? boards.linux!;
      const mcu = new SimMcu({ board, name, ppm: setup.ppm ?? 0, flavour: setup.flavour ?? "kalico", powerUp: 50 });
      const link = new SimLink({ mcu, clock: this.clock, ...(setup.baud ? { baud: setup.baud } : {}), ...(setup.faults ? { faults: setup.faults } : {}) });
      this.mcus.set(name, mcu);
      this.links.set(name, link);
      this.participants.push(mcu, link);
    }
  }

  host(config: string, options: { startReason?: "startup" | "restart" | "firmware_restart"; setup?: (config: ConfigSection) => void } = {}): Host {
    return new Host(this, config, options.startReason ?? "startup", options.setup);
  }

  async runUntil(limit: number, done: () => boolean = () => false): Promise<void> {
    while (!done()) {
      let best = Infinity;
      let next: Participant | undefined;
      for (const participant of this.participants) {
        const deadline = participant.nextDeadline();
        if (deadline < best) {
          best = deadline;
          next = participant;
        }
      }
      if (next === undefined || best > limit || best >= NEVER) break;
      this.clock.now = Math.max(this.clock.now, best);
      await next.run(this.clock.now);
    }
    if (!done()) this.clock.now = Math.max(this.clock.now, limit);
  }
}

let files = 0;

class Host {
  readonly bench: Bench;
  readonly reactor: Reactor;
  readonly printer: Printer;
  readonly log: string[] = [];
  readonly warnings: string[] = [];
  result: string | undefined;

  constructor(bench: Bench, config: string, startReason: "startup" | "restart" | "firmware_restart", setup?: (config: ConfigSection) => void) {
    this.bench = bench;
    this.reactor = new Reactor(bench.clock);
    const file = join(directory, `printer${files++}.cfg`);
    writeFileSync(file, `${config}\n[printer]\n`);
    const printerModule: HostModule = {
      loadConfig: (section) => {
        setup?.(section);
        return {};
      },
    };
    this.printer = new Printer({
      reactor: this.reactor,
      modules: new ModuleTable({ printer: printerModule }),
      stages: { beforeSections: [addPins, addMcus] },
      startArgs: {
        config_file: file,
        start_reason: startReason,
        openPort: (name: string) => {
          if (bench.portsFail) throw new TransportError("no such device");
          return bench.links.get(name)!.reopen();
        },
        portExists: (name: string) => !bench.isAway.has(name),
        addParticipant: (participant: Participant) => void bench.participants.push(participant),
        removeParticipant: (participant: Participant) => {
          bench.participants = bench.participants.filter((other) => other !== participant);
        },
      },
      observer: { onLog: (level, message) => void this.log.push(`${level}: ${message}`) },
    });
    bench.participants.push(this.reactor);
    void this.printer.run().then((result) => (this.result = result));
  }

  get state(): string {
    return this.printer.getStateMessage()[1];
  }

  get message(): string {
    return this.printer.getStateMessage()[0];
  }

  mcu(name = "mcu"): Mcu {
    return this.printer.lookupObject<Mcu>(name);
  }

  /** Runs until the host is connected or has failed to. */
  async connect(): Promise<this> {
    await this.bench.runUntil(this.bench.clock.now + 120, () => this.state !== "startup" || this.result !== undefined);
    return this;
  }

  async runFor(seconds: number): Promise<void> {
    await this.bench.runUntil(this.bench.clock.now + seconds);
  }

  /** Runs the 1 Hz check that statistics would make. */
  watch(): void {
    this.reactor.registerTimer((eventTime) => {
      for (const [, mcu] of this.printer.lookupObjects("mcu")) {
        (mcu as Mcu).checkActive(0, eventTime);
        (mcu as Mcu).stats(eventTime);
      }
      return eventTime + 1;
    }, this.reactor.NOW);
  }

  /** Runs an asynchronous piece of host code in the reactor and answers with its result. */
  async call<T>(fn: () => Promise<T> | T, limitSeconds = 10): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined;
    this.reactor.registerCallback(async () => {
      try {
        outcome = { value: await fn() };
      } catch (error) {
        outcome = { error };
      }
    });
    await this.bench.runUntil(this.bench.clock.now + limitSeconds, () => outcome !== undefined);
    if (outcome === undefined) throw new Error("still running");
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  async exit(result: "restart" | "firmware_restart" = "restart"): Promise<void> {
    this.printer.requestExit(result);
    await this.bench.runUntil(this.bench.clock.now + 10, () => this.result !== undefined);
    this.bench.participants = this.bench.participants.filter((participant) => participant !== this.reactor);
    await this.bench.runUntil(this.bench.clock.now + 1);
  }
}

const CONFIG = "[mcu]\nserial: /tmp/klipper_host_mcu";

/** An endstop, so that there is something to configure. */
const withEndstop =
  (pin = "gpio3") =>
  (config: ConfigSection): void => {
    config.getPrinter().addObject("test_endstop", config.getPrinter().lookupObject<PrinterPins>("pins").setupPin("endstop", pin));
  };

describe("an MCU connects", () => {
  it("identifies, keeps the clock and takes the configuration with its CRC", async () => {
    const bench = new Bench();
    const host = await bench.host(CONFIG, { setup: withEndstop() }).connect();

    expect([host.state, host.message]).toEqual(["ready", "Printer is ready"]);
    const text = ["allocate_oids count=2", "config_endstop oid=0 pin=gpio3 pull_up=0", "config_trsync oid=1"].join("\n");
    const config = await host.call(() => host.mcu().lookupQueryCommand("get_config", "config is_config=%c crc=%u is_shutdown=%c move_count=%hu").send());
    expect(config).toMatchObject({ is_config: 1, crc: crc32(text), is_shutdown: 0 });
    expect(config.move_count).toBeGreaterThan(700);
  });

  it.each(Object.keys(boards))("on board %s", async (name) => {
    const bench = new Bench({ mcu: { board: boards[name]!, baud: 250_000 } });
    const host = await bench.host("[mcu]\nserial: /dev/ttyUSB0").connect();

    expect([host.state, host.message]).toEqual(["ready", "Printer is ready"]);
  });

  it("estimates the MCU's clock to some microseconds, also of a crystal that is 100 ppm fast", async () => {
    const bench = new Bench({ mcu: { ppm: 100 } });
    const host = await bench.host(CONFIG).connect();
    await host.runFor(60);

    const sim = bench.mcus.get("mcu")!;
    const estimate = host.mcu().estimatedPrintTime(bench.clock.now) * 50e6;
    expect(Math.abs(estimate - sim.clockAt(bench.clock.now))).toBeLessThan(50e6 * 20e-6);
    expect(host.mcu().stats(bench.clock.now)[1]).toMatch(/freq=5000[45]\d\d\d/);
  });

  it("has the status of Kalico", async () => {
    const host = await new Bench().host(CONFIG).connect();
    host.watch();
    await host.runFor(6);

    const status = host.mcu().getStatus();
    expect(Object.keys(status).sort()).toEqual(["app", "last_stats", "mcu_build_versions", "mcu_constants", "mcu_version"]);
    expect(status.app).toBe("Kalico");
    expect(Object.keys(status.last_stats as object)).toEqual([
      "mcu_awake", "mcu_task_avg", "mcu_task_stddev", "bytes_write", "bytes_read", "bytes_retransmit", "bytes_invalid",
      "send_seq", "receive_seq", "retransmit_seq", "srtt", "rttvar", "rto", "ready_bytes", "upcoming_bytes", "freq",
    ]);
  });

  it("retries a port that cannot be opened every 5 s, for 90 s", async () => {
    const bench = new Bench();
    bench.portsFail = true;
    const start = bench.clock.now;
    const host = await bench.host(CONFIG).connect();

    expect(host.state).toBe("error");
    expect(host.message).toMatch(/^mcu 'mcu': Unable to connect\n/);
    expect(bench.clock.now - start).toBeCloseTo(95, 0);
  });

  it("survives a line that damages bytes", async () => {
    // Towards the MCU only: a lost last acknowledge holds an identify until the MCU says something, as with Kalico.
    const faults = new SeededFaults({ seed: 1, corruptByte: 0.02, direction: "to-mcu" });
    const bench = new Bench({ mcu: { faults } });
    const host = await bench.host(CONFIG, { setup: withEndstop() }).connect();
    expect([host.state, host.message]).toEqual(["ready", "Printer is ready"]);
    expect(host.mcu().stats(0)[1]).toMatch(/bytes_retransmit=[1-9]\d*/);
  });

  it("refuses a pin that the board does not have", async () => {
    const host = await new Bench().host(CONFIG, { setup: withEndstop("PZ9") }).connect();

    expect(host.message).toMatch(/^Pin 'PZ9' is not a valid pin name on mcu 'mcu'\n/);
  });

  it("refuses outputs whose slots the MCU does not have", async () => {
    const host = await new Bench()
      .host(CONFIG, {
        setup: (config) => {
          const printer = config.getPrinter();
          printer.registerEventHandler("klippy:mcu_identify", () => {
            for (let i = 0; i < 2000; i++) printer.lookupObject<Mcu>("mcu").requestMoveQueueSlot();
          });
        },
      })
      .connect();

    expect(host.message).toMatch(/^Too few moves available on MCU 'mcu'\n/);
  });
});

describe("the first bytes on a serial line", () => {
  it("are those of Kalico: leave the programmer, then identify until it is heard", async () => {
    const writes: string[] = [];
    const faults: LinkFaults = {
      pass: (direction, data) => {
        if (direction === "to-mcu") writes.push(Buffer.from(data).toString("hex"));
        return data;
      },
    };
    const bench = new Bench({ mcu: { faults } });
    const start = bench.clock.now;
    await bench.host("[mcu]\nserial: /dev/ttyACM0").connect();

    // The junk costs the first block, the sequence costs the second: 25 ms and 10 ms more.
    expect(writes.slice(0, 5)).toEqual(["1b0100010e1104", "081101002842247e", "7e081101002842247e", "08100100285e9f7e", "0811012828afd77e"]);
    expect(bench.clock.now - start).toBeLessThan(1);
  });
});

describe("a second session with an MCU", () => {
  it("takes over a configuration of the same CRC without sending it again", async () => {
    const bench = new Bench();
    await (await bench.host(CONFIG, { setup: withEndstop() }).connect()).exit();

    const second = await bench.host(CONFIG, { startReason: "restart", setup: withEndstop() }).connect();

    expect(second.state).toBe("ready");
    expect(second.log.filter((line) => line.includes("Sending MCU"))).toEqual([]);
  });

  it("asks for a firmware restart when the configuration has changed, and then configures", async () => {
    const bench = new Bench();
    await (await bench.host(CONFIG, { setup: withEndstop() }).connect()).exit();

    const second = await bench.host(CONFIG, { startReason: "restart", setup: withEndstop("gpio4") }).connect();
    expect(second.result).toBe("firmware_restart");
    expect(second.log.join("\n")).toContain("Attempting automated MCU 'mcu' restart: CRC mismatch");
    bench.participants = bench.participants.filter((participant) => participant !== second.reactor);
    await bench.runUntil(bench.clock.now + 1);

    const third = await bench.host(CONFIG, { startReason: "firmware_restart", setup: withEndstop("gpio4") }).connect();
    expect([third.state, third.message]).toEqual(["ready", "Printer is ready"]);
  });

  it("gives up when the firmware restart did not help", async () => {
    const bench = new Bench();
    await (await bench.host(CONFIG, { setup: withEndstop() }).connect()).exit();

    const second = await bench.host(CONFIG, { startReason: "firmware_restart", setup: withEndstop() }).connect();

    expect(second.message).toMatch(/^Failed automated reset of MCU 'mcu'\n/);
  });

  it("cannot use an MCU that is shut down until its firmware restarts", async () => {
    const bench = new Bench();
    const first = await bench.host(CONFIG, { setup: withEndstop() }).connect();
    first.printer.invokeShutdown("M112");
    await first.runFor(0.5);
    await first.exit();

    const second = await bench.host(CONFIG, { startReason: "restart", setup: withEndstop() }).connect();
    expect(second.message).toMatch(/^Can not update MCU 'mcu' config as it is shutdown\n/);
    await second.exit("firmware_restart");

    const third = await bench.host(CONFIG, { startReason: "firmware_restart", setup: withEndstop() }).connect();
    expect([third.state, third.message]).toEqual(["ready", "Printer is ready"]);
  });
});

describe("an MCU in operation", () => {
  it("that shuts down takes the printer along, with its reason and a hint", async () => {
    const bench = new Bench();
    let pin: McuDigitalOut | undefined;
    const host = await bench
      .host(CONFIG, {
        setup: (config) => {
          pin = config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuDigitalOut>("digital_out", "gpio5");
          pin.setupMaxDuration(0);
        },
      })
      .connect();
    expect(host.state).toBe("ready");

    pin!.setDigital(host.mcu().estimatedPrintTime(bench.clock.now) - 0.5, 1);
    await host.runFor(1);

    expect(host.state).toBe("shutdown");
    expect(host.message).toMatch(/^MCU 'mcu' shutdown: Timer too close\nThis often indicates the host computer is overloaded\. Check\n/);
    expect(host.mcu().isShutdown()).toBe(true);
    expect(host.mcu().getShutdownClock()).toBeGreaterThan(0);
  });

  it("is stopped when the host shuts down, and so are all others", async () => {
    const bench = new Bench({ mcu: {}, tool: {} });
    const host = await bench.host(`${CONFIG}\n[mcu tool]\nserial: /tmp/klipper_host_tool`).connect();
    expect([host.state, host.message]).toEqual(["ready", "Printer is ready"]);

    host.printer.invokeShutdown("Shutdown due to M112 command");
    await host.runFor(0.1);

    expect([...bench.mcus.values()].map((mcu) => mcu.isShutdown)).toEqual([true, true]);
    expect(host.message).toMatch(/^Shutdown due to M112 command\n/);
  });

  it("counts as lost five to six seconds after its last answer", async () => {
    const bench = new Bench();
    const host = await bench.host(CONFIG).connect();
    host.watch();
    await host.runFor(10);
    const start = bench.clock.now;

    bench.links.get("mcu")!.disconnect();
    await bench.runUntil(start + 20, () => host.state === "shutdown");

    expect(host.message).toMatch(/^Lost communication with MCU 'mcu'\n/);
    expect(bench.clock.now - start).toBeGreaterThan(3.9);
    expect(bench.clock.now - start).toBeLessThan(6.1);
  });

  it("that restarts by itself shuts the printer down", async () => {
    const bench = new Bench();
    const host = await bench.host(CONFIG).connect();
    // A fresh MCU counts from 0: its word is taken only where the host expects 0 next.
    const expectsZero = (): boolean => Number(/ receive_seq=(\d+)/.exec(host.mcu().stats(0)[1])![1]) % 16 === 0;
    await bench.runUntil(bench.clock.now + 30, expectsZero);

    bench.mcus.get("mcu")!.restart(bench.clock.now);
    await host.runFor(3);

    expect(host.message).toMatch(/^MCU 'mcu' spontaneous restart\n/);
  });

  it("gets each command about 0.1 s before its clock", async () => {
    const bench = new Bench();
    let pin: McuDigitalOut | undefined;
    const host = await bench
      .host(CONFIG, {
        setup: (config) => {
          pin = config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuDigitalOut>("digital_out", "gpio5");
          pin.setupMaxDuration(0);
        },
      })
      .connect();
    await host.runFor(5);
    const before = Number(/bytes_write=(\d+)/.exec(host.mcu().stats(0)[1])![1]);

    const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 0.5;
    pin!.setDigital(printTime, 1);
    const sent = (): boolean => Number(/ready_bytes=(\d+) upcoming_bytes=0/.exec(host.mcu().stats(0)[1])?.[1] ?? 1) === 0;
    await bench.runUntil(bench.clock.now + 1, sent);

    const slack = printTime - host.mcu().estimatedPrintTime(bench.clock.now);
    expect(before).toBeGreaterThan(0);
    expect(slack).toBeGreaterThan(0.095);
    expect(slack).toBeLessThan(0.105);
  });
});

describe("an MCU beside the main one", () => {
  it("follows the main MCU's print time, whatever the rates of both crystals", async () => {
    const bench = new Bench({ mcu: { ppm: -40 }, tool: { ppm: 60, board: boards.rp2040! } });
    const host = await bench.host(`${CONFIG}\n[mcu tool]\nserial: /tmp/klipper_host_tool`).connect();
    host.watch();
    await host.runFor(120);

    const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 1;
    const worldTimes = ["mcu", "tool"].map((name) => {
      const clock = host.mcu(name === "mcu" ? "mcu" : "mcu tool").printTimeToClock(printTime);
      return bench.mcus.get(name)!.worldTimeAt(clock);
    });
    expect(Math.abs(worldTimes[0]! - worldTimes[1]!)).toBeLessThan(50e-6);
  });
});

describe("outputs and inputs", () => {
  it("drive a soft PWM pin with the duty cycle asked for, at its print time, and fall back to the shutdown value", async () => {
    const bench = new Bench();
    let pwm: McuPwm | undefined;
    const host = await bench
      .host(CONFIG, {
        setup: (config) => {
          pwm = config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuPwm>("pwm", "!gpio5");
          pwm.setupMaxDuration(0);
          pwm.setupCycleTime(0.01);
          pwm.setupStartValue(0.25, 0);
        },
      })
      .connect();
    const output = (): OutputState => bench.mcus.get("mcu")!.gpio.outputState("gpio5")!;
    await host.runFor(1);
    expect(dutyOf(output())).toBeCloseTo(0.75, 5);

    const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 0.3;
    pwm!.setPwm(printTime, 0.6);
    await host.runFor(0.5);
    expect(dutyOf(output())).toBeCloseTo(0.4, 5);
    expect(output().since).toBe(host.mcu().printTimeToClock(printTime));

    host.printer.invokeShutdown("test");
    await host.runFor(0.1);
    expect(dutyOf(output())).toBe(1);
  });

  it("refuse a start value that the safety limit would not hold", async () => {
    const host = await new Bench()
      .host(CONFIG, {
        setup: (config) => {
          config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuDigitalOut>("digital_out", "gpio5").setupStartValue(1, 0);
        },
      })
      .connect();

    expect(host.message).toMatch(/^Pin with max duration must have start value equal to shutdown value\n/);
  });

  it("read an analogue pin every report time, stamped with the time of the reading", async () => {
    const bench = new Bench();
    const readings: [time: number, value: number][] = [];
    bench.mcus.get("mcu")!.gpio.attachAnalog("analog0", () => 0.375);
    const host = await bench
      .host(CONFIG, {
        setup: (config) => {
          const adc = config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuAdc>("adc", "analog0");
          adc.setupMinmax(0.001, 8);
          adc.setupAdcCallback(0.3, (readTime, value) => void readings.push([readTime, value]));
        },
      })
      .connect();
    const start = host.mcu().estimatedPrintTime(bench.clock.now);
    await host.runFor(5);

    expect(readings.length).toBeGreaterThanOrEqual(11);
    expect(readings[0]![0] - start).toBeLessThan(1.6);
    readings.forEach(([time, value], index) => {
      expect(value).toBeCloseTo(0.375, 2);
      if (index > 0) expect(time - readings[index - 1]![0]).toBeCloseTo(0.3, 6);
    });
  });
});

describe("an MCU that may be away", () => {
  const TWO = `${CONFIG}\n[mcu tool]\nserial: /tmp/klipper_host_tool\nis_non_critical: True`;

  it("is let go when it falls silent and configured again when it is back", async () => {
    const bench = new Bench({ mcu: {}, tool: {} });
    const host = await bench.host(TWO).connect();
    expect([host.state, host.message]).toEqual(["ready", "Printer is ready"]);
    const events: string[] = [];
    for (const what of ["disconnected", "reconnected"]) {
      host.printer.registerEventHandler(`danger:non_critical_mcu_tool:${what}`, () => void events.push(what));
    }
    host.watch();
    bench.isAway.add("tool");

    bench.links.get("tool")!.disconnect();
    await host.runFor(10);
    expect([host.state, events]).toEqual(["ready", ["disconnected"]]);
    expect(host.mcu("mcu tool").getStatus().non_critical_disconnected).toBe(true);

    bench.mcus.get("tool")!.restart(bench.clock.now);
    bench.isAway.delete("tool");
    await host.runFor(10);

    expect([host.state, events]).toEqual(["ready", ["disconnected", "reconnected"]]);
    expect(host.mcu("mcu tool").getStatus().non_critical_disconnected).toBe(false);
  });

  it("may be missing at the start", async () => {
    const bench = new Bench({ mcu: {}, tool: {} });
    bench.isAway.add("tool");
    const host = await bench.host(TWO).connect();
    expect(host.state).toBe("ready");

    bench.isAway.delete("tool");
    await host.runFor(5);

    expect(host.mcu("mcu tool").getStatus().non_critical_disconnected).toBe(false);
  });

  it("cannot be the main one", async () => {
    const host = await new Bench().host(`${CONFIG}\nis_non_critical: True`).connect();

    expect(host.message).toMatch(/^Primary MCU cannot be marked as non-critical!\n/);
  });
});

describe("an endstop", () => {
  it("answers with its level, inversion included", async () => {
    const bench = new Bench();
    const host = await bench.host(CONFIG, { setup: withEndstop("^!gpio3") }).connect();
    const endstop = host.printer.lookupObject<McuEndstop>("test_endstop");

    const level = await host.call(() => endstop.queryEndstop(host.mcu().estimatedPrintTime(bench.clock.now)));

    expect([0, 1]).toContain(level);
  });

  it("that is not hit ends a homing wait after the end of the move, without a trigger", async () => {
    const bench = new Bench();
    const host = await bench.host(CONFIG, { setup: withEndstop("gpio3") }).connect();
    const endstop = host.printer.lookupObject<McuEndstop>("test_endstop");

    const triggerTime = await host.call(async () => {
      const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 0.25;
      endstop.homeStart(printTime, 0.000015, 4, 0.0005);
      return endstop.homeWait(printTime + 1);
    });

    expect(triggerTime).toBe(0);
  });

  it("that is hit tells the print time of its first matching sample", async () => {
    const bench = new Bench();
    const host = await bench.host(CONFIG, { setup: withEndstop("!gpio3") }).connect();
    const endstop = host.printer.lookupObject<McuEndstop>("test_endstop");
    const restTime = 0.0005;

    const [hitTime, triggerTime] = await host.call(async () => {
      const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 0.25;
      const hit = printTime + 0.7654;
      pressAt(bench, "mcu", "gpio3", host.mcu().printTimeToClock(hit), 0);
      endstop.homeStart(printTime, 0.000015, 4, restTime);
      return [hit, await endstop.homeWait(printTime + 2)];
    });

    expect(triggerTime).toBeGreaterThanOrEqual(hitTime - 1e-6);
    expect(triggerTime).toBeLessThan(hitTime + restTime + 1e-6);
  });
});

describe("an endstop with steppers on another MCU", () => {
  const TWO = `${CONFIG}\n[mcu tool]\nserial: /tmp/klipper_host_tool`;

  /** A stepper as far as homing needs one: its oid and what happens to it. */
  function addStepper(config: ConfigSection, chip: string, events: string[]): TriggeredStepper {
    const mcu = config.getPrinter().lookupObject<Mcu>(chip);
    const oid = mcu.createOid();
    mcu.registerConfigCallback(() =>
      mcu.addConfigCmd(`config_stepper oid=${oid} step_pin=gpio10 dir_pin=gpio11 invert_step=0 step_pulse_ticks=100`),
    );
    return { getName: () => `stepper_${chip === "mcu" ? "x" : "z"}`, getMcu: () => mcu, getOid: () => oid, noteHomingEnd: () => void events.push(chip) };
  }

  const setup = (events: string[]) => (config: ConfigSection) => {
    withEndstop("gpio3")(config);
    const endstop = config.getPrinter().lookupObject<McuEndstop>("test_endstop");
    endstop.addStepper(addStepper(config, "mcu", events));
    endstop.addStepper(addStepper(config, "mcu tool", events));
  };

  it("keeps both MCUs waiting as long as both report, and spreads the trigger", async () => {
    const bench = new Bench({ mcu: {}, tool: { ppm: 50 } });
    const events: string[] = [];
    const host = await bench.host(TWO, { setup: setup(events) }).connect();
    expect([host.state, host.message]).toEqual(["ready", "Printer is ready"]);
    host.watch();
    await host.runFor(3);
    const endstop = host.printer.lookupObject<McuEndstop>("test_endstop");

    const [hitTime, triggerTime] = await host.call(async () => {
      const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 0.25;
      const hit = printTime + 1.5;
      pressAt(bench, "mcu", "gpio3", host.mcu().printTimeToClock(hit), 1);
      endstop.homeStart(printTime, 0.000015, 4, 0.0005);
      return [hit, await endstop.homeWait(printTime + 3)];
    });

    expect(triggerTime).toBeGreaterThanOrEqual(hitTime - 1e-6);
    expect(triggerTime).toBeLessThan(hitTime + 0.001);
    expect(events).toEqual(["mcu", "mcu tool"]);
  });

  it("fails within 25 ms and a little when one MCU falls silent", async () => {
    let isSilent = false;
    const faults: LinkFaults = { pass: (_direction, data) => (isSilent ? undefined : data) };
    const bench = new Bench({ mcu: {}, tool: { faults } });
    const host = await bench.host(TWO, { setup: setup([]) }).connect();
    const endstop = host.printer.lookupObject<McuEndstop>("test_endstop");
    let failedAt = 0;

    const homing = host.call(async () => {
      const printTime = host.mcu().estimatedPrintTime(bench.clock.now) + 0.25;
      const completion = endstop.homeStart(printTime, 0.000015, 4, 0.0005);
      await host.reactor.pause(host.reactor.monotonic() + 1);
      isSilent = true;
      const silentAt = host.reactor.monotonic();
      const isFailure = await completion.wait();
      failedAt = host.reactor.monotonic() - silentAt;
      isSilent = false;
      expect(isFailure).toBe(true);
      return endstop.homeWait(printTime + 3);
    });

    await expect(homing).rejects.toThrow("Communication timeout during homing");
    expect(failedAt).toBeGreaterThan(0.01);
    expect(failedAt).toBeLessThan(0.05);
  });

  it("cannot home one axis with steppers on two MCUs", () => {
    const axis = (name: string, mcu: object) => ({ getName: () => name, getMcu: () => mcu, getOid: () => 0, noteHomingEnd: () => {} }) as unknown as TriggeredStepper;
    const bench = new Bench({ mcu: {}, tool: {} });
    const host = bench.host(TWO, {
      setup: (config) => {
        withEndstop()(config);
        const endstop = config.getPrinter().lookupObject<McuEndstop>("test_endstop");
        endstop.addStepper(axis("stepper_z", config.getPrinter().lookupObject<Mcu>("mcu")));
        endstop.addStepper(axis("stepper_z1", config.getPrinter().lookupObject<Mcu>("mcu tool")));
      },
    });

    return host.connect().then(() => expect(host.message).toMatch(/^Multi-mcu homing not supported on multi-mcu shared axis\n/));
  });
});

/** Lets an input of the simulated MCU go to `level` at a clock and stay there. */
function pressAt(bench: Bench, mcu: string, pin: string, clock: number, level: 0 | 1): void {
  const before: 0 | 1 = level === 1 ? 0 : 1;
  bench.mcus.get(mcu)!.gpio.attachDigital(pin, {
    level: (at) => (at >= clock ? level : before),
    nextChange: (at) => (at < clock ? clock : Infinity),
  });
}
