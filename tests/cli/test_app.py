"""The command line as a whole: help read from the catalogues, completion, versions, and what becomes of bugs."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import policygame.cli.options as options
from policygame.bots import BOTS
from policygame.catalogue import INTEGRATIONS, JURISDICTIONS, METRICS, STAGES
from policygame.cli.app import app

PIPED = [
    ("words", "levers", "--json"),
    ("--help",),
    ("run", "first-game", "--worlds", 2, "--quarters", 6, "--out", "out"),
]
COMMANDS = (
    "run",
    "batch",
    "analyze",
    "report",
    "study",
    "search",
    "backtest",
    "bots",
    "calibrate",
    "validate",
    "scenarios",
    "search",
    "words",
    "cost",
    "bench",
)
OF_GAMES = ("play", "replay", "games", "export", "import", "backup", "restore")


def plain(text: str) -> str:
    """Help as one line, without the frames around it."""
    return re.sub(r"[\s│╭╮╰╯─]+", " ", text)


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERMINAL_WIDTH", "200")


@pytest.mark.parametrize("command", [*COMMANDS, *OF_GAMES])
def test_every_command_has_help_and_json(call, command):
    assert command in call("--help").stdout
    outcome = call(command, "--help")
    assert outcome.exit_code == 0
    assert "--json" in outcome.stdout


def test_the_help_of_run_is_read_from_the_catalogues(call):
    text = plain(call("run", "--help").stdout)
    for word in (*BOTS, *JURISDICTIONS, *STAGES, "STAGE=FACTOR@FIRST:LAST"):
        assert word in text


def test_the_help_of_cost_is_read_from_the_catalogue(call):
    assert ", ".join(INTEGRATIONS) in plain(call("cost", "--help").stdout)


def test_no_command_shows_the_help(call):
    assert "run" in call().output


def test_the_version(call):
    assert re.fullmatch(r"policygame \d+\.\d+\.\d+\n", call("--version").stdout)


def test_a_bug_shows_its_traceback(call, monkeypatch):
    monkeypatch.setattr("policygame.scenario.load_scenario", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call("run", "first-game")


def test_an_interrupt_is_exit_code_130(call, monkeypatch):
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("policygame.scenario.load_scenario", interrupted)
    outcome = call("run", "first-game")
    assert (outcome.exit_code, outcome.stdout) == (130, "")
    assert "interrupted" in outcome.stderr


def test_completion_of_words():
    assert options.complete_scenario("ai-") == ["ai-surge-2023"]
    assert "USA=" in options.complete_policy("U")
    assert options.complete_policy("USA=whole") == ["USA=whole-chain"]
    assert options.complete_change("hb") == ["hbm="]
    assert options.complete_metrics("fill_rate,hhi_pack") == ["fill_rate,hhi_packaging"]
    assert options.complete_metrics("") == list(METRICS)


def test_the_shell_is_served():
    environment = {"_POLICYGAME_COMPLETE": "complete_bash", "COMP_WORDS": "policygame sc", "COMP_CWORD": "1", "PATH": "/usr/bin"}
    program = "import sys; sys.argv[0] = 'policygame'; from policygame.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["scenarios"], done.stderr


def test_output_into_a_closed_pipe_is_no_traceback(start):
    process = start("words", "metrics")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0


@pytest.mark.parametrize("words", PIPED, ids=lambda words: words[0])
def test_a_reader_that_stops_early_changes_nothing(start, tmp_path, words):
    process = start(*words)
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    assert (tmp_path / "out" / "results.parquet").exists() == ("--out" in words)


def test_a_mistake_keeps_its_exit_code_when_nobody_reads(start, tmp_path):
    process = start("validate", "missing.yaml")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 2


def test_an_interrupt_while_modules_are_imported_is_told_in_words():
    program = (
        "import sys, policygame.cli\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'policygame.cli.app': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "policygame.cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "policygame: interrupted; no half-written file is left.\n"


def test_every_command_is_here():
    assert {command.name for command in app.registered_commands} == {*COMMANDS, *OF_GAMES, "serve"}
