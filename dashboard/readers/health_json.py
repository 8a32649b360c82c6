"""Health documents: IETF draft-inadarei-api-health-check, its old drafts, and the dialects of common libraries.

``checks`` (``details`` in old drafts, Spring Boot 2.0 and Terminus, ``entries`` in ASP.NET, ``results`` in
py-healthcheck, ``checkResults`` in Laravel; Dropwizard has no list around them) may be an object, an object of lists,
or a list. An overall status without itemised checks is kept as a fact and counts no check.
Spring's later ``components`` are read by ``actuator``.
Source: https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import HealthCheck, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers._health_status import WORDS, judged, overall, time_text
from dashboard.readers._json_body import document
from dashboard.readers._json_head import JsonHead, json_head

_LISTS = ("checks", "details", "entries", "checkResults", "results")
_NAMES = ("name", "checker", "componentId", "id")
_OBSERVED = ("observedValue", "metricValue", "value")
_UNITS = ("observedUnit", "metricUnit", "unit")
_OUTPUTS = ("output", "error", "message", "description", "exception", "notificationMessage")
_BESIDE = frozenset({
    "status", "health", "version", "releaseId", "releaseID", "notes", "output", "serviceId", "serviceID",
    "description", "links", "timestamp", "time", "hostname", "uptime", "service", "name", "environment", "groups",
})  # fmt: skip
"""Top-level keys that may stand beside a bare status."""
_MAX_TEXT = 4000


class HealthJson:
    """Reads health documents."""

    format = "health-json"
    kind = Kind.HEALTH
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise itemised checks with a status, or a small document that is a known status word."""
        seen = json_head(head)
        if seen.root != "{" or seen.has("components") or seen.has("data"):
            return False
        status = seen.scalar("status") or seen.scalar("health")
        says_status = status is not None and status.casefold() in WORDS
        if seen.has("results"):  # many formats have results; only checkers are health
            return seen.has("results", "[]", "checker")
        lists = [key for key in _LISTS if seen.has(key) and seen.scalar(key) is None]
        if lists:
            return says_status or any(_itemised(seen, key) for key in lists)
        if seen.keys and all(seen.scalar(key, "healthy") in ("true", "false") for key in seen.keys[:2]):
            return True
        return seen.complete and says_status and set(seen.keys) <= _BESIDE

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a check."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.collected_at = time_text(report.get("timestamp") or report.get("time"))
        statuses = []
        for name, entry in _entries(report):
            ledger.seen += 1
            check = _check(name, entry, ledger)
            statuses.append(check.status)
            ledger.kept += 1
            yield check
        overall(report.get("status", report.get("health")), statuses, ledger)


def _itemised(seen: JsonHead, key: str) -> bool:
    """Say whether an entry of this list carries a status, in any of its three shapes."""
    return any("status" in seen.under(key, name) | seen.under(key, name, "[]") for name in seen.under(key))


def _entries(report: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give every check with its name; several measurements of one component are numbered from 0."""
    key = next((k for k in _LISTS if isinstance(report.get(k), (dict, list))), None)
    if key is None:
        yield from ((name, entry) for name, entry in report.items() if isinstance(entry, dict) and "healthy" in entry)
        return
    found = report[key]
    if isinstance(found, list):
        for index, entry in enumerate(found):
            named = entry if isinstance(entry, dict) else {}
            name = next((str(named[k]) for k in _NAMES if isinstance(named.get(k), str)), f"{key}[{index}]")
            yield name, entry
        return
    for name, entry in found.items():
        if isinstance(entry, list):
            for index, measurement in enumerate(entry):
                yield (name if len(entry) == 1 else f"{name}[{index}]"), measurement
        else:
            yield name, entry


def _check(name: str, entry: Any, ledger: Ledger) -> HealthCheck:
    if not isinstance(entry, dict):
        return HealthCheck(name, judged(entry, ledger), None, None, None, None)
    status = next((entry[key] for key in ("status", "passed", "healthy") if key in entry), None)
    return HealthCheck(
        name=name,
        status=judged(status, ledger),
        observed=_first(entry, _OBSERVED),
        unit=_first(entry, _UNITS),
        time=time_text(entry.get("time") or entry.get("timestamp")),
        output=_first(entry, _OUTPUTS),
    )


def _first(entry: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    value = next((entry[key] for key in keys if entry.get(key) not in (None, "")), None)
    if value is None:
        return None
    return (value if isinstance(value, str) else json.dumps(value, sort_keys=True))[:_MAX_TEXT]


READER = HealthJson()
