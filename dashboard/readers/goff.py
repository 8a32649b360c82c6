"""GO Feature Flag configuration (JSON and YAML).

A boolean flag serves what its default rule and its targeting rules yield: a variation, percentages, or a progressive
rollout, whose share moves with the clock and is given from its start to its end. ``disable`` serves the default of
the code, which no file knows. Format: https://gofeatureflag.org/docs/configure_flag/flag_format
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.model.ledger import Ledger
from dashboard.model.records import FlagState, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers import _flag_shares as shares
from dashboard.readers._flag_document import flag_document
from dashboard.readers._flag_shares import Share
from dashboard.readers._yaml_head import key_head

_NAMES = ("variation",)
"""Keys whose value is the name of a variation, which may be written ``True`` like the key it names."""


class GoFeatureFlag:
    """Reads GO Feature Flag configuration."""

    format = "goff"
    kind = Kind.FLAGS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise flags at the top whose variations are named."""
        seen = key_head(head)
        return any(
            seen.has(key, "variations")
            and not seen.has(key, "variations", "[]")
            and not seen.has(key, "variations", "variations")
            for key in seen.keys[:3]
            if key != "flags"
        )

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a flag."""
        ledger.producer = "GO Feature Flag format"
        for key, value in shapes.mapping(flag_document(body, ledger, text_under=_NAMES), "The document").items():
            ledger.seen += 1
            record = _flag(key, shapes.mapping(value, f"[{key[:200]!r}]"), ledger)
            ledger.kept += 1
            yield record


def _flag(key: str, entry: dict[str, Any], ledger: Ledger) -> FlagState:
    where = f"[{key[:200]!r}]"
    variations = shapes.mapping(entry.get("variations"), f"{where}.variations")
    default = shapes.mapping(entry.get("defaultRule"), f"{where}.defaultRule")
    metadata = shapes.mapping(entry.get("metadata") or {}, f"{where}.metadata")
    rules = [shapes.mapping(rule, f"{where}.targeting") for rule in shapes.items(entry.get("targeting") or [], where)]
    enabled = not shapes.maybe_truth(entry.get("disable"), f"{where}.disable")
    switch = shares.is_switch(variations.values())
    share = None
    if switch and enabled:
        active = [default, *(rule for rule in rules if rule.get("disable") is not True)]
        share = shares.either(_rule(rule, variations, f"{where}.defaultRule") for rule in active)
        if entry.get("scheduledRollout") or entry.get("experimentation"):
            share = shares.ANY
            ledger.note("changes-with-time", "A flag changes by a schedule; what it serves depends on the clock.")
    elif not enabled:
        ledger.note("disabled-serves-default", "A disabled flag serves the default of the code, which is not off.")
    description = metadata.get("description")
    return shares.state(
        key,
        share,
        enabled=enabled,
        value=None if switch else shares.value_text(variations.get(str(default.get("variation")))),
        plan=_plan(default.get("progressiveRollout"), f"{where}.defaultRule"),
        description=description if isinstance(description, str) else None,
    )


def _rule(rule: dict[str, Any], variations: dict[str, Any], where: str) -> Share | None:
    if rule.get("percentage") is not None:
        percentages = shapes.mapping(rule["percentage"], f"{where}.percentage")
        return shares.weighted(
            (variations.get(name), shapes.number(weight, f"{where}.percentage")) for name, weight in percentages.items()
        )
    if rule.get("progressiveRollout") is not None:
        start, end = _ends(rule["progressiveRollout"], where)
        return shares.either(
            (_rolled(start, end, variations, 0.0, where), _rolled(end, start, variations, 100.0, where))
        )
    variation = shapes.maybe_text(rule.get("variation"), f"{where}.variation")
    return None if variation is None or variation not in variations else shares.of(variations[variation])


def _ends(value: Any, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rollout = shapes.mapping(value, f"{where}.progressiveRollout")
    start, end = (
        shapes.mapping(rollout.get(name), f"{where}.progressiveRollout.{name}") for name in ("initial", "end")
    )
    return start, end


def _rolled(
    now: dict[str, Any], other: dict[str, Any], variations: dict[str, Any], otherwise: float, where: str
) -> Share | None:
    """Give the share at one end: of 0 to 100 percent of its end variation, the rest of the initial one."""
    percent = shapes.number(now.get("percentage") or otherwise, f"{where}.percentage")
    first, last = (now, other) if otherwise == 0 else (other, now)
    names = [str(end.get("variation")) for end in (first, last)]
    return shares.weighted([(variations.get(names[1]), percent), (variations.get(names[0]), 100.0 - percent)])


def _plan(value: Any, where: str) -> tuple[float, ...]:
    if value is None:
        return ()
    start, end = _ends(value, where)
    first = shapes.number(start.get("percentage") or 0.0, f"{where}.percentage")
    return first, shapes.number(end.get("percentage") or 100.0, f"{where}.percentage")


READER = GoFeatureFlag()
