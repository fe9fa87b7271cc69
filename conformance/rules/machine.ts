/** MCU, HTR, SEC and COX: resources of the micro-controller, heaters, and other people's objects. */
import type { Evidence, PinUse } from "../evidence.js";
import { inconclusive, judged, notApplicable, type Finding, type Rule } from "../rule.js";
import { accessesOf, callsOf, firstOfEach, judgeCalls, ms, nothingSeen, notSeen, pluginSessions } from "./evidence-views.js";

const LINK_SHARE = 0.05;
/** Bytes per second of a 250 kbaud link. */
const LINK_BYTES = 25_000;
const HEATER_WATCHDOG = 4;
const TARGETS = ["targetTemp", "target_temp", "lastPwmValue"];
const LIMITS = ["minTemp", "maxTemp", "min_temp", "max_temp", "minExtrudeTemp", "min_extrude_temp", "maxPower", "maxError", "checkGainTime", "hysteresis"];

function judgeAccess(evidence: Evidence, chosen: (member: string, how: string, object: string) => boolean, text: (object: string, member: string, how: string) => string, remedy: string) {
  if (pluginSessions(evidence).length === 0) return nothingSeen(evidence);
  const found = firstOfEach(accessesOf(evidence).filter(({ item }) => chosen(item.member, item.how, item.object)), ({ item }) => `${item.object}.${item.member}`);
  return judged(`${pluginSessions(evidence).length} sessions, every access to a host object watched`, found.map(({ item, session }): Finding => ({ message: text(item.object, item.member, item.how) + ` (${item.context})`, remedy, scenario: session.id, eventTime: item.eventTime, ...(item.place === undefined ? {} : { place: item.place }) })));
}

const isHeaterWrite = (member: string, how: string): boolean => how === "write" && (TARGETS.includes(member) || LIMITS.includes(member));

