"""Environment snapshot of a candidate, as ``countersign_environment`` version 1.

::

    {"countersign_environment": 1,
     "collected_at": "2026-11-24T08:15:00Z",
     "runtime": {"python": "3.12.3"},
     "dependencies": {"requests": "2.32.3"},
     "lock": {"runtime": {"python": "3.12.3"}, "dependencies": {"requests": "2.32.3"}},
     "files": [{"path": "config/app.toml", "required": true, "present": true, "sha256": "..."}],
     "variables": {"GENESIS_ENV": "staging"}}

Every part but the first key may be left out. ``lock`` is what is asked for; the rest is what was found. A required
file asks for ``present`` or for the ``sha256`` under ``required``. The file is kept as it came, so one that holds the
value of a variable that looks secret is refused: write ``(set)`` instead of the value, or leave the variable out.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from dashboard.errors import MalformedArtefactError
from dashboard.model.ledger import Ledger
from dashboard.model.records import EnvironmentFact, Kind, Record
from dashboard.parsing import moments, shapes
from dashboard.readers._json_body import document
from dashboard.readers._json_head import json_head

_SCHEMA = "countersign_environment"
_SECRET = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|_PWD$|PASSPHRASE|CREDENTIAL|PRIVATE|(?:^|_)AUTH$|AUTHORI[SZ]ATION|DSN|COOKIE",
    re.IGNORECASE,
)
_PASSWORD_IN_URL = re.compile(r"://[^/\s@]*:[^/\s@]*@")
_MASK_IN_URL = re.compile(r"://[^/\s@:]*:(?:[*\u2022]{3,}|[xX]{3,}|<\w+>|\(\w+\))?@")
_MASKED = re.compile(
    r"[*\u2022]{3,}|[xX]{3,}|set|unset|redacted|masked"
    r"|[(<\[{](?:set|not set|unset|present|defined|redacted|masked|hidden|removed|secret|not kept)[)>\]}]",
    re.IGNORECASE,
)
"""Values that show that there is one, and not which."""
PRESENT = "present"


class EnvironmentJson:
    """Reads environment snapshots."""

    format = "environment-json"
    kind = Kind.ENVIRONMENT
    version = 1

    def sniff(self, head: bytes) -> bool:
        """Recognise the schema key."""
        return json_head(head).has(_SCHEMA)

    def read(self, body: BinaryIO, ledger: Ledger) -> Iterator[Record]:
        """Give one record a line of the snapshot."""
        report = shapes.mapping(document(body, ledger), "The document")
        version = shapes.whole(report.get(_SCHEMA), _SCHEMA)
        if version != 1:
            msg = f"{_SCHEMA} is {version}; version 1 is read."
            raise MalformedArtefactError(msg, slug="environment-version", hint="Write the snapshot as version 1.")
        collected = shapes.maybe_text(report.get("collected_at"), "collected_at")
        ledger.collected_at = moments.iso(collected)
        if collected is not None and ledger.collected_at is None:
            ledger.note("time-without-offset", "collected_at names no point in time (it needs an offset).")
        lock = _part(report, "lock")
        for fact in (
            *_versions("runtime", _part(report, "runtime"), _part(lock, "runtime", "lock.")),
            *_versions("dependency", _part(report, "dependencies"), _part(lock, "dependencies", "lock.")),
            *_files(report.get("files")),
            *_variables(_part(report, "variables")),
        ):
            ledger.seen += 1
            ledger.kept += 1
            yield fact
        if not ledger.kept:
            ledger.note("no-facts", "The snapshot says nothing about the environment.")


def _part(report: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
    value = report.get(key)
    return {} if value is None else shapes.mapping(value, f"{prefix}{key}")


def _versions(group: str, found: dict[str, Any], asked: dict[str, Any]) -> Iterator[EnvironmentFact]:
    """Pair what was found with what the lock asks for; either may be missing."""
    for name in dict.fromkeys((*found, *asked)):
        where = f"{group} {name[:200]}"
        yield EnvironmentFact(
            group, name, shapes.maybe_text(found.get(name), where), shapes.maybe_text(asked.get(name), f"lock: {where}")
        )


def _files(value: Any) -> Iterator[EnvironmentFact]:
    for index, item in enumerate([] if value is None else shapes.items(value, "files")):
        where = f"files[{index}]"
        entry = shapes.mapping(item, where)
        present = shapes.truth(entry.get("present"), f"{where}.present")
        sha256 = shapes.maybe_text(entry.get("sha256"), f"{where}.sha256")
        asked = entry.get("required")
        required = asked if isinstance(asked, str) else (PRESENT if shapes.maybe_truth(asked, where) else None)
        exact = required not in (None, PRESENT)
        observed = (sha256 or PRESENT) if exact else PRESENT
        path = shapes.text(entry.get("path"), f"{where}.path")
        yield EnvironmentFact("file", path, observed if present else None, required)


def _variables(variables: dict[str, Any]) -> Iterator[EnvironmentFact]:
    for name, value in variables.items():
        text = shapes.maybe_text(value, f"variables.{name[:200]}")
        if text and _is_secret(name, text):
            msg = f"The value of the variable {name[:200]} looks secret, and evidence is kept as it is for years."
            hint = 'Leave the variable out, or write "(set)" for its value. Change the secret if the file was seen.'
            raise MalformedArtefactError(msg, slug="secret-in-environment", hint=hint)
        yield EnvironmentFact("variable", name, text, None)


def _is_secret(name: str, text: str) -> bool:
    if _SECRET.search(name):
        return _MASKED.fullmatch(text.strip()) is None
    return any(_MASK_IN_URL.match(text, found.start()) is None for found in _PASSWORD_IN_URL.finditer(text))


READER = EnvironmentJson()
