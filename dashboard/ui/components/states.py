"""States, always the three together: an icon, a word and a colour."""

from dataclasses import dataclass

from dashboard.model.evaluation import Decision, Severity
from dashboard.model.records import Outcome
from dashboard.model.register import CandidateState
from dashboard.model.statement import SignOffState
from dashboard.model.verdict import Ruling
from dashboard.model.waiver import WaiverState
from dashboard.ui.components.markup import Markup, tag


@dataclass(frozen=True, slots=True)
class State:
    """How a state is written."""

    word: str
    icon: str
    """Name of a mask in style.css."""
    tone: str
    """Name of a colour in style.css: pass, warn, fail, missing, stale, skipped, info."""

    def named(self, word: str) -> "State":
        """Give the same state under another word."""
        return State(word, self.icon, self.tone)


PASS = State("pass", "check", "pass")
WARN = State("warn", "warning", "warn")
FAIL = State("fail", "cancel", "fail")
MISSING = State("missing", "help", "missing")
INVALID = State("invalid", "off", "missing")
STALE = State("stale", "clock", "stale")
SKIPPED = State("skipped", "minus", "skipped")
INFO = State("info", "info", "info")
FLAKY = State("flaky", "retry", "warn")

RULINGS: dict[Ruling, State] = {
    Ruling.PASS: PASS,
    Ruling.WARN: WARN,
    Ruling.FAIL: FAIL,
    Ruling.MISSING: MISSING,
    Ruling.STALE: STALE,
    Ruling.INVALID: INVALID,
    Ruling.NOT_APPLICABLE: SKIPPED.named("not applicable"),
    Ruling.WAIVED: SKIPPED.named("waived"),
}
DECISIONS: dict[Decision, State] = {
    Decision.GO: PASS.named("GO"),
    Decision.CONDITIONAL_GO: WARN.named("CONDITIONAL GO"),
    Decision.NO_GO: FAIL.named("NO-GO"),
}
OUTCOMES: dict[Outcome, State] = {
    Outcome.PASSED: PASS.named("passed"),
    Outcome.FAILED: FAIL.named("failed"),
    Outcome.ERROR: State("error", "bolt", "fail"),
    Outcome.SKIPPED: SKIPPED,
}
SEVERITIES: dict[Severity, State] = {
    Severity.BLOCKER: FAIL.named("blocker"),
    Severity.MAJOR: WARN.named("major"),
    Severity.MINOR: State("minor", "minus", "stale"),
    Severity.INFO: INFO,
}
SIGN_OFFS: dict[SignOffState, State] = {
    SignOffState.UNSIGNED: MISSING.named("unsigned"),
    SignOffState.UNDER_REVIEW: State("under review", "clock", "info"),
    SignOffState.APPROVED: PASS.named("approved"),
    SignOffState.APPROVED_WITH_CONDITIONS: PASS.named("approved with conditions"),
    SignOffState.REJECTED: FAIL.named("rejected"),
    SignOffState.WITHDRAWN: SKIPPED.named("withdrawn"),
    SignOffState.EXPIRED: STALE.named("expired"),
    SignOffState.STALE: STALE.named("STALE"),
    SignOffState.INVALID: FAIL.named("invalid"),
}
CANDIDATES: dict[CandidateState, State] = {
    CandidateState.OPEN: State("open", "circle", "info"),
    CandidateState.APPROVED: PASS.named("approved"),
    CandidateState.APPROVED_WITH_CONDITIONS: PASS.named("approved with conditions"),
    CandidateState.REJECTED: FAIL.named("rejected"),
    CandidateState.WITHDRAWN: SKIPPED.named("withdrawn"),
    CandidateState.EXPIRED: STALE.named("expired"),
    CandidateState.STALE: STALE.named("STALE"),
    CandidateState.SUPERSEDED: SKIPPED.named("superseded"),
}
CONDITION_STATES = {"open": State("open", "circle", "info"), "met": PASS.named("met"), "overdue": FAIL.named("overdue")}
WAIVER_STATES: dict[WaiverState, State] = {
    WaiverState.REQUESTED: State("requested", "clock", "info"),
    WaiverState.LIVE: WARN.named("live"),
    WaiverState.EXPIRED: STALE.named("expired"),
    WaiverState.WITHDRAWN: SKIPPED.named("withdrawn"),
}
HEALTH = {"pass": PASS, "warn": WARN, "fail": FAIL}


def icon(name: str) -> Markup:
    """Draw an icon in the colour of its surroundings; the word beside it says the same, so it is hidden from ears."""
    return tag("i", class_=f"cs-i cs-i-{name}", aria_hidden="true")


def chip(state: State) -> Markup:
    """Write a state: icon, word, colour."""
    return tag("span", icon(state.icon), tag("span", state.word), class_=f"cs-st cs-{state.tone}")


def outcome(word: str) -> State:
    """Give the state of an outcome by its stored word."""
    return OUTCOMES[Outcome(word)]
