"""What an experiment file may say: the pydantic schema, section by section.

Uncertainties, levers, outcomes and design, in the words of exploratory modelling (XLRM); the model is a scenario. What the parts must
keep together is in ``checks``, reading files in ``loading``; what an experiment comes to, run by run, in ``plan``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from policygame.catalogue import METRICS
from policygame.experiment.study import Study
from policygame.scenario.problems import MismatchError, quoted
from policygame.scenario.schema import OneOf, QuarterText, Section

__all__ = [
    "HISTORY",
    "METHODS",
    "OTHERS",
    "SPREADS",
    "Amount",
    "Design",
    "Experiment",
    "Method",
    "Outcome",
    "Seeds",
    "Series",
    "Spread",
    "Uncertainty",
]

HISTORY = "history"
"""What a government follows that does as the scenario records."""
OTHERS = "others"
"""Stands for every government that an arm does not name."""

MOST_POINTS = 10_000_000
MOST_SEEDS = 1_000_000
LARGEST_FIRST_SEED = 10**17
"""So that no seed of an experiment passes the largest that a world may have, and a file can state it."""
RESERVED = ("run", "point", "arm", "replicate", "seed")
"""Columns of ``runs.parquet`` that no outcome, amount or table column may be called."""

SPREADS = ("uniform", "loguniform", "triangular", "choice", "fitted")
Method = Literal["replicates", "full_factorial", "latin_hypercube", "sobol", "morris", "table"]
METHODS: dict[str, tuple[str, ...]] = {
    "replicates": (),
    "full_factorial": ("levels",),
    "latin_hypercube": ("points", "seed"),
    "sobol": ("points", "seed", "second_order"),
    "morris": ("trajectories", "levels", "seed"),
    "table": ("rows", "file"),
}
"""Every method with the options that it takes."""


def _identifier(word: str) -> str:
    if not word.isidentifier() or word.lower() != word or len(word) > 60 or word in RESERVED:
        raise MismatchError(
            f"the name {quoted(word)}", f"lower-case letters, digits and _, at most 60, and none of {', '.join(RESERVED)}"
        )
    return word


Name = Annotated[str, AfterValidator(_identifier)]
MetricId = Annotated[str, OneOf("metric", tuple(name for name, metric in METRICS.items() if not metric.on_demand))]


class Spread(Section):
    """How a quantity is spread: exactly one of five ways, or none of them for the range that the scenario states."""

    uniform: tuple[float, float] | None = Field(None, description="[lowest, highest], all equally likely")
    loguniform: tuple[float, float] | None = Field(
        None, description="[lowest, highest], both above 0, equal ratios equally likely"
    )
    triangular: tuple[float, float, float] | None = Field(None, description="[lowest, most likely, highest]")
    choice: tuple[float, ...] | None = Field(None, description="values, all equally likely")
    fitted: bool | None = Field(None, description="true: as the draws of the scenario's posterior are spread")

    @property
    def kind(self) -> str | None:
        """The way that is given, or None."""
        return next((name for name in SPREADS if getattr(self, name) is not None), None)

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers that stand behind it; none for ``fitted`` and where nothing is given."""
        given: Any = None if self.kind in (None, "fitted") else getattr(self, str(self.kind))
        return () if given is None else tuple(map(float, given))

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in SPREADS if getattr(self, name) is not None]
        if len(given) > 1:
            raise MismatchError(" and ".join(given), f"one of {', '.join(SPREADS)}", (given[1],))
        if self.fitted is False:
            raise MismatchError("fitted: false", "fitted: true, or another way", ("fitted",))
        if not given or self.fitted:
            return self
        values = self.values
        if not all(abs(value) < 1e300 for value in values):
            raise MismatchError("a number that is not finite", "finite numbers", (given[0],))
        if self.choice is not None:
            if not values or len(set(values)) < len(values):
                raise MismatchError("no values" if not values else "a value twice", "at least one value, each once", ("choice",))
        elif not values[0] < values[-1] or list(values) != sorted(values):
            words = "[lowest, most likely, highest]" if self.triangular is not None else "[lowest, highest]"
            raise MismatchError(" to ".join(f"{value:g}" for value in values), f"{words} in this order", (given[0],))
        if self.loguniform is not None and values[0] <= 0.0:
            raise MismatchError(f"{values[0]:g}", "numbers above 0", ("loguniform",))
        return self


class Uncertainty(Spread):
    """How a number of the scenario is spread; for a built-in ``capacity.STAGE`` also when its factor holds."""

    start: QuarterText | None = Field(None, description="first quarter in which a factor on capacity holds")
    end: QuarterText | None = Field(None, description="last quarter in which a factor on capacity holds")


class Amount(Spread):
    """A lever whose amount the design samples: one line of a policy, with X where the amount stands."""

    government: str = Field(description="government whose policy it joins")
    line: str = Field(description="a line of a policy with X for the amount")


