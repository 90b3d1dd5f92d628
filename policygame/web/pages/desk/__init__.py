"""The desk of a government: levers and treasury, what a draft would do, the world in tabs, and the end of a turn.

``page`` is the page; ``role`` what may be set, ``draft`` what is, ``money`` what it costs, ``worlds`` what it may lead to. Everything
is shown from one ``SeatView`` and sent as commands; no rule is kept here.
"""

from policygame.web.pages.desk.page import Desk

__all__ = ["Desk"]
