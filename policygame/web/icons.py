"""The few pictures of the pages, drawn with lines in the colour of the text beside them. Each is mute: words stand next to it."""

from __future__ import annotations

from policygame.web.markup import Markup, el

__all__ = ["ICONS", "icon", "mark"]

ICONS: dict[str, tuple[str, str]] = {
    "clock": ("16", '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.5V8l2.4 1.6"/>'),
    "expand": ("16", '<path d="M9.5 2H14v4.5M14 2 9 7M6.5 14H2V9.5M2 14l5-5"/>'),
    "check": ("16", '<path d="m3 8.5 3.2 3.2L13 4.8"/>'),
    "play": ("12", '<path d="M2.5 1.2 10.5 6l-8 4.8z" fill="currentColor" stroke="none"/>'),
    "pause": ("12", '<path d="M2 1h3v10H2zM7 1h3v10H7z" fill="currentColor" stroke="none"/>'),
    "moon": ("16", '<path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z"/>'),
    "bot": ("16", '<rect x="2.5" y="5.5" width="11" height="7.5" rx="2"/><path d="M8 5.5V2.5M5.7 9h.01M10.3 9h.01"/>'),
    "person": ("16", '<circle cx="8" cy="5" r="2.7"/><path d="M2.8 14c.4-3 2.5-4.4 5.2-4.4s4.8 1.4 5.2 4.4"/>'),
    "undo": ("16", '<path d="M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6"/>'),
    "decide": ("24", '<path d="M4 7h9M17 7h3M4 16h3M11 16h9"/><circle cx="15" cy="7" r="2.2"/><circle cx="9" cy="16" r="2.2"/>'),
    "effect": ("24", '<path d="M3 18c5 0 6-9 10-9s4 3 8 3M13 9c3 1 4 7 8 8"/>'),
    "world": ("24", '<path d="M4 6c6 0 6 6 16 6M4 18c6 0 6-6 16-6M4 12h16"/>'),
    "news": ("24", '<path d="M5 5h14v14H5zM8 9h8M8 12h8M8 15h5"/>'),
    "more": ("24", '<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>'),
    "history": ("24", '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>'),
    "briefing": ("24", '<path d="M6 4h9l4 4v12H6zM14 4v5h5M9 13h7M9 16h5"/>'),
}


def icon(name: str, size: int = 14) -> Markup:
    """The picture ``name``, ``size`` pixels wide and high."""
    box, drawing = ICONS[name]
    return el(
        "svg",
        Markup(drawing),
        width=size,
        height=size,
        viewbox=f"0 0 {box} {box}",
        fill="none",
        stroke="currentColor",
        stroke_width="1.7",
        stroke_linecap="round",
        aria_hidden=True,
    )


def mark(size: int = 26) -> Markup:
    """The program's mark: three layers, the middle one yours, the top one the queue."""
    layers = (
        '<path d="M12 13.2 22 18l-10 5L2 18z" fill="var(--force)"/>'
        '<path d="M12 7.6 22 12.4l-10 5-10-5z" fill="var(--draft)" stroke="var(--card)" stroke-width="1.2"/>'
        '<path d="M12 1.6 18 4.6l-6 3-6-3z" fill="var(--bind)" stroke="var(--card)" stroke-width="1.2"/>'
    )
    return el("svg", Markup(layers), class_="mark", width=size, height=size, viewbox="0 0 24 24", aria_hidden=True)
