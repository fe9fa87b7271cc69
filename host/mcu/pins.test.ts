/**
 * Laws of pin descriptions, with Kalico's messages.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PinError } from "../errors.js";
import { PinResolver, PrinterPins } from "./pins.js";

function printerPins(): { pins: PrinterPins; chip: { setupPin(type: string): string }; other: object } {
  const pins = new PrinterPins();
  const chip = { setupPin: (type: string) => `pin of type ${type}` };
  const other = {};
  pins.registerChip("mcu", chip);
  pins.registerChip(" z ", other);
  return { pins, chip, other };
}

describe("PrinterPins", () => {
  it("reads pull-up, inversion and chip of a description", () => {
    const { pins, chip, other } = printerPins();
    const all = { canInvert: true, canPullup: true };

    expect(pins.lookupPin("PA0", all)).toMatchObject({ chip, chipName: "mcu", pin: "PA0", invert: 0, pullup: 0 });
    expect(pins.lookupPin(" ^ !PA1 ", all)).toMatchObject({ pin: "PA1", invert: 1, pullup: 1 });
    expect(pins.lookupPin("~z: PB2", all)).toMatchObject({ chip: other, chipName: "z", pin: "PB2", invert: 0, pullup: -1 });
  });

  it.each([
    ["x:PA0", "Unknown pin chip name 'x'"],
    ["^PA0", "Invalid pin description '^PA0'\nFormat is: [!] [chip_name:] pin_name"],
    ["PA 0", "Invalid pin description 'PA 0'\nFormat is: [!] [chip_name:] pin_name"],
    ["mcu:PA0:1", "Invalid pin description 'mcu:PA0:1'\nFormat is: [!] [chip_name:] pin_name"],
  ])("refuses %j", (description, message) => {
    expect(() => printerPins().pins.lookupPin(description, { canInvert: true })).toThrow(new PinError(message));
  });

  it("gives a pin to one user, or to users of one share type and polarity", () => {
    const { pins } = printerPins();
    const first = pins.lookupPin("PA0", { canInvert: true, shareType: "enable" });

    expect(pins.lookupPin("PA0", { canInvert: true, shareType: "enable" })).toBe(first);
    expect(() => pins.lookupPin("PA0")).toThrow("pin PA0 used multiple times in config");
    expect(() => pins.lookupPin("!PA0", { canInvert: true, shareType: "enable" })).toThrow("Shared pin PA0 must have same polarity");

    pins.allowMultiUsePin("PA0");
    expect(pins.lookupPin("PA0")).toBe(first);
    pins.resetPinSharing(first);
    expect(pins.lookupPin("PA0")).not.toBe(first);
  });

  it("lets the chip build the object of a pin", () => {
    const { pins } = printerPins();
    expect(pins.setupPin("digital_out", "!PA0")).toBe("pin of type digital_out");
    expect(() => pins.setupPin("adc", "!PA1")).toThrow("Invalid pin description '!PA1'\nFormat is: [chip_name:] pin_name");
  });

  it("has each chip name once", () => {
    const { pins } = printerPins();
    expect(() => pins.registerChip("z", {})).toThrow("Duplicate chip name 'z'");
    expect(() => pins.getPinResolver("y")).toThrow("Unknown chip name 'y'");
  });
});

describe("PinResolver", () => {
  it("puts hardware names into commands", () => {
    const resolver = new PinResolver();
    resolver.aliasPin("ar2", "PE4");
    resolver.aliasPin("FAN", "ar2");

    expect(resolver.updateCommand("config_digital_out oid=1 pin=FAN value=0")).toBe("config_digital_out oid=1 pin=PE4 value=0");
    expect(resolver.updateCommand("config_stepper oid=2 step_pin=PA1 dir_pin=PA2")).toBe("config_stepper oid=2 step_pin=PA1 dir_pin=PA2");
  });

  it("refuses a pin under two names, and reserved pins", () => {
    const resolver = new PinResolver();
    resolver.aliasPin("FAN", "PE4");
    resolver.reservePin("PD0", "CAN");
    resolver.updateCommand("config_digital_out oid=1 pin=FAN");

    expect(() => resolver.updateCommand("config_digital_out oid=1 pin=PE4")).toThrow("pin PE4 is an alias for FAN");
    expect(() => resolver.updateCommand("config_digital_out oid=1 pin=PD0")).toThrow("pin PD0 is reserved for CAN");
    expect(() => resolver.reservePin("PD0", "USB")).toThrow("Pin PD0 reserved for CAN - can't reserve for USB");
    expect(() => resolver.aliasPin("FAN", "PE5")).toThrow("Alias FAN mapped to PE4 - can't alias to PE5");
    expect(() => resolver.aliasPin("LED", "!PE5")).toThrow("Invalid pin alias '!PE5'\n");
  });

  it("resolves chains of aliases whatever the order of their definition", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        const resolver = new PinResolver(false);
        for (const index of order) resolver.aliasPin(`alias${index}`, index === 0 ? "PA0" : `alias${index - 1}`);

        for (let index = 0; index < 5; index++) expect(resolver.updateCommand(`x pin=alias${index}`)).toBe("x pin=PA0");
      }),
    );
  });
});
