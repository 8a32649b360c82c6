"""Feature flags as plain JSON: ``{"flags": {key: true | {"enabled": true, "rollout_percentage": 25, ...}}}``.

The same map without the outer ``flags`` (or ``feature_flags``) is read too. An object may say ``enabled``,
``rollout_percentage`` (0 to 100), ``category``, ``depends_on``, ``rollout_plan`` and ``description``. A flag that is
switched on for 0 % of users serves nobody; one that also names users or rules, which are not read, serves somewhere
from 0 to its share. A value that is no switch (a number, a string, another object) is kept as a value.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FlagState, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers._json_body import document
from dashboard.readers._json_head import JsonHead, json_head

_OF_OTHERS = frozenset(
    {"state", "variants", "defaultVariant", "on", "variations", "flagType", "defaultRule", "strategies", "disable"}
)
"""Keys of a flag in flagd, LaunchDarkly, GO Feature Flag, Unleash and the OpenFeature manifest."""
_NO_FLAG = frozenset({
    "$schema", "name", "version", "status", "success", "ok", "error", "errors", "health", "healthy", "private",
    "scripts", "dependencies", "meta", "metadata", "results", "testResults", "wasInterrupted", "data", "checks",
    "details", "components", "features", "flagValues", "segments", "benchmarks", "files", "totals",
    "compilerOptions", "extends", "root", "rules", "plugins", "type", "passed", "message", "timestamp",
})  # fmt: skip
"""Top-level keys that tell a package manifest, a test report, a health document or a settings file."""


_OUTER = ("flags", "feature_flags", "featureFlags")
_SHARES = ("rollout_percentage", "rolloutPercentage", "rollout", "percentage")
_LIMITS = ("rules", "targeting", "targets", "conditions", "segments", "users", "allowlist", "environments")


class PlainFlags:
    """Reads plain flag files."""

    format = "plain-flags"
    kind = Kind.FLAGS
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise a ``flags`` object, or a flat map in which switches stand out and nothing says otherwise."""
        seen = json_head(head)
        if seen.root != "{":
            return False
        outer = next((key for key in _OUTER if seen.has(key)), None)
        if outer is not None:
            return not seen.has(outer, "[]") and _switches(seen, outer) > 0 and not _foreign(seen, outer)
        if _NO_FLAG & set(seen.keys) or _foreign(seen):
            return False
        switches = _switches(seen)
        return switches == len(seen.keys) > 0 or (switches >= 2 and switches * 3 >= len(seen.keys))

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a flag."""
        report = shapes.mapping(document(body, ledger), "The document")
        outer = next((key for key in _OUTER if key in report), None)
        flags = report if outer is None else shapes.mapping(report[outer], outer)
        for key, value in flags.items():
            ledger.seen += 1
            record = _flag(key, value, ledger)
            ledger.kept += 1
            yield record
        if not flags:
            ledger.note("no-flags", "The file defines no flag.")


def _switches(seen: JsonHead, *path: str) -> int:
    """Count the entries in view that are a boolean or an object with ``enabled``."""
    return sum(
        seen.scalar(*path, key) in ("true", "false") or seen.has(*path, key, "enabled") for key in seen.under(*path)
    )


def _foreign(seen: JsonHead, *path: str) -> bool:
    return any(seen.under(*path, key) & _OF_OTHERS for key in seen.under(*path))


def _flag(key: str, value: Any, ledger: Ledger) -> FlagState:
    if isinstance(value, bool):
        return _state(key, enabled=value, share=100.0)
    if not isinstance(value, dict) or "enabled" not in value:
        ledger.note("value-flags", "A flag is a value and no switch; it is listed with its value.")
        return FlagState(key, None, None, None, None, (), (), None, json.dumps(value, sort_keys=True))
    where = f"flags[{key[:200]!r}]"
    enabled = shapes.truth(value["enabled"], f"{where}.enabled")
    share = _share(value, where)
    state = _state(key, enabled=enabled, share=share)._replace(
        category=shapes.maybe_text(value.get("category"), f"{where}.category"),
        depends_on=_names(value.get("depends_on"), f"{where}.depends_on"),
        plan=_plan(value.get("rollout_plan"), ledger),
        description=shapes.maybe_text(value.get("description"), f"{where}.description"),
    )
    if enabled and any(value.get(name) for name in _LIMITS):
        ledger.note("targeting-not-read", "A flag names users or rules, which are not read: it serves 0 to its share.")
        return state._replace(served_min_pct=0.0)
    return state


def _share(value: dict[str, Any], where: str) -> float:
    name = next((name for name in _SHARES if value.get(name) is not None), None)
    share = 100.0 if name is None else shapes.number(value[name], f"{where}.{name}")
    if not 0 <= share <= 100:
        msg = f"{where}.{name} is {share:g}; a share of users lies between 0 and 100."
        raise MalformedArtefactError(msg, slug="flag-percentage")
    return share


def _state(key: str, *, enabled: bool, share: float) -> FlagState:
    served = share if enabled else 0.0
    return FlagState(key, enabled, served, served, None, (), (), None, None)


def _names(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    return tuple(shapes.text(name, where) for name in shapes.items(value, where))


def _plan(value: Any, ledger: Ledger) -> tuple[float, ...]:
    if value is None:
        return ()
    stages = value if isinstance(value, list) else [value]
    if all(isinstance(s, (int, float)) and not isinstance(s, bool) and 0 <= s <= 100 for s in stages):
        return tuple(map(float, stages))
    ledger.note("plan-not-read", "A rollout_plan is not a list of percentages between 0 and 100 and is not read.")
    return ()


READER = PlainFlags()
