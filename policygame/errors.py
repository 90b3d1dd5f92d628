"""The base of every error that is the user's own mistake. What exactly was wrong is said where it is found, not here."""

__all__ = ["UserError"]


class UserError(Exception):
    """A mistake of the person who calls, told in words: what was wrong, what is allowed, what to do.

    Whoever shows it prints ``str(error)`` and no traceback; the command line then exits with code 2.
    """
