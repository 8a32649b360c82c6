"""Metric samples as CSV with a header: ``timestamp,metric,value`` and, if wanted, ``unit`` and ``count`` (or ``n``).

Any further column is a label. Commas, semicolons or tabs part the columns; a decimal sign is always a point. Times
are ISO 8601 with an offset, or Unix time in seconds or milliseconds. The order of the rows does not matter.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, MetricSample, Record
from dashboard.readers._samples import Samples, canonical, read_time, read_value
from dashboard.readers._text_body import lines

_NEEDED = ("timestamp", "metric", "value")
_OWN = frozenset({*_NEEDED, "unit", "count", "n"})
_DELIMITERS = (",", ";", "\t")


class SamplesCsv:
    """Reads metric samples in CSV."""

    format = "samples-csv"
    kind = Kind.METRICS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the header line."""
        return _delimiter(head.partition(b"\n")[0].decode("utf-8", "replace")) is not None

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a row."""
        source = _Source(lines(body))
        header = next(source, "")
        rows = csv.reader(chain([header], source), delimiter=_delimiter(header) or ",", strict=True)
        samples = Samples(ledger)
        try:
            columns = _columns(next(rows, []))
            for row in rows:
                if not row:
                    continue
                where = f"Line {rows.line_num:,}"
                if len(row) != len(columns):
                    raise _wrong_width(where, len(row), len(columns), ended=source.ended)
                yield _sample(dict(zip(columns, row, strict=True)), where, samples)
        except csv.Error as error:
            msg = f"Line {rows.line_num:,} is not CSV: {error}."
            raise MalformedArtefactError(msg, slug="csv-malformed") from None
        samples.finish()


class _Source:
    """The lines of the file, and whether the last of them had its line end."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self.ended = True

    def __iter__(self) -> "_Source":
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self.ended = line.endswith(("\n", "\r"))
        return line


def _delimiter(header: str) -> str | None:
    for delimiter in _DELIMITERS:
        names = {cell.strip().strip('"').casefold() for cell in header.split(delimiter)}
        if names.issuperset(_NEEDED):
            return delimiter
    return None


def _columns(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    columns = [name.casefold() if name.casefold() in _OWN else name for name in names]
    missing = [name for name in _NEEDED if name not in columns]
    if missing or len(set(columns)) != len(columns):
        problem = f"lacks the column {missing[0]}" if missing else "names a column twice"
        raise MalformedArtefactError(f"The header {problem}.", slug="csv-header")
    return columns


def _wrong_width(where: str, found: int, wanted: int, *, ended: bool) -> MalformedArtefactError:
    if not ended:
        return MalformedArtefactError(f"{where} is cut off: {found} of {wanted} columns.", slug="csv-cut-off")
    return MalformedArtefactError(f"{where} has {found} columns; the header has {wanted}.", slug="csv-columns")


def _sample(row: dict[str, str], where: str, samples: Samples) -> MetricSample:
    count = row.get("count", row.get("n", "")).strip()
    if count and not (count.isascii() and count.isdecimal() and len(count) < 19):
        raise MalformedArtefactError(f"{where}: the count {count[:40]!r} is not a whole number.", slug="sample-count")
    if not row["metric"].strip():
        raise MalformedArtefactError(f"{where} names no metric.", slug="sample-metric")
    return samples.add(
        metric=row["metric"].strip(),
        labels=canonical((name, value) for name, value in row.items() if name not in _OWN and value),
        at=read_time(row["timestamp"], where),
        value=read_value(row["value"], where),
        unit_text=row.get("unit", ""),
        count=int(count) if count else None,
    )


READER = SamplesCsv()
