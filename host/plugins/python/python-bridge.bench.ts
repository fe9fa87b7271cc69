/** Cost of one round trip across the bridge, in either direction: a call of the host from Python, and a call into Python. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, bench, describe } from "vitest";
import { PythonHost } from "./python-host.js";

const CALLS = 1000;

const SOURCE = `
class Subject:
    def __init__(self, host):
        self.host = host

    def ask(self, times):
        host = self.host
        for _ in range(times):
            host._call("answer", 1.5)

    def get_status(self, eventtime):
        return {"value": 42, "text": "ready", "position": [1.0, 2.0, 3.0]}


def load_config(host):
    return Subject(host)
`;

class Host {
  answer(value: number): number {
    return value + 1;
  }
}

const directory = mkdtempSync(join(tmpdir(), "python-bench-"));
const source = join(directory, "source");
mkdirSync(source);
writeFileSync(join(source, "subject.py"), SOURCE);

function subject(counting: boolean): { host: PythonHost; object: { ask(times: number): void; getStatus(eventTime: number): unknown } } {
  const host = new PythonHost({
    executable: "python3", directory: join(directory, String(counting)), importPaths: [source], roots: [source], now: () => 12.5, counting,
    modules: [{ name: "subject", module: "subject", origin: "entry-point" }],
  });
  const [plugin] = host.importPlugins();
  return { host, object: (plugin!.exports!["loadConfig"] as (value: object) => ReturnType<typeof subject>["object"])(new Host()) };
}

for (const counting of [false, true]) {
  describe(`${CALLS} round trips, ${counting ? "counting bytecodes" : "not counting"}`, () => {
    const { host, object } = subject(counting);
    bench("from Python to the host", () => object.ask(CALLS));
    bench("from the host to Python", () => {
      for (let i = 0; i < CALLS; i++) object.getStatus(i);
    });
    afterAll(() => host.close());
  });
}

afterAll(() => rmSync(directory, { recursive: true, force: true }));
