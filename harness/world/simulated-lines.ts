/**
 * Simulated micro-controllers in the host's own process, in real time: one for each [mcu] section of the configuration, with the
 * machine that it describes. For a host that needs no device: the lines are in memory.
 */
import type { Port } from "../../host/transport/port.js";
import { SimLink } from "../../sim-mcu/link.js";
import { plantFromConfig, type PlantOptions, type PrinterPlant } from "../../sim-mcu/plant/index.js";
import { SimMcu } from "../../sim-mcu/sim-mcu.js";
import { McuTrace } from "../../sim-mcu/trace/mcu-trace.js";
import type { HostLines } from "./live-printer.js";
import { readPlantSections } from "./plant-sections.js";
import type { RealtimeWorld } from "./realtime-world.js";
import { boardNamed } from "./sim-world.js";

export interface SimulatedLinesOptions {
  world: RealtimeWorld;
  /** Path of printer.cfg. */
  configFile: string;
  board: string;
  seed: number;
  /** What is out of the ordinary about the machine. */
  machine?: Omit<PlantOptions, "seed">;
}

export class SimulatedLines implements HostLines {
  readonly plant: PrinterPlant;
  readonly mcus = new Map<string, SimMcu>();
  private readonly links = new Map<string, SimLink>();
  private readonly world: RealtimeWorld;

  constructor({ world, configFile, board, seed, machine }: SimulatedLinesOptions) {
    this.world = world;
    const sections = readPlantSections(configFile);
    this.plant = plantFromConfig(sections, { ...machine, seed });
    const { clock } = world;
    for (const section of new Set(["mcu", ...Object.keys(sections).filter((section) => section.startsWith("mcu "))])) {
      const name = section === "mcu" ? "mcu" : section.slice(4).trim();
      const mcu = new SimMcu({
        board: boardNamed(board), name, seed, plant: this.plant, powerUp: clock.monotonic(), trace: new McuTrace({ commands: false, steps: false, slacks: true }),
      });
      const link = new SimLink({ mcu, clock: { get now() { return clock.monotonic(); } } });
      this.mcus.set(name, mcu);
      this.links.set(name, link);
      world.add(link);
      world.add(mcu);
    }
  }

  openPort(mcuName: string): Port {
    const link = this.links.get(mcuName);
    if (link === undefined) throw new Error(`No simulated micro-controller "${mcuName}"`);
    return link.reopen();
  }

  resetByLines(mcuName: string): void {
    this.mcus.get(mcuName)?.restart(this.world.clock.monotonic());
  }
}
