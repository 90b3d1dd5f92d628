"""Which result sets may be opened: those in the folders that were named at the start, by names of their own.

Whoever asks for one names an entry of the list, never a path. Reading what is in a set is ``results``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from policygame.experiment import layout
from policygame.experiment.folder import FolderError
from policygame.experiment.results import Results, load_results

__all__ = ["Entry", "Shelf"]


@dataclass(frozen=True)
class Entry:
    """A result set of the list: its ``name`` there, what was run, when its last task ended (UTC), and its runs.

    ``problem`` says why a set cannot be read; then the rest is empty.
    """

    name: str
    experiment: str = ""
    title: str = ""
    finished: datetime | None = None
    planned: int = 0
    done: int = 0
    failed: int = 0
    problem: str = ""

    @property
    def missing(self) -> int:
        """Runs that are planned and not done."""
        return self.planned - self.done


class Shelf:
    """Result sets in ``folders``: each is one itself, or holds some. FolderError for one that is not there.

    The folders are looked through at every question, so that a set that is finished meanwhile is found.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            if not folder.is_dir():
                found = "is a file" if folder.exists() else "does not exist"
                raise FolderError(
                    f"{folder} {found}; name the folder of a result set, as policygame batch writes it with --out, "
                    "or a folder that holds some."
                )
        self._folders = tuple(folder.resolve() for folder in folders)

    def places(self) -> dict[str, Path]:
        """Name -> folder of every result set, in the order of the folders and then of the alphabet. Equal names are numbered."""
        found: dict[str, Path] = {}
        for folder in self._folders:
            for place in [folder] if _holds(folder) else sorted(filter(_holds, _inside(folder))):
                if place in found.values():
                    continue
                name, count = place.name, 1
                while name in found:
                    count += 1
                    name = f"{place.name}-{count}"
                found[name] = place
        return found

    def entries(self) -> list[Entry]:
        """The list, with what each set is."""
        return [_entry(name, place) for name, place in self.places().items()]

    def open(self, name: str) -> Results | None:
        """The set of that name in the list; None where the list has none. FolderError where it cannot be read."""
        place = self.places().get(name)
        return None if place is None else load_results(place)


def _holds(folder: Path) -> bool:
    return (folder / layout.MANIFEST_FILE).is_file()


def _inside(folder: Path) -> list[Path]:
    """Folders that lie in a folder; a link that leads out of it is not followed."""
    try:
        return [one for one in folder.iterdir() if one.is_dir() and not one.is_symlink()]
    except OSError:
        return []


def _entry(name: str, place: Path) -> Entry:
    try:
        results = load_results(place)
        ends = [file.stat().st_mtime for file in (place / layout.DONE).glob(layout.RECORDS)]
        return Entry(
            name,
            str(results.manifest["name"]),
            str(results.manifest["title"]),
            datetime.fromtimestamp(max(ends), UTC) if ends else None,
            results.planned,
            results.done,
            results.failed,
        )
    except FolderError as error:
        return Entry(name, problem=str(error))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Entry(name, problem=f"its records cannot be read ({error})")
