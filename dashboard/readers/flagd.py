"""flagd flag definitions (JSON and YAML).

A boolean flag that is ENABLED serves its default variant, or what its targeting yields: the least and most share
over all branches, and the weights of ``fractional``. DISABLED does not mean off: the caller's own default is
served, which no file knows, and so it is with an absent default variant.
Format: https://flagd.dev/reference/flag-definitions/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FlagState, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers import _flag_shares as shares
from dashboard.readers._flag_document import flag_document
from dashboard.readers._flag_shares import Share
from dashboard.readers._yaml_head import key_head

_STATES = ("ENABLED", "DISABLED")
_MAX_REFERENCES = 32
_OWN = frozenset({"variants", "defaultVariant"})


class Flagd:
    """Reads flagd definitions."""

    format = "flagd"
    kind = Kind.FLAGS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise flags with variants, as an object or as a list."""
        seen = key_head(head)
        entries = [seen.under("flags", key) for key in seen.under("flags")]
        return any(keys & _OWN and not keys & {"variations", "flagType"} for keys in entries)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a flag."""
        report = shapes.mapping(flag_document(body, ledger), "The document")
        evaluators = shapes.mapping(report.get("$evaluators") or {}, "$evaluators")
        ledger.producer = "flagd format"
        flags = report.get("flags")
        listed = (
            [(shapes.text(shapes.mapping(f, "flags[]").get("key"), "flags[].key"), f) for f in flags]
            if isinstance(flags, list)
            else list(shapes.mapping(flags, "flags").items())
        )
        for key, value in listed:
            ledger.seen += 1
            record = _flag(key, shapes.mapping(value, f"flags[{key[:200]!r}]"), evaluators, ledger)
            ledger.kept += 1
            yield record
        if not listed:
            ledger.note("no-flags", "The file defines no flag.")


@dataclass(frozen=True, slots=True)
class _Targeting:
    """Outcomes of a JsonLogic rule that yields variants."""

    variants: dict[str, Any]
    default: str | None
    evaluators: dict[str, Any]

    def variant(self, name: str | None) -> Share | None:
        """Give the share of a variant; ``None`` when the code's own default is served."""
        return None if name is None or name not in self.variants else shares.of(self.variants[name])

    def outcome(self, rule: Any, depth: int = 0) -> Share | None:
        """Give the span of what a rule can yield; evaluators may refer to each other, so the depth is bounded."""
        if rule is None:
            return self.variant(self.default)
        if isinstance(rule, (str, bool)):
            return self.variant(rule if isinstance(rule, str) else str(rule).lower())
        if isinstance(rule, dict) and len(rule) == 1 and depth <= _MAX_REFERENCES:
            ((operator, operands),) = rule.items()
            return self._operation(operator, operands, depth + 1)
        return shares.ANY

    def _operation(self, operator: str, operands: Any, depth: int) -> Share | None:
        if operator == "$ref":
            return self.outcome(self.evaluators.get(str(operands)), depth)
        listed = operands if isinstance(operands, list) else [operands]
        if operator == "if":
            # condition, outcome, condition, outcome, ..., otherwise
            outcomes = listed[1::2] + (listed[-1:] if len(listed) % 2 else [None])
            return shares.either(self.outcome(outcome, depth) for outcome in outcomes)
        return self._fractional(listed) if operator == "fractional" else shares.ANY

    def _fractional(self, buckets: list[Any]) -> Share | None:
        parts = []
        for bucket in buckets:
            if not isinstance(bucket, list) or not bucket:
                continue  # what is hashed
            weight = bucket[1] if len(bucket) > 1 else 1
            if not isinstance(bucket[0], str) or isinstance(weight, bool) or not isinstance(weight, (int, float)):
                return shares.ANY
            parts.append((self.variants.get(bucket[0]), float(min(weight, 1e9))))
        return shares.weighted(parts)


def _flag(key: str, entry: dict[str, Any], evaluators: dict[str, Any], ledger: Ledger) -> FlagState:
    where = f"flags[{key[:200]!r}]"
    given = shapes.text(entry.get("state"), f"{where}.state")
    if given not in _STATES:
        raise MalformedArtefactError(f"{where}.state is {given[:40]!r}, not ENABLED or DISABLED.", slug="flag-state")
    variants = shapes.mapping(entry.get("variants"), f"{where}.variants")
    default = shapes.maybe_text(entry.get("defaultVariant"), f"{where}.defaultVariant")
    metadata = shapes.mapping(entry.get("metadata") or {}, f"{where}.metadata")
    if default is not None and default not in variants:
        ledger.note("default-missing", "A default variant is not among the variants of its flag.")
    enabled = given == "ENABLED"
    switch = shares.is_switch(variants.values())
    share = None
    if switch and enabled:
        share = _Targeting(variants, default, evaluators).outcome(entry.get("targeting") or None)
    elif not enabled:
        ledger.note("disabled-serves-default", "A disabled flag serves the default of the code, which is not off.")
    served = variants.get(default) if default is not None else None
    description, category = (metadata.get(name) for name in ("description", "category"))
    return shares.state(
        key,
        share,
        enabled=enabled,
        value=None if switch else shares.value_text(served),
        category=category if isinstance(category, str) else None,
        description=description if isinstance(description, str) else None,
    )


READER = Flagd()
