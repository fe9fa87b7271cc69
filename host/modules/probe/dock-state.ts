/** Where a dockable probe is, by what its pins say: the probe's own, one that feels it on the tool head, one that feels it in the dock. */
import { ConfigError } from "../../errors.js";
import type { ConfigSection, Printer } from "../../heaters/host-types.js";
import type { McuEndstop } from "../../mcu/endstop.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PrinterPins } from "../../mcu/pins.js";
import type { Toolhead } from "../../motion/surface.js";

export type DockState = "UNKNOWN" | "ATTACHED" | "DOCKED";

/** A state is asked for again after so many seconds. */
const KEEP_SECONDS = 0.1;
const SENSES = ["check_open_attach", "probe_sense_pin", "dock_sense_pin"] as const;

type Sense = () => Promise<boolean>;

export class ProbeState {
  private readonly printer: Printer;
  private readonly isAttached: Sense;
  private readonly isDocked: Sense | undefined;
  private last: { state: DockState; time: number } = { state: "UNKNOWN", time: 0 };

  /** @throws ConfigError when nothing tells where the probe is */
  constructor(config: ConfigSection, probePin: McuEndstop) {
    this.printer = config.getPrinter();
    if (!SENSES.some((option) => config.get(option, { default: null, noteValid: false }) !== null)) throw new ConfigError(verificationHint(config.getName()));
    const probe = this.senseOf(probePin);
    const sensePin = config.get("probe_sense_pin", { default: null });
    const open: Sense = async () => !(await probe());
    const opensWhenAttached = config.getBoolean("check_open_attach", { default: null });
    const felt = sensePin === null ? open : this.senseOf(setupEndstop(config, sensePin));
    this.isAttached = opensWhenAttached === null ? felt : opensWhenAttached ? open : probe;
    const dockPin = config.get("dock_sense_pin", { default: null });
    this.isDocked = dockPin === null ? undefined : this.senseOf(setupEndstop(config, dockPin));
  }

  private senseOf(endstop: McuEndstop): Sense {
    return async () => Boolean(await endstop.queryEndstop(this.printer.lookupObject<Toolhead>("toolhead").getLastMoveTime()));
  }

  async getProbeState(): Promise<DockState> {
    const time = this.printer.getReactor().monotonic();
    if (this.last.state === "UNKNOWN" || time > this.last.time + KEEP_SECONDS) this.last = { state: await this.ask(), time };
    return this.last.state;
  }

  private async ask(): Promise<DockState> {
    const attached = await this.isAttached();
    if (this.isDocked === undefined) return attached ? "ATTACHED" : "DOCKED";
    const docked = await this.isDocked();
    return attached === docked ? "UNKNOWN" : attached ? "ATTACHED" : "DOCKED";
  }
}

/** An endstop on a pin. */
export function setupEndstop(config: ConfigSection, description: string): McuEndstop {
  const params = config.getPrinter().lookupObject<PrinterPins>("pins").lookupPin(description, { canInvert: true, canPullup: true });
  return (params.chip as Mcu).setupPin("endstop", params) as McuEndstop;
}

const verificationHint = (name: string): string => `
${name}: A probe attachment verification method
was not provided. A method to verify the probes attachment
state must be specified to prevent unintended behavior.

At least one of the following must be specified:
'check_open_attach', 'probe_sense_pin', 'dock_sense_pin'

Please see ${name}.md and config_Reference.md.
`;
