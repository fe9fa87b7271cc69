/** GC: the commands that the plugin registers. */
import { benchLimit } from "../bench-limits.js";
import type { Evidence, GcodeProbe } from "../evidence.js";
import { inconclusive, judged, notApplicable, type Finding, type Judgement, type Rule } from "../rule.js";
import { firstLine, firstOfEach, NO_COMMANDS, notSeen, pluginSessions } from "./evidence-views.js";

const RESPONSE_LINES = 50;

/** Commands of Kalico, Klipper and common macros that a plugin must not take without saying so. */
const WELL_KNOWN = new Set("G0 G1 G2 G3 G4 G10 G11 G20 G21 G28 G29 G90 G91 G92 M18 M82 M83 M84 M104 M105 M106 M107 M109 M110 M112 M114 M115 M117 M118 M119 M140 M190 M204 M220 M221 M400 M600 T0 T1 T2 T3 PAUSE RESUME CANCEL_PRINT PRINT_START PRINT_END START_PRINT END_PRINT LOAD_FILAMENT UNLOAD_FILAMENT STATUS HELP RESTART FIRMWARE_RESTART ECHO RESPOND SAVE_CONFIG SET_PIN SET_FAN_SPEED BED_MESH_CALIBRATE QUAD_GANTRY_LEVEL Z_TILT_ADJUST".split(" "));

function judgeCommandProbes(evidence: Evidence, chosen: (probe: GcodeProbe) => boolean, faulty: (probe: GcodeProbe) => Omit<Finding, "scenario"> | undefined): Judgement {
  if (evidence.commands.length === 0) return notSeen(evidence, NO_COMMANDS);
  const all = pluginSessions(evidence).flatMap((s) => s.gcodeProbes);
  const probes = all.filter(chosen);
  if (all.length === 0) return inconclusive("the commands were not called");
  if (probes.length === 0) return notSeen(evidence, "no command did what this rule is about");
  const findings = probes.flatMap((probe) => {
    const finding = faulty(probe);
    return finding === undefined ? [] : [{ key: probe.line.split(" ", 1)[0]!, finding: { scenario: probe.scenario.id, ...(probe.place === undefined ? {} : { place: probe.place }), ...finding } }];
  });
  // A failure that the bench causes must not stand for a command that also fails by itself.
  const own = findings.filter(({ finding }) => benchLimit(finding.message) === undefined);
  return judged(`${probes.length} calls of ${new Set(probes.map((p) => p.line.split(" ", 1)[0])).size} commands`, firstOfEach([...own, ...findings], ({ key }) => key).map(({ finding }) => finding));
}

const judgeCommands = (evidence: Evidence, faulty: (command: Evidence["commands"][number]) => Finding | undefined): Judgement =>
  evidence.commands.length === 0 ? notSeen(evidence, NO_COMMANDS)
    : judged(`${evidence.commands.length} commands`, evidence.commands.flatMap((command) => faulty(command) ?? []));

const isValid = (probe: GcodeProbe): boolean => probe.printerState !== "cold" || probe.outcome === "ok";

