"""LaunchDarkly flag data files (JSON), as the SDKs read them for tests and offline use.

A flag that is off serves its off variation, which may be ``true``; a flag that is on serves its fallthrough unless a
target, a rule or a failing prerequisite decides otherwise, so its share is a span. Weights are in 1/100,000.
Format: https://docs.launchdarkly.com/sdk/features/flags-from-files
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import FlagState, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers import _flag_shares as shares
from dashboard.readers._flag_shares import Share
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_OWN = frozenset({"on", "variations", "offVariation", "fallthrough"})


class LaunchDarkly:
    """Reads LaunchDarkly flag data."""

    format = "launchdarkly"
    kind = Kind.FLAGS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise flag values, flags with variations, or segments (they may stand first and fill the head)."""
        seen = json_head(head)
        if seen.has("flagValues"):
            return True
        entries = [seen.under("flags", key) for key in seen.under("flags")]
        segments = [seen.under("segments", key) for key in seen.under("segments")]
        return any(len(keys & _OWN) > 1 for keys in entries) or any({"included", "excluded"} <= k for k in segments)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a flag."""
        report = shapes.mapping(document(body, ledger), "The document")
        ledger.producer = "LaunchDarkly format"
        flags = shapes.mapping(report.get("flags") or {}, "flags")
        values = shapes.mapping(report.get("flagValues") or {}, "flagValues")
        for key, value in flags.items():
            ledger.seen += 1
            record = _flag(key, shapes.mapping(value, f"flags[{key[:200]!r}]"))
            ledger.kept += 1
            yield record
        for key, value in values.items():
            ledger.seen += 1
            if key in flags:
                ledger.note("flag-repeated", "A flag stands in flags and in flagValues; its definition is shown.")
                ledger.folded += 1
                continue
            ledger.kept += 1
            switch = isinstance(value, bool)
            text = None if switch else shares.value_text(value)
            share = shares.of(value) if switch else None
            yield shares.state(key, share, enabled=value if switch else None, value=text)
        if not ledger.seen:
            ledger.note("no-flags", "The file defines no flag.")


def _flag(key: str, entry: dict[str, Any]) -> FlagState:
    where = f"flags[{key[:200]!r}]"
    on = shapes.truth(entry.get("on"), f"{where}.on")
    variations = shapes.items(entry.get("variations"), f"{where}.variations")
    prerequisites = [
        shapes.text(shapes.mapping(item, f"{where}.prerequisites").get("key"), f"{where}.prerequisites.key")
        for item in shapes.items(entry.get("prerequisites") or [], f"{where}.prerequisites")
    ]
    off = shapes.maybe_count(entry.get("offVariation"), f"{where}.offVariation")
    switch = shares.is_switch(variations)
    share = None
    if switch:
        off_share = _of_index(variations, off)
        outcomes = list(_outcomes(entry, variations, where)) if on else [off_share]
        share = shares.either(outcomes + ([off_share] if on and prerequisites else []))
    served = _served_value(entry, variations, off, on=on)
    return shares.state(
        key,
        share,
        enabled=on,
        value=None if switch else shares.value_text(served),
        depends_on=tuple(prerequisites),
        description=shapes.maybe_text(entry.get("description"), f"{where}.description"),
    )


def _outcomes(entry: dict[str, Any], variations: list[Any], where: str) -> Iterator[Share | None]:
    """Give what each target, each rule and the fallthrough serve."""
    yield _served(shapes.mapping(entry.get("fallthrough"), f"{where}.fallthrough"), variations, f"{where}.fallthrough")
    for rule in shapes.items(entry.get("rules") or [], f"{where}.rules"):
        yield _served(shapes.mapping(rule, f"{where}.rules"), variations, f"{where}.rules")
    for name in ("targets", "contextTargets"):
        for item in shapes.items(entry.get(name) or [], f"{where}.{name}"):
            target = shapes.mapping(item, f"{where}.{name}")
            if target.get("values"):
                yield _served(target, variations, f"{where}.{name}")


def _served(choice: dict[str, Any], variations: list[Any], where: str) -> Share | None:
    rollout = choice.get("rollout")
    if rollout is None:
        return _of_index(variations, shapes.maybe_count(choice.get("variation"), f"{where}.variation"))
    parts = []
    for item in shapes.items(shapes.mapping(rollout, where).get("variations"), f"{where}.rollout.variations"):
        part = shapes.mapping(item, f"{where}.rollout.variations")
        index = shapes.count(part.get("variation"), f"{where}.rollout.variation")
        weight = shapes.number(part.get("weight", 0), f"{where}.rollout.weight")
        parts.append((variations[index] if index < len(variations) else None, weight))
    return shares.weighted(parts)


def _of_index(variations: list[Any], index: int | None) -> Share | None:
    """Give the share of a variation; without one the code's own default is served."""
    return None if index is None or index >= len(variations) else shares.of(variations[index])


def _served_value(entry: dict[str, Any], variations: list[Any], off: int | None, *, on: bool) -> Any:
    fallthrough = entry.get("fallthrough")
    chosen = fallthrough.get("variation") if on and isinstance(fallthrough, dict) else off
    return variations[chosen] if isinstance(chosen, int) and 0 <= chosen < len(variations) else None


READER = LaunchDarkly()
