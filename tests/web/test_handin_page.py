"""A hand-in is checked on a page: genuine or not, what differs, who played against whom; what is no game is told in words."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request

from policygame.game import Game
from policygame.game.handin import game_file, read_game_file, seal_of
from policygame.game.play import play, read_plan
from policygame.game.points_so_far import so_far
from policygame.web import handin_page
from policygame.web.pages.score_cards import points_text

PLAN = "scenario first-game\nseed 7\nseat USA Ann\n2023Q1 packaging_rnd interposer_2_5d 60\nbot CHN subsidy-matcher\n"


@pytest.fixture(scope="module")
def file() -> str:
    return game_file(play(read_plan(PLAN), turns=2))


class Client:
    """Asks the page without a server."""

    def get(self) -> str:
        return bytes(handin_page.page(Request({"type": "http", "headers": []})).body).decode()

    def post(self, content: str | bytes) -> tuple[int, str]:
        body = content.encode() if isinstance(content, str) else content

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        request = Request({"type": "http", "method": "POST", "headers": []}, receive)
        with ThreadPoolExecutor(1) as thread:  # a browser of another test may hold this thread's event loop
            answer = thread.submit(lambda: asyncio.run(handin_page.take(request))).result()
        return answer.status_code, bytes(answer.body).decode()


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def test_a_genuine_file_is_scored_and_its_rivals_are_named(client: Client, file: str) -> None:
    assert 'type="file"' in client.get()
    status, text = client.post(file)
    assert status == 200
    for words in ("Genuine.", "All 2 resolved turns follow", "Ann (United States)", "China: subsidy-matcher", "2 of 12"):
        assert words in text, words
    game = Game.of(read_game_file(file))
    points = so_far(game.scenario, 7, game.decisions, "USA", 2).total
    assert f"{points_text(points)} points" in text


def test_another_name_is_found_out(client: Client, file: str) -> None:
    other = file.replace("Ann", "Bob")
    assert (seal_of(file), seal_of(other)) == ("whole", "changed")
    _status, text = client.post(other)
    assert "Not genuine." in text
    assert "names of players among them" in text
    assert "points" not in text


def test_another_decision_names_the_number_that_differs(client: Client, file: str) -> None:
    _status, text = client.post(file.replace("interposer_2_5d 60", "interposer_2_5d 90"))
    assert "Not genuine." in text
    assert "its results do not follow from the decisions" in text
    assert "in the file," in text
    assert "Outlay, M USD / quarter: " in text
    assert "outlay_musd" not in text


def test_a_file_of_an_earlier_version_is_read_without_a_digest(client: Client, file: str) -> None:
    start = file.index('"digest"')
    old = file[:start] + file[file.index('"events"') :]
    assert seal_of(old) == "none"
    _status, text = client.post(old)
    assert "Genuine." in text
    assert "name in it is not checked" in text


@pytest.mark.parametrize("content", [b"", b"{}", b"<script>alert(1)</script>", b"\xff\xfe"])
def test_what_is_no_game_is_told_in_words(client: Client, content: bytes) -> None:
    status, text = client.post(content)
    assert status == 200
    assert "This is no file of a game." in text
    assert "<script>" not in text
