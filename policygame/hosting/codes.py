"""What identifies games and people, drawn from the system's source of secrets: ids, codes to type, tokens, seeds. Results depend on
none of it but the seed, which is kept in the game."""

from __future__ import annotations

import secrets
import uuid

__all__ = ["ALPHABET", "CODE_LENGTH", "SHORTEST_TOKEN", "is_code", "new_code", "new_id", "new_seed", "new_token"]

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
"""No two of these are taken for each other when they are read aloud or from a wall: no 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B."""
CODE_LENGTH = 5
SHORTEST_TOKEN = 32
_SEEDS = 1_000_000_000  # few enough digits to write down


def new_code() -> str:
    """A code that people type to join a game.

    >>> is_code(new_code())
    True
    """
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def is_code(text: str) -> bool:
    """Whether a text has the form of a code."""
    return len(text) == CODE_LENGTH and all(letter in ALPHABET for letter in text)


def new_id() -> str:
    """The id of a game, unique for ever: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_token() -> str:
    """A secret by which a person is known again."""
    return secrets.token_urlsafe(32)


def new_seed() -> int:
    """The seed of a game for which nobody chose one."""
    return secrets.randbelow(_SEEDS)