class Outcome(Section):
    """One number that is kept of every run: a series of a metric, reduced over time."""

    metric: MetricId
    entity: str = "world"
    item: str = ""
    at: QuarterText | None = Field(None, description="the quarter whose value is kept")
    reduce: Literal["last", "mean", "sum", "min", "max"] | None = Field(None, description="what is made of the quarters")
    start: QuarterText | None = Field(None, description="first quarter that counts")
    end: QuarterText | None = Field(None, description="last quarter that counts")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.at is not None:
            for other in ("reduce", "start", "end"):
                if getattr(self, other) is not None:
                    raise MismatchError(f"'at' beside '{other}'", "either 'at', or 'reduce' with 'start' and 'end'", (other,))
        return self


class Series(Section):
    """A metric that is kept quarter by quarter; without ``entities`` or ``items``: all of them."""

    metric: MetricId
    entities: tuple[str, ...] | None = Field(None, min_length=1)
    items: tuple[str, ...] | None = Field(None, min_length=1)


class Design(Section):
    """Which points of the uncertainties and amounts are run."""

    method: Method = "replicates"
    points: int | None = Field(None, ge=1, le=MOST_POINTS, description="points of a Latin hypercube; base points of Sobol'")
    levels: int | None = Field(None, ge=2, le=1000, description="values of each uncertainty")
    trajectories: int | None = Field(None, ge=1, le=MOST_POINTS, description="walks of Morris' method")
    second_order: bool | None = Field(None, description="whether Sobol' indices of pairs can be had")
    seed: int | None = Field(None, ge=0, le=LARGEST_FIRST_SEED, description="seed of the points, not of the worlds")
    rows: tuple[dict[str, Any], ...] | None = Field(None, min_length=1, description="points, one mapping each")
    file: str | None = Field(None, description="a CSV file with a column for each quantity")

    @model_validator(mode="after")
    def _options(self) -> Self:
        allowed = METHODS[self.method]
        for name in type(self).model_fields:
            if name != "method" and name not in allowed and getattr(self, name) is not None:
                raise MismatchError(f"'{name}' with {self.method}", ", ".join(allowed) or "no option", (name,))
        needed = {"latin_hypercube": "points", "sobol": "points", "morris": "trajectories"}.get(self.method)
        if needed is not None and getattr(self, needed) is None:
            raise MismatchError(f"{self.method} without '{needed}'", f"'{needed}: a whole number'")
        if self.method == "table" and (self.rows is None) == (self.file is None):
            raise MismatchError("both rows and a file" if self.rows else "a table without rows", "either 'rows' or 'file'")
        if self.method == "sobol" and self.points is not None and self.points & (self.points - 1):
            raise MismatchError(f"{self.points}", "a power of two (256, 512, 1024 ...): others lose the balance", ("points",))
        if self.method == "morris" and self.levels is not None and self.levels % 2:
            raise MismatchError(f"{self.levels}", "an even number of levels (4 is usual)", ("levels",))
        return self


class Seeds(Section):
    """The worlds of every point and arm: ``n`` seeds from ``first`` on."""

    n: int = Field(1, ge=1, le=MOST_SEEDS, description="worlds of each point in each arm")
    first: int = Field(1, ge=0, le=LARGEST_FIRST_SEED, description="first seed")
    arms: Literal["common", "nested"] = Field("common", description="whether all arms see the same worlds")
    points: Literal["common", "nested"] = Field("common", description="whether all points see the same worlds")


def _nothing_is_empty(value: Any) -> Any:
    return {} if value is None else value


class Experiment(Section):
    """A whole experiment. What its parts must keep together is checked in ``checks``."""

    format: Literal[1] = Field(description="version of this format")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$", description="2 to 64 lower-case letters, digits and hyphens")
    title: str
    question: str = Field("", description="what the experiment is to answer")
    scenario: str = Field(description="a shipped scenario, or the path of a file from here")
    horizon: QuarterText | None = Field(None, description="last quarter that is run")
    uncertainties: dict[str, Annotated[Uncertainty, BeforeValidator(_nothing_is_empty)]] = Field({})
    levers: dict[str, tuple[str, ...]] = Field({}, description="per government the bots, files and lines that are crossed")
    arms: dict[str, dict[str, str]] = Field({}, description="per arm what each government does")
    amounts: dict[Name, Amount] = Field({}, description="levers whose amount the design samples")
    outcomes: dict[Name, Outcome] = Field(min_length=1)
    keep: Literal["outcomes", "quarterly"] = "outcomes"
    series: tuple[Series, ...] | None = Field(None, min_length=1, description="what is kept quarter by quarter")
    design: Design = Design()
    seeds: Seeds = Seeds()
    study: Study | None = Field(None, description="claims that the results are to tell, with their sources")

    @model_validator(mode="after")
    def _series_are_kept(self) -> Self:
        if self.series is not None and self.keep != "quarterly":
            raise MismatchError("'series' without 'keep: quarterly'", "'series' beside 'keep: quarterly'", ("series",))
        return self
