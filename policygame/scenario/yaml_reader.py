"""A scenario file as a tree of nodes that know their line and column, read without trusting the file.

Only what a scenario needs of YAML is read: one document of mappings, lists and plain values. Tags are refused, size,
depth and the number of values are limited (aliases count as often as they are used), keys may not repeat. Plain words
follow YAML 1.2: ``true`` and ``false`` alone are booleans (``NO`` is a word), ``2022Q1`` and dates are texts, ``1e3``
is a number. What the tree should say is not known here.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, TypeAlias

import yaml

from policygame.scenario.problems import MOST_PROBLEMS, Path, Place, Problem, quoted

__all__ = ["MOST_BYTES", "MOST_NESTING", "MOST_NODES", "Node", "describe", "follow", "plain", "read_file", "read_text"]

MOST_BYTES = 4_000_000
MOST_NODES = 100_000
MOST_NESTING = 32

Scalar = str | int | float | bool | None
Value: TypeAlias = "Scalar | dict[str, Node] | list[Node]"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+(?:_[0-9]{3})*")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:_[0-9]{3})*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file: ``place`` is where it stands, ``key`` where its key stands, ``text`` a plain value as written."""

    value: Value
    place: Place
    key: Place | None = None
    text: str = ""

    @property
    def where(self) -> Place:
        """The place to show for this node: a plain value's own, else that of the key that introduces the mapping or list."""
        return self.key if self.key is not None and isinstance(self.value, dict | list) else self.place


class _UnreadableError(Exception):
    """Nothing after this problem can be read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def read_file(file: FilePath, kind: str = "scenario") -> tuple[Node | None, list[Problem]]:
    """The tree of a file (None if it cannot be read at all) and what is wrong with its writing. ``kind`` names it in problems."""
    name = str(file)
    try:
        return read_text(_decoded(_bytes(file, kind), name), name)
    except _UnreadableError as unreadable:
        return None, [unreadable.problem]


def read_text(text: str, name: str) -> tuple[Node | None, list[Problem]]:
    """The tree of a text that is called ``name`` in problems."""
    builder = _Builder(name)
    try:
        root = builder.tree(_events(text, name))
    except _UnreadableError as unreadable:
        return None, [*builder.problems, unreadable.problem]
    return root, builder.problems


def plain(node: Node) -> Any:
    """The tree without places: dicts, tuples and plain values."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return tuple(plain(child) for child in node.value)
    return node.value


def follow(node: Node, path: Path) -> Node:
    """The node at an address, or the last one on the way to it."""
    for step in path:
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            break
    return node


def describe(node: Node) -> str:
    """What stands there, in a few words."""
    value = node.value
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if value is None:
        return "nothing (null)"
    return node.text if len(node.text) <= 40 else f"{node.text[:37]}..."


def _bytes(file: FilePath, kind: str) -> bytes:
    name = str(file)

    def refuse(found: str, allowed: str) -> _UnreadableError:
        return _UnreadableError(Problem(name, None, None, "", found, allowed))

    try:
        status = os.stat(file)
        if stat.S_ISDIR(status.st_mode):
            raise refuse("a directory", f"{_a(kind)} file")
        if not stat.S_ISREG(status.st_mode):
            raise refuse("something that is no ordinary file", f"{_a(kind)} file")
        if status.st_size > MOST_BYTES:
            raise refuse(f"a file of {status.st_size / 1e6:,.1f} MB", f"at most {MOST_BYTES / 1e6:g} MB")
        with open(file, "rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise refuse("no such file", f"the path of {_a(kind)} file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise refuse(f"a file that cannot be read ({reason})", f"a readable {kind} file") from None
    if len(content) > MOST_BYTES:
        raise refuse("a file that grows while it is read", f"at most {MOST_BYTES / 1e6:g} MB")
    return content


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        found = f"the byte 0x{content[error.start]:02x}, which is not UTF-8"
        raise _UnreadableError(Problem(name, line, column, "", found, "text in UTF-8")) from None


def _events(text: str, name: str) -> Iterator[Any]:
    """The parser's events; a syntax error is raised as a problem."""
    loader = None
    try:
        loader = _Loader(text)
        while loader.check_event():
            yield loader.get_event()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, (error.problem, error.context)))
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        tab = "; indent with spaces, not tabs" if "\t" in _line(text, line)[:column] else ""
        raise _UnreadableError(Problem(name, line, column, "", f"a mistake in the writing: {reason}", f"YAML{tab}")) from None
    except yaml.YAMLError as error:  # a character that no text file holds
        position = getattr(error, "position", None) or 0
        character = getattr(error, "character", None)
        code = ord(character) if isinstance(character, str) else character
        line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        found = "a character that does not print" + ("" if code is None else f" (code {code:#06x})")
        raise _UnreadableError(Problem(name, line, column, "", found, "text")) from None
    finally:
        if loader is not None:
            loader.dispose()


