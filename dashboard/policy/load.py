"""A policy file becomes a Policy, or is refused with the line that is wrong. Nothing in it is ignored."""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from dashboard.errors import PolicyError
from dashboard.model.person import Role
from dashboard.model.policy import Component, Policy, Tier
from dashboard.policy._categories import categories
from dashboard.policy._expected import expected_reports
from dashboard.policy._flaky import status_rules
from dashboard.policy._gates import rules
from dashboard.policy._lines import Place
from dashboard.policy._triggers import triggers
from dashboard.policy._values import duration, known_keys, number, texts, typed
from dashboard.settings import data_path

MAX_CHARACTERS = 256 * 1024
MAX_VERSION = 1_000_000_000
MAX_NAME = 200
_SECTIONS = (
    "name", "version", "decision", "tiers", "gate", "categories", "component", "flags", "benchmarks", "soak", "signoff",
    "expected", "trigger", "flaky",
)  # fmt: skip
_STATES = ("on", "off", "any")


def default_text() -> str:
    """Give the default policy, which comes with the product and is documented by its comments."""
    return data_path("policy.toml").read_text("utf-8")


def parse(text: str) -> Policy:
    """Read a policy.

    A policy with few gates is legal; one with none is too, and judges everything NO-GO.

    Raises:
        PolicyError: the file is not TOML, or says something that cannot be meant; the message names the line.
    """
    raw, digest = _read(text)
    root = Place(text)
    known_keys(raw, _SECTIONS, root)
    for key in ("name", "version", "decision", "tiers"):
        if key not in raw:
            root.refuse(f"`{key}` is missing from the policy.")
    go, conditional = _decision(raw["decision"], root)
    benchmarks = _table(raw, "benchmarks", ("baseline", "total"), root)
    signoff = _table(raw, "signoff", ("validity", "quorum"), root)
    name, version = _head(raw, root)
    weights = _weights(raw["tiers"], root)
    gates = rules(typed(raw.get("gate", []), list, "gate", root), root)
    if gates and not sum(weights[rule.tier] for rule in gates.values()):
        root.inside("tiers").refuse("every gate of the policy weighs 0, so no score can be made.")
    return Policy(
        name=name,
        version=version,
        digest=digest,
        text=text,
        go=go,
        conditional=conditional,
        weights=weights,
        rules=gates,
        categories=categories(raw.get("categories", {}), root),
        components=_components(typed(raw.get("component", []), list, "component", root), root),
        flag_expectations=_flags(typed(raw.get("flags", {}), dict, "flags", root), root),
        baseline=_baseline(benchmarks, root.inside("benchmarks")),
        total=typed(benchmarks.get("total", "*total*"), str, "total", root.inside("benchmarks")),
        soak=_soak(raw, root),
        quorum=_quorum(signoff.get("quorum", {}), root),
        validity=duration(signoff.get("validity", "7d"), "validity", root.inside("signoff")),
        expected=expected_reports(raw.get("expected", []), root),
        flaky=status_rules(raw.get("flaky", {}), root),
        triggers=triggers(raw.get("trigger", []), gates, root),
    )


def _read(text: str) -> tuple[dict[str, Any], str]:
    """Give the document and the sha256 of its bytes."""
    if len(text) > MAX_CHARACTERS:
        msg = f"The policy is longer than {MAX_CHARACTERS:,} characters."
        raise PolicyError(msg, hint="Check that this is the policy file.")
    try:
        body = text.encode()
        raw = tomllib.loads(text)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        msg = f"Line {line} of the policy: it holds half a character (a lone surrogate), which cannot be stored."
        raise PolicyError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"The policy is not well-formed TOML: {error}."
        raise PolicyError(msg) from error
    except ValueError as error:  # a whole number with thousands of digits
        msg = "The policy holds a number that is too long to read."
        raise PolicyError(msg) from error
    except RecursionError as error:
        msg = "The policy is nested too deeply."
        raise PolicyError(msg) from error
    return raw, hashlib.sha256(body).hexdigest()


def _head(raw: Mapping[str, Any], root: Place) -> tuple[str, int]:
    """Give name and version."""
    name = typed(raw["name"], str, "name", root).strip()
    if not name:
        root.refuse("`name` is empty.", "name")
    if len(name) > MAX_NAME or not name.isprintable():
        root.refuse(f"`name` must be printable, up to {MAX_NAME} characters.", "name")
    version = typed(raw["version"], int, "version", root)
    if not 1 <= version <= MAX_VERSION:
        root.refuse(f"`version` must be 1 or more, up to {MAX_VERSION:,}.", "version")
    return name, version


