"""Answers of the Prometheus HTTP API to a query or range query (Prometheus, VictoriaMetrics, Thanos, Mimir).

Values are strings, and "NaN", "+Inf" are samples without a value. An answer without series is no data, which is not
zero. A series without a name (the result of an expression) is called ``(expression)``, since the query is not in its
answer. Units are not in the answer either.
Format: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind, MetricSample, Record
from dashboard.parsing import shapes
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head
from dashboard.readers._samples import Samples, canonical, read_time, read_value

UNNAMED = "(expression)"
_NOT_QUERIES = frozenset({"alerts", "groups", "activeTargets", "droppedTargets"})
_HINT = "Save the answer of /api/v1/query_range (or /api/v1/query) for the metric that matters."


class PrometheusApi:
    """Reads answers of the Prometheus query API."""

    format = "prometheus-api"
    kind = Kind.METRICS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the envelope: a success with data of the API, or an error with its type."""
        seen = json_head(head)
        if not seen.has("status"):
            return False
        inside = seen.under("data")
        return bool(inside & {"resultType", "result"}) or bool(inside & _NOT_QUERIES) or seen.has("errorType")

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a sample."""
        report = shapes.mapping(document(body, ledger), "The document")
        data = _data(report)
        ledger.producer = "Prometheus HTTP API"
        for key in ("warnings", "infos"):
            if report.get(key):
                ledger.note(f"prometheus-{key}", f"The server gave {key}: {str(report[key])[:300]}")
        samples = Samples(ledger)
        kind = shapes.text(data.get("resultType"), "data.resultType")
        result = shapes.items(data.get("result"), "data.result")
        if kind in ("matrix", "vector"):
            for index, series in enumerate(result):
                yield from _series(shapes.mapping(series, f"data.result[{index}]"), f"data.result[{index}]", samples)
        elif kind == "scalar":
            yield _sample(UNNAMED, "", result, "data.result", samples)
        else:
            msg = f"The answer is a {kind[:40]}, not samples of a metric."
            raise MalformedArtefactError(msg, slug="prometheus-no-samples", hint=_HINT)
        samples.finish()


def _data(report: dict[str, Any]) -> dict[str, Any]:
    status = report.get("status")
    if status != "success":
        what = f"{report.get('errorType')}: {report.get('error')}"[:300]
        msg = f"The server answered with an error instead of data ({what})."
        raise MalformedArtefactError(msg, slug="prometheus-error", hint=_HINT)
    data = shapes.mapping(report.get("data"), "data")
    other = _NOT_QUERIES & data.keys()
    if other:
        msg = f"The answer lists {min(other)}; it is not the result of a query."
        raise MalformedArtefactError(msg, slug="prometheus-not-a-query", hint=_HINT)
    return data


def _series(series: dict[str, Any], where: str, samples: Samples) -> Iterator[MetricSample]:
    labels = {
        name: shapes.text(value, f"{where}.metric")
        for name, value in shapes.mapping(series.get("metric"), f"{where}.metric").items()
    }
    metric = labels.pop("__name__", UNNAMED)
    text = canonical(labels.items())
    found = False
    if "value" in series:
        found = True
        yield _sample(metric, text, series["value"], f"{where}.value", samples)
    for index, pair in enumerate(shapes.items(series.get("values", []), f"{where}.values")):
        found = True
        yield _sample(metric, text, pair, f"{where}.values[{index}]", samples)
    if not found:
        histograms = series.get("histogram") or series.get("histograms")
        what = "native histograms, which are not read" if histograms else "no samples"
        raise MalformedArtefactError(f"{where} holds {what}.", slug="prometheus-no-samples", hint=_HINT)


def _sample(metric: str, labels: str, pair: Any, where: str, samples: Samples) -> MetricSample:
    at, value, *_ = [*shapes.items(pair, where), None, None]
    return samples.add(
        metric=metric,
        labels=labels,
        at=read_time(shapes.number(at, where), where),
        value=read_value(shapes.text(value, where), where),
    )


READER = PrometheusApi()
