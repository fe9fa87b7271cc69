import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCommand, type RunningCommand } from "../testing/command-line.js";
import { canMakeTerminals } from "../testing/pty-print.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";

const childOf = (pid: number): number => Number(spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout.trim());

describe.skipIf(!canMakeTerminals)("sim-mcu", () => {
  let scratch: ScratchDirectory;
  let sim: RunningCommand;
  let device: string;
  beforeEach(async () => {
    scratch = scratchDirectory();
    device = join(scratch.path, "mcu");
    sim = startCommand(["sim-mcu", "--board", "atmega2560", "--pty", device], scratch.path);
    await sim.said(`on ${device}`);
  });
  afterEach(() => {
    sim.child.kill("SIGKILL");
    scratch.remove();
  });

  it("takes its device with it and reports when it is interrupted", { timeout: 60_000 }, async () => {
    sim.child.kill("SIGINT");
    const { code, stdout, stderr } = await sim.outcome;
    expect(code).toBe(130);
    expect(stdout + stderr).toMatch(/mcu: .* commands in .* bytes/);
    expect(existsSync(device)).toBe(false);
  });

  it("ends with a message when the pseudo-terminal is gone for good", { timeout: 60_000 }, async () => {
    process.kill(childOf(sim.child.pid!), "SIGKILL");
    const { code, stderr } = await sim.outcome;
    expect(code).toBe(3);
    expect(stderr).toContain(`The pseudo-terminal ${device} is gone: its program ended with SIGKILL`);
  });
});

describe("sim-mcu --chip", () => {
  it("knows Bosch's chips and no others", { timeout: 60_000 }, async () => {
    const scratch = scratchDirectory();
    const { code, stderr } = await startCommand(
      ["sim-mcu", "--board", "stm32f446", "--pty", join(scratch.path, "mcu"), "--chip", "temperature_sensor room=DHT11"], scratch.path).outcome;
    scratch.remove();
    expect(code).toBe(3);
    expect(stderr).toContain('Option --chip must be SECTION=NAME with one of BME280, BMP280, BMP180, BMP388, BME680, found "temperature_sensor room=DHT11"');
  });
});
