"""The generated page of the shipped studies: every claim beside its source, what was found, and plainly where the model says otherwise.

Numbers come from the stored results, so that the page costs nothing to write; that they are of this model is tested elsewhere.
"""

from __future__ import annotations

from policygame.analysis import study_words as words
from policygame.analysis.findings import AS_SAID, HARDLY, OTHERWISE, UNTOLD
from policygame.analysis.studies import StudyResult, read_study, shipped_studies, stored_file
from policygame.docs.markdown import linked, table

__all__ = ["studies_page"]


def studies_page() -> str:
    """Every stored result of a shipped study."""
    lines = [
        "# Studies",
        "",
        "Written from `configs/experiments/*.study.json`. `policygame study NAME` runs one anew and prints the same; `--store` keeps it.",
        "How claims are declared and told is in [experiments](../experiments.md#studies). A verdict is about the sign, or about staying",
        "within what counts as none; how large an effect is stands in the numbers. Of twenty comparisons with nothing to find,",
        "one finds something by chance.",
    ]
    for name in shipped_studies():
        if stored_file(name).is_file():
            lines += _study(read_study(stored_file(name)))
    return "\n".join(lines)


def _study(found: StudyResult) -> list[str]:
    rows = [
        [one.claim, linked(one.source), words.expected_words(one), words.found_words(one), _verdict(one.verdict)]
        for one in found.findings
    ]
    lines = [
        "",
        f"## {found.title}",
        "",
        found.question,
        "",
        f"`policygame study {found.name}`: {words.about(found)}",
        "",
        words.verdicts(found),
        "",
        table(["claim", "source", "expected", "found, 95 % interval", "verdict"], rows),
        "",
        *_otherwise(found),
        "### Sources",
        "",
        *(_source(key, found) for key in found.sources),
    ]
    if found.effects:
        head, cells = words.effect_rows(found)
        note = f"Means of `{found.against}` and what each other arm changes; in brackets where the sign cannot be told."
        lines += ["", f"### What each arm changes against {found.against}", "", note, "", table(head, cells)]
    if found.influences:
        head = ["outcome", "quantity", "partial rank correlation", "95 % interval"]
        rest = f"The {words.STRONGEST} strongest of {found.quantities} for each outcome; all others held."
        lines += ["", "### What an outcome goes with", "", rest, "", table(head, words.influence_rows(found))]
    if found.limits:
        lines += ["", f"**What it cannot tell.** {found.limits}"]
    return lines


def _verdict(verdict: str) -> str:
    return f"**{verdict}**" if verdict in (HARDLY, OTHERWISE, UNTOLD) else verdict


def _source(key: str, found: StudyResult) -> str:
    source = found.sources[key]
    address = f" <{source.address}>" if source.address.startswith("http") and " " not in source.address else f" {source.address}"
    return f"* {linked(key)}: {source.cite}. {source.says}{address.rstrip()}"


def _otherwise(found: StudyResult) -> list[str]:
    """Where the model does not say what a source says, in sentences."""
    lines = []
    heads = ((OTHERWISE, "The model says otherwise"), (HARDLY, "The sign is right, the size next to nothing"))
    for verdict, head in (*heads, (UNTOLD, "The model cannot tell")):
        own = [one for one in found.findings if one.verdict == verdict]
        if own:
            lines += [f"**{head}:**", ""]
            lines += [f"* {one.claim} ({one.source}): {words.found_words(one)}." for one in own]
            lines += [""]
    if not lines and any(one.verdict == AS_SAID for one in found.findings):
        lines = ["The model says nowhere otherwise.", ""]
    return lines
