/** What new plugins of both languages share: names that follow from the given one, and the CI workflow around their own steps. */

/** Names that follow from the one that the author gives. */
export interface PluginNames {
  /** Section word: lower case letters, digits, underscores. */
  section: string;
  /** npm package. */
  package: string;
  /** Module file without extension. */
  module: string;
  className: string;
  command: string;
}

/** @throws RangeError when no section word can be made of it */
export function pluginNames(name: string): PluginNames {
  const section = name.replace(/^kalico[-_]/, "").replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  if (!/^[a-z][a-z0-9_]*$/.test(section)) throw new RangeError(`"${name}" is no name for a plugin: begin with a letter, and use letters, digits, "-" and "_"`);
  const module = section.replace(/_/g, "-");
  return { section, package: `kalico-${module}`, module, className: section.split("_").map((w) => w.charAt(0).toUpperCase() + w.slice(1)).join(""), command: `${section.toUpperCase()}_NOTE` };
}

/** Beginning of the workflow of a new plugin, up to its own steps. */
export const WORKFLOW_HEAD = `name: kalico
on: [push, pull_request]
permissions:
  contents: read
jobs:
  certify:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
`;

/** @param command how kalico-hil is called */
export const reportSteps = (command: string): string => `      - run: ${command} certify . --effort quick --report kalico-report --sarif kalico-report/kalico.sarif --junit kalico-report/junit.xml
      - if: always() && hashFiles('kalico-report/RUN.json') != ''
        run: ${command} summary kalico-report/RUN.json --out "$GITHUB_STEP_SUMMARY" --annotations --svg kalico-report/svg
      - if: always()
        uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        with:
          name: kalico-report
          path: kalico-report
`;
