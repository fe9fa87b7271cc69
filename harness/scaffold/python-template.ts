/**
 * Files of a new Python plugin that is certified as it stands: path → text. A distribution with one module, named like it,
 * as the host looks its metadata up by the module's name; setuptools of any age builds it.
 */
import { reportSteps, WORKFLOW_HEAD, type PluginNames } from "./plugin-names.js";

/** @param harness what the workflow installs kalico-hil from, as npm understands it */
export function pythonFiles(names: PluginNames, harness: string): Record<string, string> {
  const { section, className, command } = names;
  const distribution = names.module;
  return {
    "pyproject.toml": `[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "${distribution}"
version = "0.1.0"
description = "Keeps a note in [${section}], a plugin for Kalico"
readme = "README.md"
requires-python = ">=3.9"
classifiers = [
    "Environment :: Plugins",
    "Framework :: Klippy",
    "License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)",
]

[project.entry-points."kalico.plugins"]
${section} = "${section}"

[tool.setuptools]
py-modules = ["${section}"]

[tool.pytest.ini_options]
pythonpath = ["."]
testpaths = ["tests"]
`,
    [`${section}.py`]: plugin(className, command),
    [`tests/test_${section}.py`]: unitTest(section, className, command),
    "tests/test_conformance.py": CONFORMANCE_TEST,
    "printer.cfg": `[${section}]\nnote: first layer looks good\ninterval: 5\n`,
    "exercise.gcode": `${command}\n${command} TEXT=hello\n`,
    ".gitignore": "__pycache__\n*.egg-info\n.pytest_cache\n.venv\nbuild\ndist\nnode_modules\ncounter-examples\nkalico-report\n",
    ".github/workflows/kalico.yml": pythonWorkflow(harness),
    "README.md": readme(section, distribution, command),
  };
}

/** The workflow that tests and certifies at every push. @param harness as npm understands it */
export const pythonWorkflow = (harness: string): string => `${WORKFLOW_HEAD}      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with:
          python-version: "3.11"
      - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0
        with:
          node-version: "20"
      - run: python -m pip install pytest setuptools
      - run: npm install --global ${/^[~^\d]/.test(harness) ? `kalico-hil@${harness}` : harness}
      - run: python -m pytest --ignore tests/test_conformance.py
${reportSteps("kalico-hil")}`;

const plugin = (className: string, command: string): string => `"""Keeps a note for the printer and counts how often it was changed."""

from __future__ import annotations

import math
import typing

if typing.TYPE_CHECKING:
    from klippy.configfile import ConfigWrapper
    from klippy.gcode import GCodeCommand


class ${className}:
    def __init__(self, config: ConfigWrapper):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.note = config.get("note", "")
        self.interval = config.getfloat("interval", 60.0, minval=1.0)
        if not math.isfinite(self.interval):
            raise config.error("Option 'interval' in section '%s' must be a finite number" % (config.get_name(),))
        self.changes = 0
        self.ticks = 0
        self.timer = None
        gcode = self.printer.lookup_object("gcode")
        gcode.register_command("${command}", self.cmd_note, desc="Sets or shows the note")
        self.printer.register_event_handler("klippy:ready", self._start)
        self.printer.register_event_handler("klippy:disconnect", self._stop)

    def cmd_note(self, gcmd: GCodeCommand) -> None:
        text = gcmd.get("TEXT", "")
        if text:
            self.note = text
            self.changes += 1
        gcmd.respond_info("note: %s" % (self.note,))

    def _start(self) -> None:
        self.timer = self.reactor.register_timer(self._tick, self.reactor.monotonic() + self.interval)

    def _stop(self) -> None:
        if self.timer is not None:
            self.reactor.unregister_timer(self.timer)
        self.timer = None

    def _tick(self, eventtime: float) -> float:
        self.ticks += 1
        return eventtime + self.interval

    def get_status(self, eventtime: float | None = None) -> dict:
        return {"note": self.note, "changes": self.changes, "ticks": self.ticks}


def load_config(config: ConfigWrapper) -> ${className}:
    return ${className}(config)
`;