export const gcodeRules: readonly Rule[] = [
  {
    id: "GC-001", title: "Command names are legal", level: "MUST", severity: "S1",
    requirement: "Names must be upper case, letters, digits and underscores, not begin with a digit nor have one in second place (except the G1 form).",
    source: "host-surface §6.3",
    judge: (evidence) => {
      const refused = pluginSessions(evidence).find((s) => s.message.includes("as it is an invalid name"));
      const basis = judgeCommands(evidence, () => undefined);
      if (refused !== undefined) return judged("registration", [{ message: firstLine(refused.message), remedy: "choose a name such as MY_PLUGIN_DO_IT", scenario: refused.id }]);
      return basis;
    },
  },
  {
    id: "GC-002", title: "Every command has a description", level: "SHOULD", severity: "S3",
    requirement: "Commands should be registered with a description, which HELP and front ends show.",
    source: "CONTRIBUTING",
    judge: (evidence) => judgeCommands(evidence, (c) => (c.desc ?? "") === "" ? { message: `${c.command} has no description`, remedy: `registerCommand("${c.command}", handler, { desc: "…" })` } : undefined),
  },
  {
    id: "GC-003", title: "No clash with well-known commands", level: "MUST", severity: "S1",
    requirement: "The plugin must not take over a command of the host or a common macro name without declaring it.",
    source: "klipper-toolchanger #168, cosmos #291",
    judge: (evidence) => {
      const clash = pluginSessions(evidence).find((s) => /gcode command \S+ already registered/.test(s.message));
      if (clash !== undefined) return judged("registration", [{ message: firstLine(clash.message), remedy: "choose a name of your own", scenario: clash.id }]);
      return judgeCommands(evidence, (c) => (c.replaces === true || WELL_KNOWN.has(c.command)) && !evidence.capabilities.includes(`overrides:${c.command}`) ? {
        message: `${c.command} ${c.replaces === true ? "replaces a command of the host" : "is the name of a well-known command or macro"}`, remedy: `choose a name of your own, or declare the capability "overrides:${c.command}"`,
      } : undefined);
    },
  },
  {
    id: "GC-005", title: "Any parameter text gives success or a command error", level: "MUST", severity: "S1",
    requirement: "Whatever is written behind the command, the answer must be success or a command error, never another exception.",
    source: "host-surface §6.4: any other exception shuts the printer down",
    judge: (evidence) => judgeCommandProbes(evidence, () => true, (p) => p.outcome === "internal-error" ? {
      message: `'${p.line.slice(0, 120)}' (${p.printerState}) ends in ${firstLine(p.message)}`, remedy: "read parameters with gcmd.get/getInt/getFloat and bounds, and throw gcmd.error(…) for what does not fit",
    } : undefined),
  },
  {
    id: "GC-010", title: "Works or says why in every state of the printer", level: "MUST", severity: "S1",
    requirement: "Cold, unhomed, paused, printing or shut down: a command must succeed or end in a command error, and come back.",
    source: "GEN-GCODE × states",
    judge: (evidence) => judgeCommandProbes(evidence, () => true, (p) => p.outcome === "hung" ? { message: `'${p.line.slice(0, 120)}' does not come back (${p.printerState})`, remedy: "bound every wait; test printer.isShutdown() in loops" } : undefined),
  },
  {
    id: "GC-011", title: "Moves only a homed printer", level: "MUST", severity: "S0",
    requirement: "A command must not make steps on axes that are not homed, unless that is its declared purpose.",
    source: "cartesian.check_move: Must home axis first",
    judge: (evidence) => evidence.capabilities.includes("moves-unhomed") ? notApplicable("declared: moves-unhomed") : judgeCommandProbes(evidence, (p) => p.printerState === "cold", (p) => p.stepsMade > 0 && p.homedBefore === "" && p.homedAfter === "" || (p.stepsMade > 0 && p.homedBefore === "" && !evidence.capabilities.includes("homes")) ? {
      message: `'${p.line.slice(0, 120)}' makes ${p.stepsMade} steps on a printer that is not homed`, remedy: "move through toolhead.manualMove, which refuses unhomed axes; do not set positions or use FORCE_MOVE to get round it",
    } : undefined),
  },
  {
    id: "GC-012", title: "Does not fake homing", level: "MUST", severity: "S0",
    requirement: "A command must not change which axes count as homed, unless homing is declared.",
    source: "toolhead.setPosition(…, homing_axes)",
    judge: (evidence) => evidence.capabilities.includes("homes") ? notApplicable("declared: homes") : judgeCommandProbes(evidence, () => true, (p) => p.homedAfter !== p.homedBefore && p.printerState !== "shutdown" ? {
      message: `'${p.line.slice(0, 120)}' changes the homed axes from "${p.homedBefore}" to "${p.homedAfter}"`, remedy: "do not call toolhead.setPosition with homing axes, SET_KINEMATIC_POSITION or clearHomingState; declare the capability \"homes\" if homing is the purpose",
    } : undefined),
  },
  {
    id: "GC-013", title: "G-code state is restored", level: "MUST", severity: "S2",
    requirement: "A command must leave the G-code state (G90/G91, M82/M83, offsets, factors, feed rate) as it found it.",
    source: "Command_Templates: SAVE_GCODE_STATE; cosmos PR #315",
    judge: (evidence) => judgeCommandProbes(evidence, isValid, (p) => {
      const changed = p.stateDiff.filter((d) => d.what.startsWith("gcode_move."));
      return changed.length > 0 && p.outcome === "ok" ? { message: `'${p.line.slice(0, 120)}' leaves ${changed.map((d) => `${d.what.slice(11)} ${d.before} → ${d.after}`).join(", ")}`, remedy: "wrap the script in SAVE_GCODE_STATE and RESTORE_GCODE_STATE, or use toolhead.manualMove" } : undefined;
    }),
  },
  {
    id: "GC-014", title: "G-code position follows direct moves", level: "MUST", severity: "S0",
    requirement: "After the plugin moved the toolhead itself, the next G1 must go where it is asked to go.",
    source: "gcode_move.reset_last_position",
    judge: (evidence) => judgeCommandProbes(evidence, (p) => p.positionResynced !== undefined, (p) => p.positionResynced === false ? { message: `after '${p.line.slice(0, 120)}' the G-code position is not the toolhead's`, remedy: "use toolhead.manualMove, or call gcode_move.resetLastPosition() after toolhead.move" } : undefined),
  },
  {
    id: "GC-017", title: "Answers are short", level: "MAY", severity: "S4",
    requirement: "A command may answer with at most 50 lines.",
    source: "API_Server: terminal output is for people",
    judge: (evidence) => judgeCommandProbes(evidence, () => true, (p) => p.responseLines > RESPONSE_LINES ? { message: `'${p.line.slice(0, 120)}' answers with ${p.responseLines} lines`, remedy: "publish data through getStatus or an endpoint" } : undefined),
  },
  {
    id: "GC-019", title: "Commands are the same after a restart", level: "MUST", severity: "S2",
    requirement: "The set of commands must not depend on what happened before a restart.",
    source: "RESTART is in-process",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.lives.length > 1);
      if (sessions.length === 0) return inconclusive("no session with a restart was run");
      const differing = sessions.find((s) => s.lives.some((life) => life.state === "ready" && life.commands.join() !== s.lives[0]!.commands.join()));
      if (differing === undefined) return judged(`${sessions.length} sessions with restarts`, []);
      const first = differing.lives[0]!.commands;
      const other = differing.lives.find((life) => life.commands.join() !== first.join())!.commands;
      const changed = [...first.filter((c) => !other.includes(c)), ...other.filter((c) => !first.includes(c))];
      return judged(`${sessions.length} sessions with restarts`, [{ message: `after a restart the commands differ: ${changed.slice(0, 5).join(", ")}`, remedy: "register commands in loadConfig, independent of module variables", scenario: differing.id }]);
    },
  },
];
