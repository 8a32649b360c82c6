"""Locust: the statistics of a run as JSON (``--json``, ``--json-file``) or as ``*_stats.csv``, in milliseconds.

The value is the mean response time of an endpoint. The CSV is written at intervals and may lag behind the JSON of
the same run; its row ``Aggregated`` repeats the others and is folded away.
Format: https://docs.locust.io/en/stable/retrieving-stats.html
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import BenchmarkResult, Kind, Record
from dashboard.parsing import moments, shapes
from dashboard.parsing.units import SMALLER
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head
from dashboard.readers._samples import read_value
from dashboard.readers._text_body import lines

_MS = 1e-3
_HEADER = b"Type,Name,Request Count,Failure Count,"
_COLUMNS = ("Request Count", "Failure Count", "Average Response Time", "Min Response Time", "Max Response Time")


class Locust:
    """Reads Locust statistics."""

    format = "locust"
    kind = Kind.BENCHMARKS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the header of the CSV, or an entry of the JSON."""
        seen = json_head(head)
        entry = seen.has("[]", "num_requests") or seen.has("[]", "num_none_requests")
        return head.startswith(_HEADER) or (entry and seen.has("[]", "method"))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record an endpoint."""
        ledger.producer = "Locust"
        start = body.read(len(_HEADER) + 3)
        body.seek(0)
        totals = {"requests": 0, "failures": 0}
        for record, failures in (_rows if _HEADER in start else _entries)(body, ledger):
            totals["requests"] += record.rounds or 0
            totals["failures"] += failures
            ledger.kept += 1
            yield record
        ledger.facts |= totals
        if totals["failures"]:
            ledger.note("failed-requests", "Requests failed; their times are part of the means.", totals["failures"])
        if not ledger.kept:
            ledger.note("no-benchmarks", "The statistics hold no endpoint: nothing was measured.")


def _entries(body: BinaryIO, ledger: Ledger) -> Iterator[tuple[BenchmarkResult, int]]:
    for index, item in enumerate(shapes.items(document(body, ledger), "The document")):
        ledger.seen += 1
        where = f"[{index}]"
        entry = shapes.mapping(item, where)
        requests = shapes.count(entry.get("num_requests"), f"{where}.num_requests")
        failures = shapes.count(entry.get("num_failures"), f"{where}.num_failures")
        total = shapes.number(entry.get("total_response_time"), f"{where}.total_response_time")
        ledger.collected_at = (
            moments.iso(shapes.maybe_number(entry.get("last_request_timestamp"), where)) or ledger.collected_at
        )
        timed = requests - shapes.count(entry.get("num_none_requests", 0), f"{where}.num_none_requests")
        if timed <= 0:
            ledger.dropped += 1
            ledger.note("no-requests", "An endpoint was never asked, or never answered with a time.")
            continue
        name = f"{shapes.maybe_text(entry.get('method'), where) or ''} {shapes.text(entry.get('name'), where)}".strip()
        low, high = (shapes.maybe_number(entry.get(f"{end}_response_time"), where) for end in ("min", "max"))
        yield _result(name, total / timed, low, high, requests), failures


def _rows(body: BinaryIO, ledger: Ledger) -> Iterator[tuple[BenchmarkResult, int]]:
    rows = csv.DictReader(lines(body), strict=True)
    try:
        for row in rows:
            where = f"Line {rows.line_num:,}"
            if None in row or None in row.values():
                raise MalformedArtefactError(f"{where} has not as many columns as the header.", slug="csv-columns")
            ledger.seen += 1
            name = f"{row['Type']} {row['Name']}".strip()
            requests, failures, average, low, high = (read_value(row.get(c, ""), where) for c in _COLUMNS)
            if row["Name"] == "Aggregated" and not row["Type"]:
                ledger.folded += 1
            elif average is None or not requests:
                ledger.dropped += 1
                ledger.note("no-requests", "An endpoint was never asked, or never answered with a time.")
            else:
                yield _result(name, average, low, high, int(requests)), int(failures or 0)
    except csv.Error as error:
        raise MalformedArtefactError(f"Line {rows.line_num:,} is not CSV: {error}.", slug="csv-malformed") from None


def _result(name: str, mean_ms: float, low: float | None, high: float | None, requests: int) -> BenchmarkResult:
    return BenchmarkResult(
        name=name,
        group=None,
        value=mean_ms * _MS,
        statistic="mean",
        unit="s",
        unit_text="ms",
        direction=SMALLER,
        mean=mean_ms * _MS,
        minimum=None if low is None else low * _MS,
        maximum=None if high is None else high * _MS,
        stddev=None,
        rounds=requests,
        fingerprint="",
    )


READER = Locust()
