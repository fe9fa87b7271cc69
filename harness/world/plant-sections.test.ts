import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { readPlantSections } from "./plant-sections.js";

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

const sectionsOf = (files: Record<string, string>): ReturnType<typeof readPlantSections> => {
  for (const [name, text] of Object.entries(files)) scratch.write(name, text);
  return readPlantSections(join(scratch.path, "printer.cfg"));
};

describe("readPlantSections", () => {
  it("sees the same printer whether it stands in one file or in included ones", () => {
    const flat = sectionsOf({ "printer.cfg": BASE_PRINTER });

    const split = sectionsOf({ "printer.cfg": "[include parts/*.cfg]\n", "parts/all.cfg": "[include ../base.cfg]\n", "base.cfg": BASE_PRINTER });

    expect(flat["stepper_x"]).toBeDefined();
    expect(split).toEqual(flat);
  });

  it("merges a section that comes twice and the block of SAVE_CONFIG, the user's word first", () => {
    const block = [
      "#*# <---------------------- SAVE_CONFIG ---------------------->", "#*# DO NOT EDIT THIS BLOCK OR BELOW. The contents are auto-generated.", "#*#",
      "#*# [stepper_z]", "#*# position_endstop = 1.25", "#*# position_max = 7", "",
    ].join("\n");

    const { stepper_z } = sectionsOf({ "printer.cfg": `[stepper_z]\nstep_pin: PA1\nposition_max: 200\n[stepper_z]\ndir_pin: PA2\n\n${block}` });

    expect(stepper_z).toEqual({ step_pin: "PA1", dir_pin: "PA2", position_max: "200", position_endstop: "1.25" });
  });

  it("leaves what the host will refuse for the host to tell", () => {
    expect(sectionsOf({ "printer.cfg": "[include nowhere.cfg]\n[mcu]\nserial: /dev/x\n" })["mcu"]).toEqual({ serial: "/dev/x" });
  });
});
