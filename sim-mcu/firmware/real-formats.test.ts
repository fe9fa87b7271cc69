/** Formats of commands and responses against those of real firmwares, built as Linux processes with every sensor that there is. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { linux } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";

type Formats = Record<"commands" | "responses", string[]>;
const real = JSON.parse(readFileSync(new URL("real-formats.json", import.meta.url), "utf8")) as Record<"kalico" | "klipper", Formats>;

/** Of the real firmwares' features these are not simulated. */
const NOT_SIMULATED = /ads1220|ads131m0x|hx71x|ldc1612|load_cell|sos_filter|trigger_analog|pca9685|spi_angle|bmi160/;

describe.each(["kalico", "klipper"] as const)("the firmware of flavour %s", (flavour) => {
  const messages = new TestMcu(linux, { flavour }).parser.messages;
  // A real process goes on in another way, and private output is no part of the protocol.
  const ours = (kind: "command" | "response"): string[] => messages.filter((message) => message.kind === kind).map(({ format }) => format);

  it("has no command or response that the real one has in another form", () => {
    expect(ours("command").filter((format) => !real[flavour].commands.includes(format))).toEqual([]);
    expect(ours("response").filter((format) => !real[flavour].responses.includes(format))).toEqual([]);
  });

  it("lacks only what is known to be left out", () => {
    const lacking = real[flavour].commands.filter((format) => !ours("command").includes(format) && !NOT_SIMULATED.test(format));
    expect(lacking).toEqual([]);
  });
});