export const machineRules: readonly Rule[] = [
  {
    id: "MCU-001", title: "Pins are obtained through `pins`", level: "MUST", severity: "S0",
    requirement: "A pin must be claimed with pins.setupPin or pins.lookupPin, so that a second claim is an error.",
    source: "host-surface §7",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const raw = firstOfEach(callsOf(evidence).filter(({ item, session }) => item.member === "addConfigCmd" && /_?pin=/.test(item.firstArgs) && !session.calls.some((c) => c.object === "pins" && ["setupPin", "lookupPin"].includes(c.member))), ({ item }) => item.firstArgs);
      return judged(`${sessions.length} sessions`, raw.map(({ item, session }) => ({ message: `configures a pin that it did not claim: addConfigCmd(${item.firstArgs})`, remedy: "const params = pins.lookupPin(config.get(\"pin\")), and use params.pin", scenario: session.id })));
    },
  },
  {
    id: "MCU-003", title: "Configuration of the micro-controller is deterministic", level: "MUST", severity: "S1",
    requirement: "Over restarts the configuration commands must be the same, in the same order: their CRC decides whether the micro-controller is kept.",
    source: "host-surface §7: CRC does not match config",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.lives.length > 1);
      if (sessions.length === 0) return inconclusive("no session with a restart was run");
      const bad = sessions.find((s) => new Set(s.lives.map((life) => life.configCrc)).size > 1 || s.log.some((l) => l.text.includes("CRC mismatch") || l.text.includes("CRC does not match")));
      return judged(`${sessions.reduce((n, s) => n + s.lives.length, 0)} configurations`, bad === undefined ? [] : [{ message: "the configuration commands differ from one start to the next", remedy: "create oids and config commands in loadConfig or the config callback, always in the same order and with the same values", scenario: bad.id }]);
    },
  },
  {
    id: "MCU-004", title: "RESTART with the micro-controller kept works", level: "MUST", severity: "S1",
    requirement: "After RESTART, with the micro-controller still configured, the printer must become ready again.",
    source: "host-surface §7 restart and init commands",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.scenario.walk.some((step) => step.do === "restart" && step.how === "RESTART"));
      if (sessions.length === 0) return inconclusive("no session with a restart was run");
      const findings = sessions.flatMap((s): Finding[] => {
        const bad = s.lives.slice(1).find((life) => life.startReason === "restart" && (life.state !== "ready" || !life.reusedMcuConfig));
        return bad === undefined ? [] : [{ message: bad.state !== "ready" && bad.state !== "startup" ? `after RESTART the printer is ${bad.state}: ${bad.message.split("\n", 1)[0]}` : "after RESTART the micro-controller has to be reset", remedy: "mark what must be sent again with addConfigCmd(…, { onRestart: true }) or { isInit: true }, and keep the config commands equal", scenario: s.id }];
      });
      return judged(`${sessions.length} sessions`, findings.slice(0, 1));
    },
  },
  {
    id: "MCU-005", title: "Move slots are reserved for queued commands", level: "MUST", severity: "S1",
    requirement: "Whoever sends queue_… commands must reserve a slot of the move queue with mcu.requestMoveQueueSlot().",
    source: "Move queue overflow",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const queued = firstOfEach(callsOf(evidence).filter(({ item, session }) => ["lookupCommand", "addConfigCmd"].includes(item.member) && /queue_(digital_out|pwm_out|step)/.test(item.firstArgs) && !session.calls.some((c) => c.member === "requestMoveQueueSlot")), ({ item }) => item.firstArgs);
      return judged(`${sessions.length} sessions`, queued.map(({ item, session }) => ({ message: `uses ${item.firstArgs} without reserving a move slot`, remedy: "call mcu.requestMoveQueueSlot() once for each output in the config callback", scenario: session.id })));
    },
  },
  {
    id: "MCU-006", title: "The link is not crowded", level: "SHOULD", severity: "S1",
    requirement: "The plugin should use at most 5 % of the link on average.",
    source: "led_effect #56",
    judge: (evidence) => {
      const comparisons = evidence.comparisons.filter((c) => ["idle", "active", "subscribers"].includes(c.kind));
      if (comparisons.length === 0) return inconclusive("no job was run with the plugin");
      return judged(`${comparisons.length} jobs`, comparisons.flatMap((c): Finding[] => {
        const share = (c.bytesSubject - c.bytesBaseline) / Math.max(1, c.jobSecondsSubject) / LINK_BYTES;
        return share > LINK_SHARE ? [{ message: `the plugin uses ${(share * 100).toFixed(1)} % of the link; the limit is ${LINK_SHARE * 100} %`, remedy: "send only changes, and not faster than the eye or the device needs", scenario: c.subject }] : [];
      }));
    },
  },
  {
    id: "MCU-010", title: "Outputs have a deliberate safe state", level: "MUST", severity: "S0",
    requirement: "Every output pin must be given a maximum duration and a start and shutdown value by the plugin.",
    source: "host-surface §7: the default of 2 s shuts the printer down unless the pin is refreshed",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const outputs = sessions.filter((s) => s.calls.some((c) => c.object === "pins" && c.member === "setupPin" && /"(pwm|digital_out)"/.test(c.firstArgs)));
      if (outputs.length === 0) return notSeen(evidence, "the plugin owns no output pin");
      const bad = outputs.find((s) => !s.calls.some((c) => c.member === "setupMaxDuration"));
      return judged(`${outputs.length} sessions`, bad === undefined ? [] : [{ message: "an output pin is set up without setupMaxDuration", remedy: "call setupMaxDuration(0) for a harmless output, or a time within which you refresh it; and setupStartValue(start, shutdown)", scenario: bad.id }]);
    },
  },
  {
    id: "HTR-001", title: "Targets are set through the heater's checks", level: "MUST", severity: "S0",
    requirement: "A heater's target must be set with setTemperature or setTemp, never by writing its fields or beyond its limits.",
    source: "host-surface §7 heaters: alter_target clamps without a check",
    judge: (evidence) => {
      const writes = judgeAccess(evidence, (member, how) => how === "write" && TARGETS.includes(member), (object, member) => `writes ${object}.${member}`, "call heaters.setTemperature(heater, target) or heater.setTemp(target)");
      const calls = judgeCalls(evidence, (call) => call.member === "alterTarget" ? { message: `${call.context} calls ${call.object}.alterTarget(${call.firstArgs})`, remedy: "call heaters.setTemperature(heater, target)" } : undefined);
      if (writes.kind !== "judged" || calls.kind !== "judged") return writes;
      return judged(writes.basis, [...writes.findings, ...calls.findings]);
    },
  },
  {
    id: "HTR-002", title: "Limits of heaters are left alone", level: "MUST", severity: "S0",
    requirement: "The plugin must not change min_temp, max_temp, power limits or the settings of verify_heater at run time.",
    source: "verify_heater",
    judge: (evidence) => judgeAccess(evidence, (member, how) => how === "write" && LIMITS.includes(member), (object, member) => `writes ${object}.${member}`, "let the user set limits in printer.cfg"),
  },
  {
    id: "HTR-006", title: "The heater watchdog is never starved", level: "MUST", severity: "S0",
    requirement: "No callback may hold the reactor for more than 4 s: heaters would be switched off.",
    source: "host-surface §7: watchdog of 5 s, refreshed at 1 Hz",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const long = firstOfEach(sessions.flatMap((s) => s.callbacks.filter((c) => c.maxSeconds > HEATER_WATCHDOG && !["load_config", "import"].includes(c.kind)).map((c) => ({ c, s }))), ({ c }) => c.label);
      return judged(`${sessions.reduce((n, s) => n + s.callbacks.reduce((m, c) => m + c.runs, 0), 0)} runs of callbacks`, long.map(({ c, s }) => ({ message: `${c.kind} ${c.label} holds the reactor for ${ms(c.maxSeconds)}`, remedy: "split the work and pause in between", scenario: s.id })));
    },
  },
  {
    id: "SEC-002", title: "No processes", level: "SEC", severity: "S0",
    requirement: "The plugin must not start processes unless they are declared.",
    source: "Klipper PRs #2173, #4204",
    judge: (evidence) => judgeEffects(evidence, "process", "processes", "do it outside the host; declare the capability \"processes\" with the commands if it must be"),
  },
  {
    id: "SEC-006", title: "No undeclared connections", level: "SEC", severity: "S2",
    requirement: "The plugin must not open network connections or servers unless they are declared.",
    source: "push_notify; telemetry is opt-in",
    judge: (evidence) => judgeEffects(evidence, "network", "network", "use Moonraker for network services; declare the capability \"network\" if the plugin needs it"),
  },
  {
    id: "SEC-010", title: "Does not patch the host", level: "SEC", severity: "S1",
    requirement: "The plugin must not write, replace or delete members of host objects.",
    source: "roadrunner #19: breaks with every update of the host",
    judge: (evidence) => judgeAccess(evidence, (member, how) => (how === "write" || how === "delete") && !isHeaterWrite(member, how), (object, member, how) => `${how === "delete" ? "deletes" : "writes"} ${object}.${member}`, "use the host's methods and events"),
  },
  {
    id: "SEC-012", title: "Touches only pins that are allowed", level: "SEC", severity: "S0",
    requirement: "Where a profile names the pins of a board that may be touched, the plugin must use no other pin and set up no heater.",
    source: "certify --mcu: nobody knows what hangs on the other pins of an attached board",
    judge: judgePins,
  },
  {
    id: "COX-004", title: "Uses the public surface only", level: "SHOULD", severity: "S2",
    requirement: "The plugin should not use members of host objects that begin with an underscore.",
    source: "Happy-Hare #99, #157, #766: broken by updates",
    judge: (evidence) => judgeAccess(evidence, (member, how) => how === "private" || (how === "missing" && member.startsWith("_")), (object, member) => `uses the private member ${object}.${member}`, "use the public methods; ask for one where it is missing"),
  },
];

