"""coverage.py data files (``.coverage``, versions 5.0 and later): which lines ran, and nothing of those that did not.

The statements and branches of a file are known to its source code, which the data file does not hold. So there are no
totals, the reading is incomplete, and no gate passes on it; it shows which lines ran, and which contexts (tests) ran
them. Format: https://coverage.readthedocs.io/en/latest/api_coveragedata.html
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind, Record
from dashboard.readers._coverage_contexts import ContextBook
from dashboard.readers._coverage_database import ContextLines, DataFile, examine
from dashboard.readers._coverage_lines import clean_path, note_place, ranges

_MAGIC = b"SQLite format 3\x00"
_LISTED_FILES = 500


class CoverageDataFile:
    """Reads coverage.py data files."""

    format = "coverage-data"
    kind = Kind.COVERAGE
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise a SQLite database; one of anything else is refused by name when it is read."""
        return head.startswith(_MAGIC)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a source file: the lines that ran, without totals."""
        with TemporaryDirectory() as folder:
            path = Path(folder, "data")
            with path.open("wb") as copy:
                copyfileobj(body, copy)
            known = examine(path)
            ledger.producer = f"coverage.py {known.version}" if known.version else "coverage.py"
            ledger.incomplete = True
            ledger.facts |= _facts(known)
            message = "The file says which lines ran, not which there are: ingest what `coverage json` writes from it."
            ledger.note("no-totals", message)
            with ContextLines.of(path, known) as contexts:
                yield from _records(path, contexts, ledger)


def _facts(known: DataFile) -> dict[str, object]:
    listed = sorted(known.by_file.items())[:_LISTED_FILES]
    return {"contexts": {"count": known.contexts, "first": list(known.named), "by_file": dict(listed)}}


def _records(path: Path, contexts: ContextLines, ledger: Ledger) -> Iterator[FileCoverage]:
    from coverage import CoverageData  # noqa: PLC0415 - 70 ms of imports that no other format needs
    from coverage.exceptions import CoverageException  # noqa: PLC0415

    data = CoverageData(basename=str(path))
    book = ContextBook(ledger)
    try:
        data.read()
        ledger.facts["branches_measured"] = data.has_arcs()
        for name in sorted(data.measured_files()):
            ledger.seen += 1
            record = _file(name, data.lines(name) or ())
            note_place(record.path, ledger)
            ledger.kept += 1
            yield record._replace(contexts=book.kept({} if book.full else contexts.by_name(name)))
    except (CoverageException, sqlite3.Error) as error:
        msg = f"coverage.py cannot read the data file: {str(error).replace(str(path), '.coverage')[:200]}"
        raise MalformedArtefactError(msg, slug="coverage-data-damaged") from None
    finally:
        data.close()
    if not ledger.kept:
        ledger.note("no-files", "The data file names no source file: nothing was measured.")


def _file(path: str, lines: Iterable[int]) -> FileCoverage:
    return FileCoverage(
        path=clean_path(path),
        lines_total=None,
        lines_hit=None,
        branches_total=None,
        branches_hit=None,
        statements_total=None,
        statements_hit=None,
        lines_excluded=None,
        hit=ranges(line for line in lines if line > 0),
        missed="",
        partial="",
    )


READER = CoverageDataFile()
