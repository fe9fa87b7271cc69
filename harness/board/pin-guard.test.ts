import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PinUse } from "../../conformance/evidence.js";
import type { Port } from "../../host/transport/port.js";
import { blockSize, encodeBlock, MESSAGE_HEADER_SIZE, MESSAGE_TRAILER_SIZE, MessageParser } from "../../host/wire/index.js";
import { boards } from "../../sim-mcu/boards/index.js";
import { SimMcu } from "../../sim-mcu/sim-mcu.js";
import { McuTrace } from "../../sim-mcu/trace/mcu-trace.js";
import { guardedPort } from "./guarded-port.js";
import { PinGuard, refusalOf } from "./pin-guard.js";

const parserOf = (board: string): MessageParser => {
  const mcu = new SimMcu({ board: boards[board]!, trace: new McuTrace({ commands: false }) });
  const parser = new MessageParser();
  parser.processIdentify(mcu.firmware.table.dictionary);
  return parser;
};
const stm32 = parserOf("stm32f446");
const profile = { name: "bench", allow: ["PA1", "PA2", "PB3", "PB4", "PB5"], heaters: {} };
const guard = new PinGuard("mcu", stm32, profile);
const pins = (command: string): [string, boolean][] => guard.usesOfText(command).map(({ pin, allowed }) => [pin, allowed]);

describe("the pins of a command", () => {
  it.each<[string, [string, boolean][]]>([
    ["get_config", []],
    ["config_digital_out oid=1 pin=PA1 value=0 default_value=0 max_duration=0", [["PA1", true]]],
    ["config_digital_out oid=1 pin=PC9 value=0 default_value=0 max_duration=0", [["PC9", false]]],
    ["config_stepper oid=1 step_pin=PA1 dir_pin=PC2 invert_step=0 step_pulse_ticks=0", [["PA1", true], ["PC2", false]]],
    ["config_analog_in oid=1 pin=PA1", [["PA1", true]]],
    ["config_tmcuart oid=1 rx_pin=PA1 pull_up=1 tx_pin=PC1 bit_time=1000", [["PA1", true], ["PC1", false]]],
  ])("%s are known from the dictionary", (command, expected) => expect(pins(command)).toEqual(expected));

  it("of a bus are those that the firmware names for it", () => {
    const bus = Object.keys(stm32.getEnumerations()["spi_bus"] ?? {}).find((name) => stm32.getConstants()[`BUS_PINS_${name}`] !== undefined)!;
    const named = String(stm32.getConstants()[`BUS_PINS_${bus}`]).split(",");
    expect(pins(`spi_set_bus oid=1 spi_bus=${bus} mode=0 rate=1000`)).toEqual(named.map((pin) => [pin, profile.allow.includes(pin)]));
    const linux = new PinGuard("mcu", parserOf("linux"), profile);
    expect(linux.usesOfText("spi_set_bus oid=1 spi_bus=spidev0.0 mode=0 rate=1000")).toMatchObject([{ pin: "the pins of spidev0.0, which the firmware does not name", allowed: false }]);
  });

  it("is every pin where a command may write anywhere, or is unknown", () => {
    const parser = new MessageParser();
    parser.processIdentify(Buffer.from(JSON.stringify({ commands: { "debug_write order=%c addr=%u val=%u": 40, emergency_stop: 5 }, responses: {}, enumerations: { pin: { PA1: 1 } }, config: {} })), false);
    const bare = new PinGuard("mcu", parser, profile);
    expect(bare.usesOfText("debug_write order=2 addr=1073872896 val=1")).toMatchObject([{ pin: "any pin", allowed: false }]);
    expect(bare.usesOfPayload(Uint8Array.of(77, 1), 0, 2)).toMatchObject([{ pin: "any pin", allowed: false }]);
  });

  it("is refused in words that name command, pin, profile", () => {
    const [use] = guard.usesOfText("config_analog_in oid=1 pin=PC9");
    expect(refusalOf(use!, profile)).toBe('"config_analog_in oid=1 pin=PC9" uses pin "PC9", which is not in the allow-list of profile "bench"');
  });
});

describe("a guarded port", () => {
  const good = "config_digital_out oid=1 pin=PA1 value=0 default_value=0 max_duration=0";
  const bad = "config_digital_out oid=2 pin=PC9 value=1 default_value=1 max_duration=0";
  const sent = (blocks: readonly { sequence: number; commands: readonly string[] }[], strict: boolean): { commands: string[]; sequences: number[]; uses: PinUse[] } => {
    const out: Uint8Array[] = [];
    const uses: PinUse[] = [];
    const line: Port = { write: (data) => { out.push(data.slice()); }, onData: () => undefined, onClose: () => undefined, close: () => undefined };
    const port = guardedPort(line, { guard, strict, onUse: (use) => uses.push(use) });
    const bytes = Buffer.concat([Uint8Array.of(0x7e), ...blocks.map(({ sequence, commands }) => encodeBlock(sequence, Buffer.concat(commands.map((command) => stm32.createCommand(command)))))]);
    port.write(bytes);
    const all = Buffer.concat(out);
    const commands: string[] = [];
    const sequences: number[] = [];
    for (let pos = 0; pos < all.length;) {
      const size = blockSize(all, pos, all.length);
      if (size > 0) {
        sequences.push(all[pos + 1]! & 0x0f);
        for (const message of stm32.parseAll(all, pos + MESSAGE_HEADER_SIZE, pos + size - MESSAGE_TRAILER_SIZE)) commands.push(stm32.formatParams(message));
      }
      pos += Math.max(1, size);
    }
    return { commands, sequences, uses };
  };

  it("that only watches changes no byte", () => {
    expect(sent([{ sequence: 3, commands: [good, bad] }], false)).toMatchObject({ commands: [good, bad], sequences: [3], uses: [{ pin: "PA1", allowed: true }, { pin: "PC9", allowed: false }] });
  });

  it("lets no pin through that is not allowed, stops the board instead, and keeps the numbering", () => {
    const block = fc.array(fc.constantFrom(good, bad, "get_clock", "emergency_stop"), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), fc.nat(15), (blocks, first) => {
      const result = sent(blocks.map((commands, i) => ({ sequence: (first + i) & 0x0f, commands })), true);
      expect(result.commands).not.toContain(bad);
      expect(result.commands).toEqual(blocks.flatMap((commands) => (commands.includes(bad) ? ["emergency_stop"] : commands)));
      expect(result.sequences).toEqual(blocks.map((_, i) => (first + i) & 0x0f));
      expect(result.uses.filter((use) => use.held === true)).toHaveLength(blocks.flat().filter((command) => command === bad).length);
    }));
  });
});
