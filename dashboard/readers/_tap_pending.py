"""A test point of TAP whose diagnostics may still follow, as a YAML block or as comments."""

import re

from dashboard.model.records import CaseResult, Failure, Outcome
from dashboard.parsing.xml import Text
from dashboard.readers._junit_case import short_name
from dashboard.readers._tap_lines import Point

LONGEST_DIAGNOSTICS = 256 * 1024

_DURATION = re.compile(r"\s*duration_ms:\s*(\d{1,12}(?:\.\d{1,12})?)\s*", re.ASCII)
_MESSAGE = re.compile(r"(?:error|message):\s*(?:'(.*)'|\"(.*)\"|([^|>\s].*))\s*")
_KIND = re.compile(r"\s*(?:failureType|severity|name):\s*['\"]?([\w.-]{1,100})['\"]?\s*")


class Pending:
    """A point whose diagnostics may follow."""

    def __init__(self, told: Point, nameless: int) -> None:
        self.told = told
        self.name = told.name or f"(test {told.number or nameless})"
        self.duration = told.duration_s
        self.kind: str | None = None
        self.message: str | None = None
        self.text = Text(LONGEST_DIAGNOSTICS)
        self._margin: int | None = None

    def diagnose(self, line: str) -> None:
        """Take one line of a YAML block."""
        self.text.add(f"{line}\n")
        margin = len(line) - len(line.lstrip(" "))
        if self._margin is None:
            self._margin = margin
        if self.duration is None and (timed := _DURATION.fullmatch(line)):
            self.duration = float(timed[1]) / 1000
        elif self.message is None and margin == self._margin and (said := _MESSAGE.fullmatch(line.lstrip(" "))):
            self.message = said[1] or said[2] or said[3]
        elif self.kind is None and (kind := _KIND.fullmatch(line)):
            self.kind = kind[1]

    def record(self, duration: float | None) -> CaseResult:
        """Give the case."""
        told, text = self.told, self.text.value.strip()
        failure = Failure(
            self.kind or told.directive or None,
            told.reason or self.message,
            text or None,
            self.text.size if text else 0,
        )
        passed = told.outcome is Outcome.PASSED or not any(failure[:3])
        return CaseResult(
            suite="",
            classname="",
            name=short_name(self.name),
            file=None,
            line=None,
            outcome=told.outcome,
            duration_s=duration,
            failure=None if passed else failure,
        )
