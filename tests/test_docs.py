"""The documentation is true: generated pages match their sources, examples run, names exist, links lead somewhere."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
from functools import cache, reduce
from pathlib import Path

import pytest
from typer.main import get_command

from policygame import docs, simulate
from policygame.catalogue import LEVERS, METRICS, SEGMENTS, STAGES
from policygame.cli.app import app
from policygame.docs.number_pages import parameter_uses
from policygame.model.model import PackagingModel
from policygame.resources import assets_dir
from policygame.scenario import Policy, PolicyError, ScenarioError, load_scenario, shipped_scenarios
from policygame.scenario.parameters import Parameters

ROOT = Path(__file__).resolve().parents[1]
FOLDER = assets_dir() / "docs"
WRITTEN = {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.md"))}
BLOCK = re.compile(r"^```(\w+)( wrong)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PLACE = re.compile(r"`([\w/]+\.py)(?:::([\w.]+))?`")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")

pages = cache(docs.pages)


def blocks(language: str, wrong: bool = False) -> list[tuple[str, str]]:
    """Page and text of every fenced block of a language."""
    return [
        (page, found[3])
        for page, text in WRITTEN.items()
        for found in BLOCK.finditer(text)
        if found[1] == language and bool(found[2]) == wrong
    ]


def test_the_pages_are_there():
    model = {"index.md", "odd.md", "seed-to-code.md", "reading-results.md", "scenario-format.md", "policy-lines.md"}
    expected = model | {"game.md", "hosting.md", "serving.md"}
    assert expected <= set(WRITTEN)


# --- generated pages ---


def test_generated_pages_match_their_sources():
    """Run ``python -m policygame.docs`` where this fails."""
    folder = docs.generated_dir()
    found = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    different = [name for name in pages().keys() | found.keys() if pages().get(name) != found.get(name)]
    assert different == [], "run python -m policygame.docs"


def test_check_tells_what_differs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(docs, "pages", pages)
    monkeypatch.setattr(docs, "generated_dir", lambda: tmp_path)
    (tmp_path / "old.md").write_text("a page of former times", encoding="utf-8")
    assert docs.main([]) == 0
    assert {file.name for file in tmp_path.iterdir()} == set(pages())
    assert docs.main(["--check"]) == 0
    (tmp_path / "words.md").write_text("edited by hand", encoding="utf-8")
    (tmp_path / "levers.md").unlink()
    (tmp_path / "old.md").write_text("again", encoding="utf-8")
    assert docs.main(["--check"]) == 1
    told = capsys.readouterr().err
    assert all(words in told for words in ("words.md differs", "levers.md is missing", "old.md is generated no more"))


def test_generated_pages_hold_every_word_and_number():
    assert all(f"\n## {lever}\n" in pages()["levers.md"] for lever in LEVERS)
    assert all(f"\n## {metric}\n" in pages()["metrics.md"] for metric in METRICS)
    assert all(f"`{word}`" in pages()["words.md"] for word in (*STAGES, *SEGMENTS))
    assert all(f"| `{name}` |" in pages()["parameters.md"] for name in Parameters.model_fields)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_scenario_page_has_one_row_for_every_number(name):
    scenario = load_scenario(name)
    numbers = [number for number in scenario.numbers() if not number.path.startswith(("parameters.", "links["))]
    tables = pages()[f"scenario-{name}.md"].split("## Links")[0].split("| number | value | unit | source |")[1:]
    labels = [[row.split(" | ")[0] for row in text.splitlines() if re.match(r"\| (?!---)", row)] for text in tables]
    assert sum(map(len, labels)) == len(numbers)
    assert all(len(set(own)) == len(own) for own in labels)


def test_every_parameter_is_read_by_a_rule():
    assert [name for name, uses in parameter_uses().items() if not uses] == []


# --- written pages ---


IN_ORDER = "tutorial.md"


@pytest.mark.parametrize(
    ("page", "code"), [b for b in blocks("python") if b[0] != IN_ORDER], ids=lambda value: value if value in WRITTEN else ""
)
def test_python_runs(page, code):
    exec(compile(code, page, "exec"), {"__name__": page.replace(".", "_")})  # the pages are the project's own


def test_the_tutorial_runs_from_its_beginning_to_its_end():
    names = {"__name__": "tutorial"}
    codes = [code for page, code in blocks("python") if page == IN_ORDER]
    assert len(codes) >= 8
    for code in codes:
        exec(compile(code, IN_ORDER, "exec"), names)


@pytest.mark.parametrize("text", [text for _, text in blocks("yaml")], ids=lambda text: re.findall(r"name: (.*)", text)[0])
def test_scenarios_load_and_run(text, tmp_path):
    file = tmp_path / "my-scenario.yaml"
    file.write_text(text, encoding="utf-8")
    scenario = load_scenario(file)
    quarters = 4
    result = simulate(scenario, seeds=[1, 2], quarters=quarters, metrics=["deliveries_kunits"])
    assert (result.array("deliveries_kunits", item="ai_accelerator") > 0.0).all()


def test_the_wrong_scenario_is_answered_as_told(tmp_path):
    ((page, text),) = blocks("yaml", wrong=True)
    file = tmp_path / "my-scenario.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(file)
    assert str(refused.value).replace(f"{tmp_path}/", "") in WRITTEN[page]


def test_policies_read_and_every_lever_has_an_example():
    policies = [Policy.parse(text) for _, text in blocks("policy")]
    assert all(Policy.parse(str(policy)) == policy for policy in policies)
    single = [policy.settings[0].lever for policy in policies if len(policy.settings) == 1]
    assert sorted(single) == sorted(LEVERS)


def test_the_wrong_policy_is_answered_as_told():
    ((page, text),) = blocks("policy", wrong=True)
    with pytest.raises(PolicyError) as refused:
        Policy.parse(text)
    assert str(refused.value) in WRITTEN[page]


COMMANDS = [shlex.split(line, comments=True) for _, text in blocks("sh") for line in text.splitlines()]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_exist(words):
    assert words[0] == "policygame"
    get_command(app).commands[words[1]].make_context(words[1], words[2:])


@pytest.mark.parametrize("page", WRITTEN)
def test_named_files_and_functions_exist(page):
    for path, name in PLACE.findall(WRITTEN[page]):
        candidates = [ROOT / path, ROOT / "policygame" / path, ROOT / "policygame/model" / path]
        file = next((file for file in candidates if file.is_file()), None)
        assert file is not None, f"{path} is no file"
        if name:
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            assert reduce(lambda at, step: getattr(at, step, None), name.split("."), importlib.import_module(module)), name


def test_the_seed_table_names_code_in_every_row():
    rows = [line for line in WRITTEN["seed-to-code.md"].splitlines() if line.startswith('| "')]
    assert len(rows) == 22
    assert all("::" in row.split("|")[3] for row in rows)


def test_the_description_names_every_parameter_and_every_phase():
    text = WRITTEN["odd.md"]
    words = set(re.findall(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b|\badjustment\b", text))
    assert [name for name in Parameters.model_fields if name not in words] == []
    called = re.findall(r"^        (\w+)\.(\w+)\(self\)$", inspect.getsource(PackagingModel.step), re.MULTILINE)
    assert len(called) == 7
    places = [text.index(f"`phases/{module}.py::{function}`") for module, function in called]
    assert places == sorted(places)


def anchors(text: str) -> set[str]:
    """Targets within a page: headings as code hosts name them, and stated ids."""
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    plain = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
    return plain | set(re.findall(r'<a id="([^"]+)">', text))


def test_links_lead_somewhere():
    everything = {FOLDER / name: text for name, text in WRITTEN.items()}
    everything |= {FOLDER / "generated" / name: text for name, text in pages().items()}
    targets = {file.resolve(): anchors(text) for file, text in everything.items()}
    broken = []
    for file, text in everything.items():
        for path, anchor in set(LINK.findall(text)):
            target = (file.parent / path).resolve() if path else file.resolve()
            if target not in targets or (anchor and anchor not in targets[target]):
                broken.append(f"{file.name}: {path}#{anchor}")
    assert broken == []
