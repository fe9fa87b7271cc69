/** LOAD: importing the plugin, building its objects, restarting it. */
import { benchLimit } from "../bench-limits.js";
import type { Evidence } from "../evidence.js";
import { inconclusive, judged, notApplicable, type Finding, type Judgement, type Rule } from "../rule.js";
import { statusDifference } from "../status-difference.js";
import { callbacksOf, callsOf, firstLine, firstOfEach, isInternalError, isRefused, judgeCalls, judgeProbes, nothingSeen, pluginSessions } from "./evidence-views.js";

const IMPORT_SECONDS = 0.5;
const IMPORT_BYTES = 20e6;

const exportsOf = (evidence: Evidence, name: string): boolean => Object.values(evidence.plugin.exports).some((names) => names.includes(name));

function loadEffects(evidence: Evidence, kinds: readonly string[], remedy: string): Finding[] {
  return firstOfEach(pluginSessions(evidence).flatMap((s) => s.sideEffects.map((effect) => ({ effect, session: s }))).filter(({ effect }) => effect.phase === "load_config" && kinds.includes(effect.kind)), ({ effect }) => effect.detail)
    .map(({ effect, session }) => ({ message: `loadConfig used ${effect.detail}`, remedy, scenario: session.id, ...(effect.place === undefined ? {} : { place: effect.place }) }));
}

/** A dependency that is not installed says nothing of the plugin. */
const missingText = (missing: NonNullable<Evidence["plugin"]["missing"]>): string =>
  `cannot judge: needs ${missing.map(({ module, file, line }) => `${module} (${file}:${line})`).join(", ")}: install it in the environment given with --python, or use --install`;

/** Why an import that failed says nothing of the plugin; undefined when it does. */
function importLimit(plugin: Evidence["plugin"]): Judgement | undefined {
  if (plugin.import.ok || plugin.import.exited === true) return undefined;
  if ((plugin.missing ?? []).length > 0) return inconclusive(missingText(plugin.missing!));
  const limit = benchLimit(plugin.import.error ?? "");
  return limit === undefined ? undefined : inconclusive(`cannot judge: ${limit}`);
}

/** A plugin that refuses made-up names since its sections are named like others: two of it can only be shown by the author. */
function namesOfOthers(evidence: Evidence): Judgement | undefined {
  const refused = evidence.probes.find((p) => p.kind === "two-instances" && p.state === "error" && !isInternalError(p) && /'\[?kalico_hil_(one|two)\]?'/.test(p.message));
  return refused === undefined ? undefined : inconclusive(`cannot judge: the plugin wants sections that are named like others (${firstLine(refused.message)}); give a configuration with two of them (--config)`);
}

const restartSessions = (evidence: Evidence) => pluginSessions(evidence).filter((session) => session.lives.length > 1);

/** The plugin says no to the configuration that was given or guessed: that is its right, and nothing is known of it then. */
function refused({ start, sections }: Evidence): Judgement | undefined {
  if (start === undefined || !isRefused(start, sections)) return undefined;
  const whose = start.given ? "the configuration that was given is not accepted" : "no configuration was given, and none that loads was found";
  return inconclusive(`${whose}: ${firstLine(start.message)}; write a printer.cfg beside the plugin, or name one with --config`);
}

