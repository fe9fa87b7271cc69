/** CFG: how the plugin answers to configurations, good and bad. */
import type { ConfigProbe } from "../evidence.js";
import { inconclusive, judged, notApplicable, type Rule } from "../rule.js";
import { statusDifference } from "../status-difference.js";
import { firstLine, firstOfEach, isInternalError, judgeProbes } from "./evidence-views.js";

/** What Kalico's own load_template raises, and not as a config error, for a template that cannot be read: nothing that a plugin could mend. */
const TEMPLATE_ERROR = "Error loading template '";

/** Names the option that was varied, or as Kalico does another one that does not go together with it. */
const namesOption = ({ message, option }: ConfigProbe): boolean => message.toLowerCase().includes((option ?? "").toLowerCase()) || /^Option '[^']+' /.test(message);

/** What one of two printers publishes that the other does not, for a message. */
function differs(a: ConfigProbe, b: ConfigProbe): string | undefined {
  if (a.published === undefined || b.published === undefined) return undefined;
  const difference = statusDifference(a.published, b.published);
  return difference === undefined ? undefined : `: ${difference.path} is ${difference.second} instead of ${difference.first}`;
}

export const configRules: readonly Rule[] = [
  {
    id: "CFG-001", title: "Missing required option is named", level: "MUST", severity: "S2",
    requirement: "Without a required option the host must end in a config error that names option and section.",
    source: "host-surface §3.1",
    judge: (evidence) => judgeProbes(evidence, ["missing"], "the plugin has no required option", (probe) => {
      const named = probe.state === "error" && !isInternalError(probe) && probe.message.toLowerCase().includes((probe.option ?? "").toLowerCase()) && probe.message.includes(probe.section);
      return named ? undefined : {
        message: `without option '${probe.option}' the host says "${firstLine(probe.message)}" (state ${probe.state}) instead of a config error with option and section`,
        remedy: `read '${probe.option}' with a config getter without default, or throw config.error("Option '${probe.option}' in section '${probe.section}' must be specified")`,
      };
    }),
  },
  {
    id: "CFG-002", title: "Bad values are config errors", level: "MUST", severity: "S2",
    requirement: "A value out of range, of the wrong type or not among the choices must give a config error, never another exception.",
    source: "Code_Overview; host-surface §4 error mapping",
    judge: (evidence) => judgeProbes(evidence, ["outside", "wrong-type"], "the plugin reads no options", (probe) => isInternalError(probe) && !probe.message.includes(TEMPLATE_ERROR) ? {
      message: `option '${probe.option}: ${probe.value}' gives "${firstLine(probe.message)}" instead of a config error`,
      remedy: `read '${probe.option}' with getInt/getFloat/getBoolean/getChoice and bounds, and throw config.error(…) for what they cannot express`,
    } : undefined),
  },
  {
    id: "CFG-003", title: "NaN and infinity are refused", level: "SHOULD", severity: "S2",
    requirement: "A float option should refuse nan and inf, which pass every bound of the getter.",
    source: "host-surface §3.1 getfloat; Klipper #3811",
    judge: (evidence) => judgeProbes(evidence, ["non-finite"], "the plugin reads no float option", (probe) => probe.state === "ready" ? {
      message: `option '${probe.option}: ${probe.value}' is accepted`,
      remedy: `check Number.isFinite and throw config.error("Unable to parse option '${probe.option}' in section '${probe.section}'")`,
    } : isInternalError(probe) ? { message: `option '${probe.option}: ${probe.value}' gives "${firstLine(probe.message)}"`, remedy: "refuse it by a config error" } : undefined),
  },
  {
    id: "CFG-004", title: "Defaults are finite and JSON-safe", level: "MUST", severity: "S1",
    requirement: "Defaults of getters must be values that JSON holds, and finite: they are published in configfile.settings.",
    source: "nevermore-controller #29: a default of -inf cut off the front end",
    judge: (evidence) => judgeProbes(evidence, ["minimal"], "", (probe) => probe.badSettings.length === 0 ? undefined : {
      message: `the default of '${probe.badSettings[0]!.option}' is ${probe.badSettings[0]!.problem}`,
      remedy: "use a finite default, or null and treat null as \"no limit\"",
    }),
  },
  {
    id: "CFG-006", title: "Messages say what to change", level: "SHOULD", severity: "S3",
    requirement: "A config error should name option and section.",
    source: "Kalico's message style",
    judge: (evidence) => judgeProbes(evidence, ["outside", "wrong-type"], "the plugin reads no options", (probe) =>
      probe.state !== "error" || isInternalError(probe) || (namesOption(probe) && probe.message.includes(probe.section)) ? undefined : {
        message: `for '${probe.option}: ${probe.value}' the message is "${firstLine(probe.message)}": it does not name option and section`,
        remedy: `write a message such as "Option '${probe.option}' in section '${probe.section}' must …"`,
      }),
  },
  {
    id: "CFG-007", title: "Order and case of options do not matter", level: "MUST", severity: "S3",
    requirement: "The same options in another order, spacing or case must give the same printer.",
    source: "configparser semantics",
    judge: (evidence) => {
      const minimal = evidence.probes.find((probe) => probe.kind === "maximal") ?? evidence.probes.find((probe) => probe.kind === "minimal");
      if (minimal === undefined) return inconclusive("the configuration was not probed");
      return judgeProbes(evidence, ["reordered"], "the plugin reads fewer than two options", (probe) => probe.state === minimal.state && differs(minimal, probe) === undefined ? undefined : {
        message: `the same options in another order or case give another printer${differs(minimal, probe) ?? ""}`,
        remedy: "read options by name with the getters, not by position or by getPrefixOptions order",
      });
    },
  },
  {
    id: "CFG-008", title: "Interpolated values behave as literal ones", level: "SHOULD", severity: "S2",
    requirement: "A value written as ${constants.x} should behave as the literal value.",
    source: "host-surface §3 interpolation",
    judge: (evidence) => {
      const literal = evidence.probes.find((probe) => probe.kind === "maximal") ?? evidence.probes.find((probe) => probe.kind === "minimal");
      if (literal === undefined) return inconclusive("the configuration was not probed");
      return judgeProbes(evidence, ["interpolated"], "the plugin reads no options", (probe) => probe.state === literal.state && differs(literal, probe) === undefined ? undefined : {
        message: `with its values written as \${constants.…} the plugin behaves differently${probe.state === literal.state ? differs(literal, probe) ?? "" : `: ${firstLine(probe.message)}`}`,
        remedy: "read values with the getters; do not parse the file yourself",
      });
    },
  },
  {
    id: "CFG-012", title: "Unknown options are still errors", level: "SHOULD", severity: "S3",
    requirement: "An option that the plugin does not know should be reported, so that a typing error is found.",
    source: "host-surface §3.2",
    judge: (evidence) => judgeProbes(evidence, ["unknown-extra"], "", (probe) => probe.state === "error" ? undefined : {
      message: `the unknown option '${probe.option}' in [${probe.section}] is accepted silently`,
      remedy: "read only the options you know; restrict getPrefixOptions to a prefix of your own",
    }),
  },
  {
    id: "LOAD-008", title: "Wrong form of section gives a clear error", level: "SHOULD", severity: "S3",
    requirement: "[name] for a plugin that is meant to be used as [name x], and the other way round, should work or end in a config error.",
    source: "host-surface §2.3",
    judge: (evidence) => judgeProbes(evidence, ["wrong-form"], "both forms of the section are in use", (probe) => (probe.state === "ready" && probe.loaded) || (probe.state === "error" && !isInternalError(probe)) ? undefined : {
      message: `[${probe.section}] ends in "${firstLine(probe.message)}" (state ${probe.state})`,
      remedy: "export only the form that the plugin supports, or throw config.error(…) for the other",
    }),
  },
  {
    id: "CFG-005", title: "Cross-option constraints are checked while loading", level: "MUST", severity: "S2",
    requirement: "A combination of options that cannot work must be refused by a config error at load or connect, not by an exception later.",
    source: "Code_Overview",
    judge: (evidence) => {
      const probes = evidence.probes.filter((probe) => ["random", "maximal", "boundary"].includes(probe.kind));
      if (evidence.probes.length === 0) return inconclusive("the configuration was not probed");
      if (probes.length === 0) return notApplicable("the plugin reads no options with a free choice of values");
      const bad = firstOfEach(probes.filter((probe) => isInternalError(probe)), (probe) => firstLine(probe.message));
      return judged(`${probes.length} combinations`, bad.map((probe) => ({
        message: `options that each getter accepts end in "${firstLine(probe.message)}"`,
        remedy: "compare the options with each other in loadConfig and throw config.error(…) that names them",
        scenario: probe.scenario.id,
      })));
    },
  },
];
