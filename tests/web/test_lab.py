"""The Lab: a result set is opened by its name, filtered, compared and exported, and its numbers are those of the files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pandas as pd
import pytest
from browsing import tab
from every_page import CALM, drawn
from playing import Program, serving
from playwright.sync_api import Browser
from result_sets import result_set

from policygame.experiment import load_results
from policygame.experiment.folder import FolderError
from policygame.experiment.shelf import Shelf
from policygame.web.text import number

WEIGHT = "parameters.location_weight"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds one result set, and beside it a folder that nobody named."""
    folder = tmp_path_factory.mktemp("lab")
    out = result_set(folder / "named" / "small")
    (folder / "secret").symlink_to(out)
    (folder / "named" / "elsewhere").symlink_to(out)
    return folder / "named"


@pytest.fixture(scope="module")
def program(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with serving(tmp_path_factory.mktemp("games"), results) as running:
        yield running


@pytest.mark.slow
def test_a_set_is_opened_filtered_compared_and_exported(browser: Browser, program: Program, results: Path) -> None:
    with tab(browser, program.address, **CALM) as seen:
        page = seen.page
        page.get_by_role("link", name="Lab").click()
        page.get_by_role("link", name="Open small").click()
        page.get_by_role("heading", name="72 runs are kept by the filter.").wait_for()
        page.get_by_label(f"{WEIGHT}, to").fill("8")
        page.get_by_label("Over time").select_option(label="Outlay, government:USA, packaging_grant")
        page.get_by_label("Outcome").select_option("spent")
        page.get_by_role("button", name="Show").click()

        table = load_results(results / "small").table
        kept = table[table[WEIGHT] <= 8]
        assert 0 < len(kept) < 72
        page.get_by_role("heading", name=f"{len(kept)} runs are kept by the filter.").wait_for()
        drawn(page)

        series = load_results(results / "small").series(["outlay_musd"], kept["run"].tolist())
        last = series[series["quarter"] == "2023Q2"].merge(kept[["run", "arm"]], on="run")
        over_time = page.locator("section").filter(has=page.get_by_role("heading", name="Over time"))
        over_time.locator("summary").click()
        cells = over_time.locator("tbody tr").last.locator("td").all_inner_texts()
        for at, arm in enumerate(("USA=history", "USA=whole-chain")):
            values = last[last["arm"] == arm]["value"]
            assert cells[1 + 2 * at] == number(values.median())
            assert cells[2 + 2 * at] == f"{number(values.quantile(0.05))} to {number(values.quantile(0.95))}"
        means = kept.groupby(kept["arm"].astype(str))["spent"].mean()
        ranking = page.locator("section").filter(has=page.get_by_role("heading", name="Which arm is best"))
        for arm, mean in means.items():
            assert ranking.locator("tr").filter(has_text=str(arm)).locator("td").first.inner_text() == number(mean)

        with page.expect_download() as download:
            page.get_by_role("link", name="These runs as CSV").click()
        exported = pd.read_csv(download.value.path())
        expected = kept.sort_values("run", ignore_index=True).astype({"arm": str, "lever.USA": str})
        pd.testing.assert_frame_equal(
            exported.astype({"arm": str, "lever.USA": str}), expected, check_exact=True, check_dtype=False
        )

        page.get_by_label(f"{WEIGHT}, to").fill("many")
        page.get_by_role("button", name="Show").click()
        page.get_by_role("alert").filter(has_text="a number like 0.5 is wanted; found many").wait_for()
        assert page.get_by_role("heading", name=f"{len(kept)} runs are kept by the filter.").is_visible()
        seen.settle()


def ask(program: Program, path: str) -> tuple[int, str]:
    """The status and the text of an answer."""
    try:
        with urlopen(program.address + path) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("name", ["../secret", "secret", "elsewhere", "/etc", "..", "small/../small", "small\0"])
def test_a_forged_name_opens_nothing(program: Program, name: str) -> None:
    for file in ("runs.csv", "report.html"):
        status, text = ask(program, f"/lab/{quote(name, safe='')}/{file}")
        # a name with a slash in it is the address of a page, which then says that there is no such set
        assert status == 404 or ("/" in name and "<html" in text)
        assert "run,point" not in text


@pytest.mark.parametrize(
    "query",
    ["arm=nobody", "range=1~2~no.such", f"range=nan~2~{WEIGHT}", f"range=9~2~{WEIGHT}", "range=1", f"range=a~b~{WEIGHT}"],
)
def test_a_filter_that_the_set_does_not_have_is_refused_in_words(program: Program, query: str) -> None:
    status, text = ask(program, f"/lab/small/runs.csv?{query}")
    assert status == 400
    assert text
    assert "Traceback" not in text


def test_the_files_are_those_of_the_set(program: Program, results: Path) -> None:
    _status, text = ask(program, "/lab/small/runs.csv?arm=USA%3Dhistory")
    assert len(pd.read_csv(io.StringIO(text))) == 36
    assert ask(program, "/lab/small/report.html")[0] == 404
    (results / "small" / "report.html").write_text("<p>A report", encoding="utf-8")
    assert ask(program, "/lab/small/report.html") == (200, "<p>A report")


def test_a_folder_that_is_not_there_is_told_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"does not exist; name the folder of a result set"):
        Shelf([tmp_path / "nowhere"])
    assert Shelf([tmp_path]).entries() == []