export const loadRules: readonly Rule[] = [
  {
    id: "LOAD-001", title: "Import succeeds without configuration, printer or hardware", level: "MUST", severity: "S1",
    requirement: "Importing the plugin's module must succeed on any host, since every installed plugin is imported, configured or not.",
    source: "host-surface §2.1 step 2e",
    judge: ({ plugin }) => importLimit(plugin) ?? judged(`import of ${Object.keys(plugin.plugins).join(", ") || plugin.path}`, plugin.import.ok || plugin.import.exited === true ? [] : [{
      message: `importing the module failed: ${firstLine(plugin.import.error ?? "unknown error")}`,
      remedy: "move what needs a printer, a file or a device from the top level of the module into loadConfig or a klippy:connect handler",
      ...(plugin.import.place === undefined ? {} : { place: plugin.import.place }),
    }]),
  },
  {
    id: "LOAD-002", title: "Import has no side effects", level: "MUST", severity: "S1",
    requirement: "Importing the module must not touch files, sockets, processes, timers, signals, the environment or globals.",
    source: "Code_Overview: plugins are imported even when unused",
    judge: ({ plugin }) => judged("import, watched", firstOfEach(plugin.import.sideEffects.filter((e) => e.kind !== "read"), (e) => e.detail).map((effect) => ({
      message: `importing the module used ${effect.detail} (${effect.kind})`,
      remedy: "do this in loadConfig, or in a klippy:connect handler, so that an unused plugin does nothing",
      ...(effect.place === undefined ? {} : { place: effect.place }),
    }))),
  },
  {
    id: "LOAD-003", title: "Import does not end the process", level: "MUST", severity: "S1",
    requirement: "Importing the module may throw an Error when something is missing, but must not exit or abort the host.",
    source: "host-surface §2.3: only ordinary exceptions are caught around an import",
    judge: ({ plugin }) => judged("import, watched", plugin.import.exited === true ? [{
      message: `importing the module ${plugin.import.error ?? "ended the process"}`,
      remedy: "throw an Error that says what is missing, instead of process.exit()",
      ...(plugin.import.place === undefined ? {} : { place: plugin.import.place }),
    }] : []),
  },
  {
    id: "LOAD-004", title: "Import is cheap", level: "SHOULD", severity: "S2",
    requirement: "Importing should cost at most 0.5 s on the reference host and 20 MB.",
    source: "every plugin is imported at each start; Shake&Tune #28",
    judge: ({ plugin }) => {
      if (!plugin.import.ok) return inconclusive("the module could not be imported");
      const { seconds, heapBytes } = plugin.import;
      const findings: Finding[] = [];
      const remedy = "import heavy libraries and compute tables when they are first needed";
      if (seconds > IMPORT_SECONDS) findings.push({ message: `importing costs ${seconds.toFixed(2)} s on the reference host; the limit is ${IMPORT_SECONDS} s`, remedy });
      if (heapBytes > IMPORT_BYTES) findings.push({ message: `importing takes ${(heapBytes / 1e6).toFixed(1)} MB of memory; the limit is ${IMPORT_BYTES / 1e6} MB`, remedy });
      return judged(`${seconds.toFixed(3)} s, ${(heapBytes / 1e6).toFixed(1)} MB`, findings);
    },
  },
  {
    id: "LOAD-005", title: "Minimal valid configuration loads", level: "MUST", severity: "S1",
    requirement: "With only its required options set, the plugin must load and the printer become ready.",
    source: "Code_Overview: load_config",
    judge: (evidence) => refused(evidence) ?? judgeProbes(evidence, ["minimal"], "", (probe) => probe.loaded && probe.state === "ready" ? undefined : {
      message: `the minimal configuration of [${probe.section}] does not become ready: ${firstLine(probe.message)}`,
      remedy: "let loadConfig return an object for every configuration that has the required options, or make a missing option required",
    }),
  },
  {
    id: "LOAD-006", title: "Maximal and random valid configurations load", level: "MUST", severity: "S1",
    requirement: "Every combination of values that the getters accept must load.",
    source: "Code_Overview: load_config",
    judge: (evidence) => judgeProbes(evidence, ["maximal", "random", "boundary"], "the plugin reads no options with a free choice of values", (probe) =>
      (probe.loaded && probe.state === "ready") || (probe.state === "error" && !isInternalError(probe) && probe.kind === "random") ? undefined : {
        message: `a valid configuration of [${probe.section}] (${probe.kind}${probe.option === undefined ? "" : `, ${probe.option}: ${probe.value}`}) is not accepted: ${firstLine(probe.message)}`,
        remedy: "accept the whole range that the getter declares, or narrow the getter's minval/maxval/above/below/choices",
      }),
  },
  {
    id: "LOAD-007", title: "Several instances, and names with spaces", level: "MUST", severity: "S2",
    requirement: "loadConfigPrefix must allow two instances side by side, and handle a name with spaces or refuse it by a config error.",
    source: "Developing Plugins: load_config_prefix",
    judge: (evidence) => exportsOf(evidence, "loadConfigPrefix") ? namesOfOthers(evidence) ?? judgeProbes(evidence, ["two-instances", "name-with-space"], "", (probe) =>
      probe.state === "ready" || (probe.kind === "name-with-space" && probe.state === "error" && !isInternalError(probe)) ? undefined : {
        message: `${probe.kind === "two-instances" ? "two instances do not load side by side" : `[${probe.section}] is neither handled nor refused by a config error`}: ${firstLine(probe.message)}`,
        remedy: "keep all state in the instance, register commands with registerMuxCommand under the instance's name, and split the section name only once",
      }) : notApplicable("the plugin has no loadConfigPrefix"),
  },
  {
    id: "LOAD-009", title: "All options are read during construction", level: "MUST", severity: "S1",
    requirement: "Every option must be read before loadConfig returns; an option that is read later is reported to the user as not valid.",
    source: "Code_Overview; host-surface §3.2",
    judge: (evidence) => {
      if (pluginSessions(evidence).length === 0) return nothingSeen(evidence);
      const during = new Set(evidence.configUse.filter((use) => use.context === "load_config").map((use) => use.option));
      const late = firstOfEach(evidence.configUse.filter((use) => use.context !== "load_config" && !during.has(use.option)), (use) => use.option);
      return judged(`${during.size} options read in loadConfig`, late.map((use) => ({
        message: `option '${use.option}' is read first in ${use.context}, after loading`,
        remedy: `read '${use.option}' in the constructor and keep the value`,
        ...(use.place === undefined ? {} : { place: use.place }),
      })));
    },
  },
  {
    id: "LOAD-010", title: "Configuration is not used after the loading phase", level: "SHOULD", severity: "S2",
    requirement: "The config object should not be used any more once the printer is connected.",
    source: "Code_Overview; Klipper PR #6934",
    judge: (evidence) => {
      if (pluginSessions(evidence).length === 0) return nothingSeen(evidence);
      const late = firstOfEach(evidence.configUse.filter((use) => !["after-load", "before-connect", "connect"].includes(use.phase)), (use) => use.option);
      return judged(`${evidence.configUse.length} uses of the config object`, late.map((use) => ({
        message: `option '${use.option}' is read while the printer is ${use.phase} (${use.context})`,
        remedy: "read the value once in the constructor; do not keep the config object",
        ...(use.place === undefined ? {} : { place: use.place }),
      })));
    },
  },
  {
    id: "LOAD-011", title: "Works wherever its section stands in the file", level: "MUST", severity: "S1",
    requirement: "loadConfig may look up only gcode, pins, webhooks, configfile and mcu; other objects by loadObject, or at klippy:connect.",
    source: "host-surface §2.1: toolhead, extruders and later sections do not exist yet",
    judge: (evidence) => judgeProbes(evidence, ["plugin-first"], "", (probe) => probe.state === "ready" ? undefined : {
      message: `with [${probe.section}] as the first section the printer does not start: ${firstLine(probe.message)}`,
      remedy: "look the object up in a klippy:connect handler, or use printer.loadObject(config, name)",
    }),
  },
  {
    id: "LOAD-012", title: "Loading writes no files", level: "MUST", severity: "S2",
    requirement: "loadConfig must not create or change files.",
    source: "SAVE_CONFIG is the sanctioned way",
    judge: (evidence) => pluginSessions(evidence).length === 0 ? nothingSeen(evidence)
      : judged("loading, watched", loadEffects(evidence, ["file"], "open files in a klippy:connect handler; store settings with configfile.set")),
  },
  {
    id: "LOAD-013", title: "Loading starts nothing", level: "SHOULD", severity: "S1",
    requirement: "loadConfig should start no thread, process or timer of its own and open no connection.",
    source: "Code_Overview: do it at klippy:connect or klippy:ready",
    judge: (evidence) => pluginSessions(evidence).length === 0 ? nothingSeen(evidence)
      : judged("loading, watched", loadEffects(evidence, ["network", "thread", "process", "timer"], "start it in a klippy:connect or klippy:ready handler, end it at klippy:disconnect")),
  },
  {
    id: "LOAD-014", title: "Restart in the same process gives equal behaviour", level: "MUST", severity: "S1",
    requirement: "After RESTART the plugin must behave as after a fresh start: same status, same commands, same state.",
    source: "host-surface §1: modules stay imported over RESTART",
    judge: (evidence) => {
      const sessions = restartSessions(evidence);
      if (sessions.length === 0) return inconclusive("no session with a restart was run");
      const findings = sessions.flatMap((session): Finding[] => {
        const [first, ...later] = session.lives;
        const other = later.find((life) => life.state !== first!.state || statusDifference(first!.published, life.published) !== undefined || life.commands.join() !== first!.commands.join());
        if (other === undefined) return [];
        const status = statusDifference(first!.published, other.published);
        const changed = [...other.commands.filter((c) => !first!.commands.includes(c)), ...first!.commands.filter((c) => !other.commands.includes(c))];
        const what = other.state !== first!.state ? `state is ${other.state} (${firstLine(other.message)})`
          : status !== undefined ? `status ${status.path} is ${status.second} instead of ${status.first}` : `commands differ (${changed.slice(0, 3).join(", ")})`;
        return [{ message: `after ${other.startReason} in the same process the ${what}: not as after the first start`, remedy: "keep state in the object that loadConfig returns, not in module variables", scenario: session.id }];
      });
      return judged(`${sessions.reduce((n, s) => n + s.lives.length, 0)} lives`, findings.slice(0, 1));
    },
  },
  {
    id: "LOAD-016", title: "registerComponents is safe", level: "MUST", severity: "S1",
    requirement: "registerComponents must not throw and must do nothing but register components under unique names.",
    source: "host-surface §2.3: an exception there stops the start for everybody",
    judge: (evidence) => {
      if (!exportsOf(evidence, "registerComponents")) return notApplicable("the plugin has no registerComponents");
      const errors = callbacksOf(evidence).filter(({ item }) => item.kind === "register_components").flatMap(({ item }) => item.errors);
      const calls = callsOf(evidence).filter(({ item }) => item.context.startsWith("register_components") && item.member !== "registerComponent");
      return judged("registerComponents, watched", [
        ...errors.slice(0, 1).map((e) => ({ message: `registerComponents threw: ${firstLine(e.message)}`, remedy: "catch and log it: the plugin need not be configured for this to stop the host", ...(e.place === undefined ? {} : { place: e.place }) })),
        ...calls.slice(0, 1).map(({ item }) => ({ message: `registerComponents calls ${item.object}.${item.member}`, remedy: "only register components here" })),
      ]);
    },
  },
  {
    id: "LOAD-017", title: "Does not load itself", level: "MUST", severity: "S1",
    requirement: "The plugin must not ask for its own section by loadObject while it is loaded.",
    source: "host-surface §2.3: the object exists only after loadConfig has returned",
    judge: (evidence) => judgeCalls(evidence, (call) => call.member === "loadObject" && call.context === "load_config" && evidence.sections.some((s) => call.firstArgs.includes(`"${s}"`)) ? {
      message: `loadConfig asks for its own section: loadObject(${call.firstArgs})`,
      remedy: "use `this`; for another instance of the plugin wait for klippy:connect",
    } : undefined),
  },
  {
    id: "LOAD-018", title: "Keeps to its own names", level: "MUST", severity: "S2",
    requirement: "The plugin must not add or replace printer objects of other names.",
    source: "printer.addObject",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const foreign = firstOfEach(sessions.flatMap((s) => s.objects.map((object) => ({ object, session: s }))).filter(({ object }) => object.by !== "section"), ({ object }) => object.name);
      return judged(`${sessions[0]!.objects.length} objects of the plugin`, foreign.map(({ object, session }) => ({
        message: `the plugin ${object.by === "replaced" ? "replaces" : "adds"} the printer object '${object.name}'`,
        remedy: "publish status through the object that loadConfig returns",
        scenario: session.id,
      })));
    },
  },
  {
    id: "LOAD-019", title: "Attribute `stats` is absent or a proper function", level: "MUST", severity: "S1",
    requirement: "An attribute named stats must be a function of eventtime that returns [boolean, string]: the host calls it every second.",
    source: "host-surface §7 statistics: anything else shuts the printer down within a second",
    judge: (evidence) => {
      const found = pluginSessions(evidence).flatMap((s) => s.statsAttribute.map((item) => ({ item, session: s })));
      if (found.length === 0) return inconclusive("no object of the plugin was seen");
      const bad = firstOfEach(found.filter(({ item }) => item.kind === "other" || item.returnOk === false), ({ item }) => item.object);
      return judged(`${found.length} objects`, bad.map(({ item, session }) => ({
        message: `'${item.object}'.stats is ${item.kind === "other" ? "not a function" : `a function that returns ${item.detail ?? "something else"}`}`,
        remedy: "rename the attribute, or make it stats(eventtime) that returns [false, \"text for the log\"]",
        scenario: session.id,
      })));
    },
  },
];
