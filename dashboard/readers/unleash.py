"""Unleash: the client payload (``/api/client/features``), the state file and the environment export.

An enabled feature without strategies serves everybody; strategies add up, a rollout of "0" serves nobody, and
constraints or segments make the share a span from 0. In an export the state lies in ``featureEnvironments`` and the
strategies in ``featureStrategies``, which name no environment when the export is of one. Numbers are written as text.
Format: https://docs.getunleash.io/reference/api/unleash/get-all-client-features
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import FlagState, Kind, Record
from dashboard.parsing import shapes
from dashboard.readers import _flag_shares as shares
from dashboard.readers._flag_shares import Share
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_OWN = frozenset({"strategies", "impressionData", "enabled", "stale"})
_ROLLOUTS = {
    "flexibleRollout": "rollout",
    "gradualRolloutUserId": "percentage",
    "gradualRolloutSessionId": "percentage",
    "gradualRolloutRandom": "percentage",
}


class Unleash:
    """Reads Unleash features."""

    format = "unleash"
    kind = Kind.FLAGS
    version = 2

    def sniff(self, head: bytes) -> bool:
        """Recognise features with strategies or state, also inside a test case of the client specification."""
        seen = json_head(head)
        if seen.has("featureEnvironments") or seen.has("featureStrategies"):
            return True
        return any(
            seen.has(*at, "name") and seen.under(*at) & _OWN for at in (("features", "[]"), ("state", "features", "[]"))
        )

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a feature, and one an environment where the export holds several."""
        report = shapes.mapping(document(body, ledger), "The document")
        if "features" not in report and "state" in report:
            report = shapes.mapping(report["state"], "state")
        ledger.producer = "Unleash"
        features = _listed(report, "features")
        exported = "featureEnvironments" in report
        for entry, key in _per_environment(report, features) if exported else _own(features):
            ledger.seen += 1
            record = _feature(key, entry)
            if entry.get("stale") is True:
                ledger.note("stale-flag", "A feature is marked as stale.")
            ledger.kept += 1
            yield record
        if not features:
            ledger.note("no-flags", "The file defines no flag.")


def _listed(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = holder.get(key)
    return [] if value is None else [shapes.mapping(item, f"{key}[]") for item in shapes.items(value, key)]


def _own(features: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    for feature in features:
        yield feature, shapes.text(feature.get("name"), "features[].name")


def _per_environment(report: dict[str, Any], features: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Give every feature with the state and the strategies of its environment."""
    strategies: dict[tuple[str, str], list[Any]] = defaultdict(list)
    dependencies: dict[str, list[Any]] = defaultdict(list)
    states: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    environments = set()
    for item in _listed(report, "featureStrategies"):
        strategies[_text(item, "featureName"), _environment(item)].append(
            {**item, "name": item.get("strategyName", item.get("name"))}
        )
    for item in _listed(report, "dependencies"):
        dependencies[_text(item, "feature")].extend(_listed(item, "dependencies"))
    for item in _listed(report, "featureEnvironments"):
        environments.add(_environment(item))
        states[_text(item, "featureName")].append((_environment(item), item.get("enabled")))
    for feature, name in _own(features):
        for environment, enabled in states.get(name, [("", False)]):
            key = f"{name}@{environment}" if len(environments) > 1 else name
            here = strategies[name, environment] or strategies[name, ""]
            entry = {**feature, "enabled": enabled, "strategies": here}
            yield (entry | {"dependencies": dependencies[name]} if name in dependencies else entry), key


def _text(item: dict[str, Any], key: str) -> str:
    return shapes.text(item.get(key), key)


def _environment(item: dict[str, Any]) -> str:
    return str(item.get("environment") or "")


def _feature(key: str, entry: dict[str, Any]) -> FlagState:
    where = f"features[{key[:200]!r}]"
    enabled = shapes.truth(entry.get("enabled"), f"{where}.enabled")
    dependencies = _listed(entry, "dependencies")
    depends_on = tuple(shapes.text(item.get("feature"), f"{where}.dependencies.feature") for item in dependencies)
    share = _strategies(_listed(entry, "strategies"), where) if enabled else shares.NOBODY
    if depends_on:
        share = share._replace(least=0.0)
    return shares.state(
        key,
        share,
        enabled=enabled,
        category=shapes.maybe_text(entry.get("type"), f"{where}.type"),
        depends_on=depends_on,
        description=shapes.maybe_text(entry.get("description"), f"{where}.description"),
    )


def _strategies(strategies: list[dict[str, Any]], where: str) -> Share:
    """Give the share of users for whom at least one strategy says yes."""
    if not strategies:
        return shares.ALL
    active = [_strategy(item, where) for item in strategies if item.get("disabled") is not True]
    if not active:
        return shares.NOBODY
    return Share(max(s.least for s in active), min(100.0, sum(s.most for s in active)))


def _strategy(item: dict[str, Any], where: str) -> Share:
    name = shapes.text(item.get("name"), f"{where}.strategies.name")
    parameters = shapes.mapping(item.get("parameters") or {}, f"{where}.strategies.parameters")
    if name == "default":
        share = shares.ALL
    elif name in _ROLLOUTS:
        percent = _percent(parameters.get(_ROLLOUTS[name]), where)
        share = Share(percent, percent)
    else:
        share = shares.ANY  # by user, address or host, or the project's own: no share is stated
    return share._replace(least=0.0) if item.get("constraints") or item.get("segments") else share


def _percent(value: Any, where: str) -> float:
    text = value.strip() if isinstance(value, str) else value
    try:
        percent = float(text) if isinstance(text, str) else shapes.number(text, f"{where}: rollout")
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        msg = f"{where}: the rollout {str(value)[:40]!r} is no share between 0 and 100."
        raise MalformedArtefactError(msg, slug="flag-percentage")
    return percent


READER = Unleash()
