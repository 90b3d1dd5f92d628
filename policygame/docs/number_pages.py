"""Pages of numbers that stand by themselves: behavioural parameters, constants of the model's code, published figures."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import policygame.model
from policygame.docs.markdown import Row, number_text, source_text, table
from policygame.scenario import Figure, Scenario, figures
from policygame.scenario.figures import ids_in
from policygame.scenario.parameters import Parameters
from policygame.scenario.shape import shape_at

__all__ = ["figures_page", "parameter_uses", "parameters_page"]

MOST_USES = 6
"""How many places of use a figure's row names in a scenario; the rest are counted."""


def _sources() -> Iterator[tuple[str, ast.Module]]:
    """The modules of the model: path below ``policygame/model`` and syntax tree."""
    folder = Path(policygame.model.__file__).parent
    for file in sorted(folder.rglob("*.py")):
        yield file.relative_to(folder).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Top-level functions and methods, by name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{child.name}.")
        elif isinstance(child, ast.FunctionDef):
            yield f"{prefix}{child.name}", child


def parameter_uses() -> Mapping[str, list[str]]:
    """Parameter -> the functions of the model that read it."""
    found: dict[str, list[str]] = {name: [] for name in Parameters.model_fields}
    for file, tree in _sources():
        for function, node in _functions(tree):
            read = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and part.attr in found}
            for name in read:
                found[name].append(f"`{file}` {function}")
    return found


def _constants() -> Iterator[Row]:
    """Numbers that stand in the model's code with a sentence: name, value, meaning, file."""
    for file, tree in _sources():
        for statement, after in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(statement, ast.Assign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                target, value = statement.targets[0], statement.value
                if isinstance(target, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                    yield [f"`{target.id}`", number_text(value.value), str(after.value.value).replace("``", "`"), f"`{file}`"]


def parameters_page(scenarios: Sequence[Scenario]) -> str:
    """Every behavioural parameter: meaning, unit, bounds, use; then its value and source in every shipped scenario."""
    uses = parameter_uses()
    meanings: list[Row] = []
    values: list[Row] = []
    for name, info in Parameters.model_fields.items():
        shape = shape_at(("parameters", name))
        assert shape is not None
        assert shape.unit is not None
        unit = shape.unit
        bounds = unit.allowed.removesuffix(f" {unit.name}")
        meanings.append(
            [
                f"`{name}`",
                info.description or "",
                unit.name,
                bounds,
                "yes" if unit.varies else "no",
                "; ".join(uses[name]) or "not read by the model",
            ]
        )
        numbers = [getattr(scenario.parameters, name) for scenario in scenarios]
        values.append([f"`{name}`", *(f"**{number_text(n.value)}** {source_text(n)}" for n in numbers)])
    parts = [
        "# Parameters\n\nThe behavioural parameters, each declared once in `policygame/scenario/parameters.py`. A scenario gives "
        "every one of them a value and a source; where it says so, each world draws its own from a triangular distribution over "
        "the range, with its mode at the value. Files are those of `policygame/model`.\n",
        "## Meaning and use\n",
        table(["parameter", "meaning", "unit", "bounds", "may be drawn", "read in"], meanings),
        "## Values and sources\n",
        table(["parameter", *(f"`{scenario.name}`" for scenario in scenarios)], values),
        "## Constants in the code\n\nNumbers that no scenario sets. They are few, and change only with the model's version.\n",
        table(["constant", "value", "meaning", "file"], _constants()),
    ]
    return "\n".join(parts)


# --- figures ---


def figures_page(scenarios: Sequence[Scenario]) -> str:
    """Published figures that scenarios cite, with period, source, status and use; then the ids of those that none cites."""
    uses = {scenario.name: _figure_uses(scenario) for scenario in scenarios}
    used = [figure for figure in figures().values() if any(figure.id in found for found in uses.values())]
    rows = [[f'<a id="{f.id}"></a>`{f.id}`', _figure_words(f), f.period, f.source, f.status, _where(f.id, uses)] for f in used]
    unused = [figure for figure in figures().values() if figure not in used]
    parts = [
        "# Figures\n\nPublished figures that the shipped scenarios cite. The table with low and high of each, addresses, and the "
        "meaning of every status is `configs/figures`; its README tells the columns.\n",
        table(["figure", "what it says", "period", "source", "status", "used by"], rows),
        "## Kept, and not cited by a shipped scenario\n\nTo compare results with, or for scenarios to come.\n",
        table(
            ["figure", "what it says", "period", "source", "status"],
            ([f'<a id="{f.id}"></a>`{f.id}`', _figure_words(f), f.period, f.source, f.status] for f in unused),
        ),
    ]
    return "\n".join(parts)


def _figure_words(figure: Figure) -> str:
    return f"{figure.what}: {figure.value} {figure.unit}"


def _figure_uses(scenario: Scenario) -> Mapping[str, list[str]]:
    """Figure -> the numbers and dated decisions of a scenario that rest on it."""
    found: dict[str, list[str]] = {}
    for sourced in scenario.numbers():
        cited = [sourced.number.figure] if sourced.number.figure is not None else ids_in(sourced.number.derived or "")
        for name in dict.fromkeys(cited):
            found.setdefault(name, []).append(sourced.path)
    for government, decisions in scenario.history.items():
        for n, decision in enumerate(decisions):
            if decision.figure is not None:
                found.setdefault(decision.figure, []).append(f"history.{government}[{n}]")
    return found


def _where(name: str, uses: Mapping[str, Mapping[str, list[str]]]) -> str:
    words = []
    for scenario, found in uses.items():
        paths = found.get(name, [])
        if paths:
            more = f" and {len(paths) - MOST_USES} more" if len(paths) > MOST_USES else ""
            words.append(f"{scenario}: {', '.join(f'`{path}`' for path in paths[:MOST_USES])}{more}")
    return "; ".join(words)