const unitTest = (section: string, className: string, command: string): string => `"""The plugin by itself, with stand-ins for the printer: quick, and without a host."""

from ${section} import ${className}


class Reactor:
    def __init__(self):
        self.timers = []

    def monotonic(self):
        return 100.0

    def register_timer(self, callback, waketime):
        self.timers.append((callback, waketime))
        return callback

    def unregister_timer(self, timer):
        self.timers = [t for t in self.timers if t[0] != timer]


class Printer:
    def __init__(self):
        self.reactor = Reactor()
        self.handlers = {}
        self.commands = {}

    def get_reactor(self):
        return self.reactor

    def lookup_object(self, name):
        assert name == "gcode"
        return self

    def register_command(self, name, handler, desc=None):
        self.commands[name] = handler

    def register_event_handler(self, event, handler):
        self.handlers[event] = handler


class Config:
    error = ValueError

    def __init__(self, **options):
        self.printer = Printer()
        self.options = options

    def get_printer(self):
        return self.printer

    def get_name(self):
        return "${section}"

    def get(self, option, default=None):
        return self.options.get(option, default)

    def getfloat(self, option, default=None, minval=None):
        return float(self.options.get(option, default))


class Command:
    def __init__(self, **params):
        self.params = params
        self.answer = None

    def get(self, name, default=None):
        return self.params.get(name, default)

    def respond_info(self, text):
        self.answer = text


def test_command_sets_and_shows_the_note():
    config = Config(note="before")
    plugin = ${className}(config)
    run = config.printer.commands["${command}"]
    run(Command(TEXT="after"))
    shown = Command()
    run(shown)
    assert shown.answer == "note: after"
    assert plugin.get_status() == {"note": "after", "changes": 1, "ticks": 0}


def test_timer_runs_from_ready_to_disconnect():
    config = Config(interval=5)
    plugin = ${className}(config)
    config.printer.handlers["klippy:ready"]()
    callback, waketime = config.printer.reactor.timers[0]
    assert waketime == 105.0
    assert callback(105.0) == 110.0
    assert plugin.get_status()["ticks"] == 1
    config.printer.handlers["klippy:disconnect"]()
    assert config.printer.reactor.timers == []
`;

const CONFORMANCE_TEST = `"""The plugin in a printer: certified by kalico-hil, where it is installed."""

import pathlib
import shutil
import subprocess

import pytest

KALICO_HIL = shutil.which("kalico-hil")


@pytest.mark.skipif(KALICO_HIL is None, reason="the command kalico-hil is not on the PATH")
def test_conforms(tmp_path):
    root = pathlib.Path(__file__).resolve().parent.parent
    run = subprocess.run(
        [KALICO_HIL, "certify", str(root), "--effort", "quick", "--counter-examples", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
`;

const readme = (section: string, distribution: string, command: string): string => `# ${distribution}

Keeps a note for the printer and counts how often it was changed, for [Kalico](https://github.com/KalicoCrew/kalico).

## Install

In Kalico's environment, then restart it:

\`\`\`sh
~/klippy-env/bin/python -m pip install ${distribution}
\`\`\`

## Configure

\`\`\`ini
[${section}]
note: first layer looks good
#   The note at the start. Default: empty.
interval: 60
#   Seconds between two counts, at least 1. Default: 60.
\`\`\`

## Commands

- \`${command} [TEXT=<text>]\`: sets the note, and shows it.

## Status

\`printer.${section}\` has these keys:

- \`note\`: the text.
- \`changes\`: how often it was set.
- \`ticks\`: intervals since the start.

## Develop

\`python -m pytest\` tests it (\`python -m pip install pytest\` once), \`kalico-hil certify .\` certifies it in a simulated printer.
`;
