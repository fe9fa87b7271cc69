/**
 * The reference print in the company of a Python plugin: one with a timer of 1 Hz whose status is read four times a
 * second. Run as a program it prints the speed with and without it as JSON: `node dist/harness/bench/python-print.js [LINES] [SEED]`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PythonHost } from "../../host/plugins/python/python-host.js";
import { getStatusOf } from "../../host/printer/status.js";
import { referencePrint } from "./reference-print.js";

const PLUGIN = `
class Company:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.count = 0
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.timer = self.reactor.register_timer(self._tick, self.reactor.NOW)

    def _tick(self, eventtime):
        self.count += 1
        heater = self.printer.lookup_object("extruder").get_heater()
        self.temperature = heater.get_temp(eventtime)[0]
        return eventtime + 1.0

    def get_status(self, eventtime):
        return {"count": self.count, "temperature": round(getattr(self, "temperature", 0.0), 2)}


def load_config(config):
    return Company(config)
`;

export interface PythonPrint {
  /** Print seconds per wall second. */
  without: number;
  with: number;
  /** with / without */
  ratio: number;
  /** The same by processor seconds of both processes: for machines that do other things too. */
  cpuRatio: number;
  statusReads: number;
  roundTrips: number;
}

/** Processor seconds of this process and of another one, where the system tells them. */
function cpuSeconds(pid?: string): number {
  const { user, system } = process.cpuUsage();
  const own = (user + system) * 1e-6;
  const stat = `/proc/${pid ?? ""}/stat`;
  if (pid === undefined || !existsSync(stat)) return own;
  const fields = readFileSync(stat, "utf8").split(") ")[1]!.split(" ");
  return own + (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Prints twice, alone and in company. `counting`: with bytecodes counted, as when certifying. */
export async function pythonPrint(lines: number, seed: number, counting = false): Promise<PythonPrint> {
  const directory = mkdtempSync(join(tmpdir(), "python-print-"));
  const source = join(directory, "source");
  mkdirSync(source);
  writeFileSync(join(source, "company.py"), PLUGIN);
  let python: PythonHost | undefined;
  try {
    await referencePrint(Math.ceil(lines / 4), seed); // warm
    const cpuStart = cpuSeconds();
    const alone = await referencePrint(lines, seed);
    const cpuAlone = cpuSeconds() - cpuStart;
    let statusReads = 0;
    const together = await referencePrint(lines, seed, {
      config: "[company]",
      plugins: (world) => {
        python = new PythonHost({
          executable: "python3", directory: join(directory, "python"), importPaths: [source], roots: [source], counting, now: () => world()?.clock.now ?? 0,
          modules: [{ name: "company", module: "company", origin: "entry-point" }], reactor: () => world()?.reactor,
        });
        return python.importPlugins();
      },
      onReady: (world) => {
        world.reactor!.registerTimer((eventTime) => {
          getStatusOf(world.printer!, "company", eventTime);
          statusReads += 1;
          return eventTime + 0.25;
        }, world.reactor!.NOW);
      },
    });
    if (together.steps !== alone.steps) throw new Error("The plugin changed the motion");
    const cpuTogether = cpuSeconds(readFileSync(join(directory, "python", "ready"), "utf8")) - cpuStart - cpuAlone;
    return { cpuRatio: cpuAlone / cpuTogether, without: alone.realTimeFactor, with: together.realTimeFactor, ratio: together.realTimeFactor / alone.realTimeFactor, statusReads, roundTrips: python!.bridge.messages };
  } finally {
    python?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await pythonPrint(Number(process.argv[2] ?? 25_000), Number(process.argv[3] ?? 1), process.argv[4] === "counting"), undefined, 2));
}
