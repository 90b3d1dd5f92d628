"""A browser that lies: it says over its page's own socket what no page of the program says, or has a page press what it does not show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from browsing import Tab, tab
from playing import PATIENCE_MS
from playwright.sync_api import Browser, Locator, Page, WebSocket

_KEEP_SOCKETS = """
window.sockets = [];
window.closings = [];
window.WebSocket = class extends window.WebSocket {
  constructor(...given) {
    super(...given);
    window.sockets.push(this);
    this.addEventListener("close", (event) => window.closings.push(event.code));
  }
};
"""
_PRESS = """
(root, [act, value]) => {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.act = act;
  button.dataset.value = value;
  root.append(button);
  button.click();
  button.remove();
}
"""


@dataclass
class Liar:
    """A tab that holds a seat; ``sent`` is what its page said, ``sockets`` where to."""

    seen: Tab
    sent: list[dict[str, Any]] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.seen.page

    def listen(self) -> None:
        self.page.add_init_script(_KEEP_SOCKETS)
        self.page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets.append(socket.url)
        socket.on("framesent", lambda frame: self.sent.append(json.loads(frame)))

    def said(self, event: str) -> dict[str, Any]:
        """The last message with an event of this name that the page sent."""
        return next(one for one in reversed(self.sent) if event_of(one).get("event") == event)

    def say(self, text: str) -> None:
        """Send a text over the page's own socket."""
        self.page.evaluate("(text) => window.sockets.at(-1).send(text)", text)


def event_of(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event of a widget that a message carries; an empty one where it carries none."""
    data = message["content"].get("data", {})
    found: Mapping[str, Any] = data.get("content", {}) if isinstance(data, dict) else {}
    return found


def forged(message: Mapping[str, Any], content: Any) -> str:
    """A message as a page sends it to the same widget, with other content."""
    copy = json.loads(json.dumps(message))
    copy["header"]["msg_id"] = str(uuid4())
    copy["content"]["data"]["content"] = content
    return json.dumps(copy)


def press(within: Locator, act: str, value: str = "") -> None:
    """Press a button that the page does not show: ``within`` is anything that reports what is pressed inside."""
    within.first.evaluate(_PRESS, [act, value])


@contextmanager
def lying(browser: Browser, address: str, code: str, token: str | None, path: str = "") -> Iterator[Liar]:
    """A browser with the seat that a token gives, on a page of the game; its tab can be made to lie."""
    with tab(browser, "about:blank") as seen:
        liar = Liar(seen)
        liar.listen()
        seen.page.set_default_timeout(PATIENCE_MS)
        if token is not None:
            seen.page.context.add_cookies([{"name": f"policygame-seat-{code}", "value": token, "url": address}])
        seen.page.goto(f"{address}/play/{code}{path}")
        seen.page.locator("main#main").wait_for()
        yield liar
