"""OTLP as JSON: traces, metrics and logs of one export, or one document a line as the file exporter writes them.

Nothing of it becomes a record: what counts is how many spans, metrics, data points and log records there are and
whether they hang together, which the ledger's facts say. Snake case (``resource_spans``) is not OTLP/JSON.
Format: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, Record
from dashboard.parsing import json, moments, shapes
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head
from dashboard.readers._otlp_signals import SIGNALS, Signals
from dashboard.readers._text_body import lines

_MAX_DOCUMENT = 64 * 1024 * 1024


class OtlpJson:
    """Reads OTLP JSON."""

    format = "otlp-json"
    kind = Kind.OTLP
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise one of the three signals at the top."""
        seen = json_head(head)
        return any(seen.has(signal) for signal in SIGNALS)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give no record; count everything into the ledger's facts."""
        signals = Signals()
        documents = 0
        for report in _documents(body, ledger):
            documents += 1
            if not any(signal in report for signal in SIGNALS):
                msg = f"Document {documents:,} holds neither traces nor metrics nor logs."
                raise MalformedArtefactError(msg, slug="otlp-no-signal")
            signals.take(report)
        ledger.producer = "OTLP/JSON"
        facts = signals.facts()
        ledger.facts |= facts | {"documents": documents}
        ledger.seen = ledger.kept = signals.spans + signals.data_points + signals.log_records
        if signals.latest_ns:
            ledger.collected_at = moments.iso(signals.latest_ns)
        _notes(signals, facts, ledger)
        yield from ()


def _documents(body: BinaryIO, ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Give the one document of the file, or one a line."""
    first = body.readline(_MAX_DOCUMENT)
    several = first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") and first.rstrip().endswith(b"}") and bool(body.read(1))
    body.seek(0)
    if not several:
        yield shapes.mapping(document(body, ledger), "The document")
        return
    for number, line in enumerate(lines(body, max_line=_MAX_DOCUMENT), 1):
        if line.strip():
            yield shapes.mapping(_value(line, number), f"Line {number:,}")


def _value(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except MalformedArtefactError as error:
        raise MalformedArtefactError(f"Line {number:,}: {error}", slug=error.slug, hint=error.hint) from None


def _notes(signals: Signals, facts: dict[str, Any], ledger: Ledger) -> None:
    if facts["orphan_spans"]:
        text = "A span names a parent that is not in the file: it was lost, or sampled away."
        ledger.note("orphan-spans", text, facts["orphan_spans"])
    if signals.ended_before_start:
        ledger.note("ended-before-start", "A span ends before it starts.", signals.ended_before_start)
    if signals.resources_without_service:
        ledger.note("no-service-name", "A resource does not name its service.", signals.resources_without_service)
    if not ledger.seen:
        ledger.note("no-telemetry", "The export holds no span, no data point and no log record.")


READER = OtlpJson()