function judgeEffects(evidence: Evidence, kind: "process" | "network", capability: string, remedy: string) {
  if (evidence.capabilities.includes(capability)) return notApplicable(`declared: ${capability}`);
  // Declared with names, such as "network:example.com": only what bears one of them is allowed.
  const names = evidence.capabilities.filter((c) => c.startsWith(`${capability}:`)).map((c) => c.slice(capability.length + 1));
  const sessions = pluginSessions(evidence);
  if (sessions.length === 0) return nothingSeen(evidence);
  const effects = firstOfEach([...evidence.plugin.import.sideEffects.map((e) => ({ e, id: "import" })), ...sessions.flatMap((s) => s.sideEffects.map((e) => ({ e, id: s.id })))].filter(({ e }) => e.kind === kind && !names.some((name) => e.detail.includes(name))), ({ e }) => e.detail);
  return judged(`${sessions.length} sessions, watched${names.length === 0 ? "" : `; declared: ${names.join(", ")}`}`, effects.map(({ e, id }): Finding => ({ message: `${e.phase}: ${e.detail}`, remedy, scenario: id, ...(e.place === undefined ? {} : { place: e.place }) })));
}

/** What the plugin's sessions use and those without the plugin do not, held against the profile. */
function judgePins(evidence: Evidence) {
  const profile = evidence.pinProfile;
  if (profile === undefined) return notApplicable("no profile names the pins that may be touched (--profile FILE)");
  const watched = (withPlugin: boolean) => evidence.sessions.filter((s) => s.scenario.withPlugin === withPlugin && s.pins !== undefined);
  const sessions = watched(true);
  if (sessions.length === 0) return inconclusive("no session with the plugin was watched");
  const key = (use: PinUse): string => `${use.mcu} ${use.pin} ${use.command.split(" ", 1)[0]}`;
  const others = new Set(watched(false).flatMap((s) => s.pins!.uses.map(key)));
  const uses = firstOfEach(sessions.flatMap((session) => session.pins!.uses.map((use) => ({ use, session }))), ({ use }) => key(use)).filter(({ use }) => !others.has(key(use)));
  const printersHeaters = new Set(watched(false).flatMap((s) => s.pins!.heaters));
  const heaters = firstOfEach(sessions.flatMap((session) => session.pins!.heaters.map((name) => ({ name, session }))), ({ name }) => name).filter(({ name }) => !printersHeaters.has(name));
  const pin = (use: PinUse): string => `${use.pin.includes(" ") ? use.pin : `pin ${use.pin}`}${use.mcu === "mcu" ? "" : ` of [mcu ${use.mcu}]`}`;
  const bad = firstOfEach(uses.filter(({ use }) => !use.allowed || profile.heaters[use.pin] !== undefined), ({ use }) => pin(use));
  return judged(`${new Set(uses.map(({ use }) => pin(use))).size} pins of the plugin in ${sessions.length} sessions; profile "${profile.name}" allows ${profile.allow.length === 0 ? "none" : profile.allow.join(", ")}`, [
    ...bad.map(({ use, session }): Finding => ({
      message: `uses ${pin(use)}, ${use.allowed ? `the heater_pin of [${profile.heaters[use.pin]}]` : `which profile "${profile.name}" does not allow`}: ${use.command}${use.held === true ? " (held back; the board was stopped)" : ""}`,
      remedy: "take pins from options of the section only; if this one is meant and nothing dangerous hangs on it, give another pin with --config, or add it to \"allow\" of the profile", scenario: session.id,
    })),
    ...heaters.map(({ name, session }): Finding => ({ message: `sets up the heater "${name}"`, remedy: "certify this part without --mcu and --profile: on an attached board nothing may heat", scenario: session.id })),
  ]);
}