def _line(text: str, number: int) -> str:
    """A line of a text, counted from 1; empty beyond the end."""
    lines = text.split("\n", number)
    return lines[number - 1] if len(lines) >= number else ""


@dataclass
class _Open:
    """A mapping or list whose end has not been read yet."""

    value: dict[str, Node] | list[Node]
    place: Place
    anchor: str | None
    first: int
    key: tuple[str, Place] | None = None
    skipped: bool = False


@dataclass
class _Builder:
    """Builds the tree from events, with a stack of its own, so that no file can exhaust Python's."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    count: int = 0
    root: Node | None = None

    def tree(self, events: Iterator[Any]) -> Node | None:
        for event in events:
            place = Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)
            if len(self.problems) >= MOST_PROBLEMS:
                raise _UnreadableError(self.problems.pop())
            if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                raise _UnreadableError(Problem.at(place, (), "a second document", "one document in a file"))
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._open(event, place)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._close()
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event, place)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event, place)
        return self.root

    @property
    def path(self) -> Path:
        steps: list[str | int] = []
        for frame in self.stack:
            if isinstance(frame.value, list):
                steps.append(len(frame.value))
            elif frame.key is not None:
                steps.append(frame.key[0])
        return tuple(steps)

    def _open(self, event: Any, place: Place) -> None:
        self._tag(event, place)
        self._count(1, place)
        if len(self.stack) >= MOST_NESTING:
            raise _UnreadableError(
                Problem.at(place, (), f"values nested more than {MOST_NESTING} deep", f"at most {MOST_NESTING} levels")
            )
        is_key = bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None
        if is_key:
            raise _UnreadableError(Problem.at(place, self.path, "a mapping or list as a key", "a word as a key"))
        value: dict[str, Node] | list[Node] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(value, place, event.anchor, self.count))

    def _close(self) -> None:
        frame = self.stack.pop()
        self._add(Node(frame.value, frame.place), frame.anchor, self.count - frame.first + 1)

    def _scalar(self, event: Any, place: Place) -> None:
        self._tag(event, place)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            frame.key = (event.value, place)
            frame.skipped = event.value in frame.value
            if frame.skipped:
                first = frame.value[event.value].key
                line = f" (first in line {first.line})" if first else ""
                self.problems.append(Problem.at(place, self.path, f"the key {quoted(event.value)} again{line}", "each key once"))
            return
        self._count(1, place)
        value = event.value if event.style else _resolved(event.value)
        self._add(Node(value, place, text=event.value), event.anchor, 1)

    def _alias(self, event: Any, place: Place) -> None:
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise _UnreadableError(Problem.at(place, self.path, f"the alias *{event.anchor} as a key", "a word as a key"))
        if event.anchor not in self.anchors:
            found = f"the alias *{event.anchor[:40]}, whose anchor is not complete before it"
            raise _UnreadableError(Problem.at(place, self.path, found, "an alias of an anchor that stands earlier"))
        node, size = self.anchors[event.anchor]
        self._count(size, place)
        self._add(replace(node, place=place, key=None), None, size)

    def _add(self, node: Node, anchor: str | None, size: int) -> None:
        if self.stack:
            frame = self.stack[-1]
            if isinstance(frame.value, list):
                frame.value.append(node)
            else:
                assert frame.key is not None
                name, key = frame.key
                node = replace(node, key=key)
                if not frame.skipped:
                    frame.value[name] = node
                frame.key = None
        else:
            self.root = node
        if anchor is not None:
            self.anchors[anchor] = (node, size)

    def _count(self, more: int, place: Place) -> None:
        self.count += more
        if self.count > MOST_NODES:
            found = f"more than {MOST_NODES:,} values" + (" (each alias repeats what it stands for)" if self.anchors else "")
            raise _UnreadableError(Problem.at(place, (), found, f"at most {MOST_NODES:,} values in a file"))

    def _tag(self, event: Any, place: Place) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problems.append(Problem.at(place, self.path, f"the tag {quoted(tag)}", "plain values without tags"))


def _resolved(text: str) -> Scalar:
    """The value of a word without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 400:
        return text
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
