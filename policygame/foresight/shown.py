"""How an answer shows itself at a prompt: names and sizes, not pages of numbers. The numbers are in its ``frame()``."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

_LONGEST = 60


class Shown:
    """Base of frozen dataclasses that print arrays as their shape and long tuples as their length."""

    def __repr__(self) -> str:
        parts = [f"{field.name}{_shown(getattr(self, field.name))}" for field in fields(self)]  # type: ignore[arg-type]
        return f"<{type(self).__name__}: {', '.join(parts)}>"


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f" {value.shape}"
    text = repr(value)
    if len(text) <= _LONGEST:
        return f"={text}"
    return f" of {len(value)}" if isinstance(value, tuple | list | dict) else ""
