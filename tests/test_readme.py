"""The README is true: its Python runs, its commands exist, its places are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from policygame.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SHELL = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
COMMANDS = [words for line in SHELL for words in [shlex.split(line, comments=True)] if words[0] == "policygame"]


def fewer(code: str) -> str:
    """The same code with fewer worlds and quarters."""
    return code.replace("range(512)", "range(2)").replace("quarters=44", "quarters=8")


@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_python_runs(code, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a block may write a file
    exec(compile(fewer(code), "README.md", "exec"), {})  # the README is the project's own
    assert capsys.readouterr().out


def test_the_first_blocks_are_the_two_commands_of_a_fresh_machine():
    setup, check = SHELL[:2]
    assert check == "bash tests/run.sh"
    assert (ROOT / "tests/run.sh").is_file()
    *_, started = setup.split("&&")
    program, *words = shlex.split(started)
    assert program == ".venv/bin/policygame"
    parsed(words)


def parsed(words: list[str]) -> None:
    """Parse the words of a command line without running it; an unknown command or option raises."""
    group = get_command(app)
    command = group.commands[words[0]]
    command.make_context(words[0], list(words[1:]))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_exist(words):
    parsed(words[1:])


def test_there_is_something_to_check():
    assert len(PYTHON) >= 3
    assert {words[1] for words in COMMANDS} == set(get_command(app).commands)


@pytest.mark.parametrize("place", re.findall(r"^\| `([^`]+)`", TEXT, re.MULTILINE))
def test_places_are_there(place):
    assert (ROOT / place).exists()
