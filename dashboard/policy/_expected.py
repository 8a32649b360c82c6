"""The ``[[expected]]`` entries of a policy file: reports without which no candidate is released."""

from collections.abc import Mapping
from typing import Any

from dashboard.model.policy import ExpectedReport
from dashboard.model.records import Kind
from dashboard.policy._lines import Place
from dashboard.policy._values import known_keys, typed
from dashboard.readers import all_readers

MOST_REPORTS = 10_000
MAX_NAME = 1024
"""Characters; longer names are never stored."""


def expected_reports(raw: Any, root: Place) -> tuple[ExpectedReport, ...]:
    """Read all entries, in the order of the file."""
    entries = typed(raw, list, "expected", root.inside("expected") if isinstance(raw, dict) else root)
    found: dict[tuple[Kind, str, str | None], ExpectedReport] = {}
    for index, entry in enumerate(entries):
        place = root.inside("expected", index)
        report = _report(typed(entry, dict, "expected", place), place)
        key = (report.kind, report.name, report.format)
        if key in found:
            place.refuse(f"the report `{report.name}` of {report.kind} is expected twice; give it a `count`.", "name")
        found[key] = report
    return tuple(found.values())


def _report(entry: Mapping[str, Any], place: Place) -> ExpectedReport:
    known_keys(entry, ("kind", "name", "count", "format"), place)
    for key in ("kind", "name"):
        if key not in entry:
            place.refuse(f"this expected report has no `{key}`.")
    kind = entry["kind"]
    if kind not in tuple(Kind):
        place.refuse(f"`kind` must be one of {', '.join(Kind)}.", "kind")
    name = typed(entry["name"], str, "name", place)
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        place.refuse("`name` must be a pattern of a file's name, such as `junit-*.xml`.", "name")
    count = typed(entry.get("count", 1), int, "count", place)
    if not 1 <= count <= MOST_REPORTS:
        place.refuse(f"`count` must be from 1 to {MOST_REPORTS:,}.", "count")
    return ExpectedReport(Kind(kind), name, count, _format(entry, Kind(kind), place))


def _format(entry: Mapping[str, Any], kind: Kind, place: Place) -> str | None:
    if "format" not in entry:
        return None
    name = typed(entry["format"], str, "format", place)
    known = sorted(reader.format for reader in all_readers() if reader.kind is kind)
    if name not in known:
        place.refuse(f"{name!r} is no format of {kind}; formats are {', '.join(known)}.", "format")
    return name
