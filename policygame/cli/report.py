"""``policygame report``: a result set as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from policygame.cli.options import OptionError
from policygame.cli.screen import print_json, print_text


def report(
    results: Annotated[str, typer.Argument(help="Folder of a finished result set.", metavar="RESULTS")],
    out: Annotated[str | None, typer.Option(help="The file; default: report.html in the folder.", metavar="FILE")] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """One HTML file of a result set, that opens from disk: what was run, fans, what matters, which arm is best, how to reproduce."""
    from policygame.analysis import open_sample
    from policygame.report import write_report

    file = Path(results) / "report.html" if out is None else Path(out)
    if file.is_dir() or (out is not None and not file.absolute().parent.is_dir()):
        raise OptionError(f"--out {file} cannot be a file there; name a file in a folder that exists, like report.html.")
    written = write_report(open_sample(results), file)
    if json:
        print_json({"report": str(file), "files": [str(one) for one in written[1:]]})
    else:
        print_text(f"The report is {file}; its tables as CSV are in {Path(results) / 'analysis'}.")