def _table(raw: Mapping[str, Any], section: str, keys: tuple[str, ...], root: Place) -> dict[str, Any]:
    place = root.inside(section)
    table = typed(raw.get(section, {}), dict, section, place)
    known_keys(table, keys, place)
    return table


def _decision(raw: Any, root: Place) -> tuple[Fraction, Fraction]:
    place = root.inside("decision")
    table = typed(raw, dict, "decision", place)
    known_keys(table, ("go", "conditional"), place)
    for key in ("go", "conditional"):
        if key not in table:
            place.refuse(f"`{key}` is missing.")
    go, conditional = (number(table[key], key, place) for key in ("go", "conditional"))
    if go > 10:
        place.refuse("`go` is above 10, which no score reaches.", "go")
    if conditional > go:
        place.refuse("`conditional` is above `go`.", "conditional")
    return go, conditional


def _weights(raw: Any, root: Place) -> dict[Tier, int]:
    place = root.inside("tiers")
    table = typed(raw, dict, "tiers", place)
    known_keys(table, tuple(Tier), place)
    weights: dict[Tier, int] = {}
    for tier in Tier:
        if tier not in table:
            place.refuse(f"`{tier}` is missing.")
        weights[tier] = typed(table[tier], int, tier, place)
        if not 0 <= weights[tier] <= 1000:
            place.refuse(f"`{tier}` must be from 0 to 1,000.", tier)
    if not sum(weights.values()):
        place.refuse("all weights are 0, so no score can be made.")
    return weights


def _components(entries: list[Any], root: Place) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for index, raw in enumerate(entries):
        place = root.inside("component", index)
        entry = typed(raw, dict, "component", place)
        known_keys(entry, ("name", "paths", "floor", "owner"), place)
        for key in ("name", "paths"):
            if key not in entry:
                place.refuse(f"this component has no `{key}`.")
        name = typed(entry["name"], str, "name", place)
        if name in found:
            place.refuse(f"the component `{name}` stands in the policy twice.", "name")
        floor = number(entry["floor"], "floor", place) if "floor" in entry else None
        if floor is not None and floor > 100:
            place.refuse(f"`floor` of `{name}` is above 100 %.", "floor")
        owner = typed(entry["owner"], str, "owner", place) if "owner" in entry else None
        found[name] = Component(name, texts(entry["paths"], "paths", place), floor, owner)
    return tuple(found.values())


def _flags(table: dict[str, Any], root: Place) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for environment, raw in table.items():
        place = root.inside(f"flags.{environment}")
        states = typed(raw, dict, environment, place)
        for category, state in states.items():
            if state not in _STATES:
                place.refuse(f"`{category}` must be one of {', '.join(_STATES)}.", category)
        found[environment] = states
    return found


def _baseline(table: Mapping[str, Any], place: Place) -> str:
    text = typed(table.get("baseline", "previous-version"), str, "baseline", place)
    if text != "previous-version" and not (text.startswith("version:") and text.removeprefix("version:").strip()):
        place.refuse(f"`baseline` is {text!r}; it must be `previous-version` or `version:<label>`.", "baseline")
    return text


def _soak(raw: Mapping[str, Any], root: Place) -> dict[str, timedelta]:
    table = _table(raw, "soak", ("minimum", "every", "max_gap"), root)
    place = root.inside("soak")
    if table and "minimum" not in table:
        place.refuse("`minimum` is missing: how long the soak must last.")
    soak = {key: duration(value, key, place) for key, value in table.items()}
    if "every" in soak and soak.get("max_gap", soak["every"]) < soak["every"]:
        place.refuse("`max_gap` is shorter than `every`.", "max_gap")
    return soak


def _quorum(raw: Any, root: Place) -> dict[str, int]:
    place = root.inside("signoff.quorum")
    table = typed(raw, dict, "quorum", root.inside("signoff"))
    known_keys(table, (Role.AUDITOR.value, Role.MANAGER.value), place)
    quorum = {role: typed(count, int, role, place) for role, count in table.items()}
    for role, count in quorum.items():
        if not 0 <= count <= 100:
            place.refuse(f"`{role}` must be from 0 to 100.", role)
    if table and not sum(quorum.values()):
        place.refuse("nobody has to sign; leave the section out for the default of one auditor and one manager.")
    return quorum or {Role.AUDITOR.value: 1, Role.MANAGER.value: 1}
