"""Asks: does this release rest on a waiver that has run out?

Passes: when no waiver of the candidate has run out. Warns while a live one still lifts a gate: it will run out.

Unknown: never; that nobody asked for a waiver is known from the store, and lifts nothing.

Remedy: make the gate pass that was waived, withdraw the waiver, or ask for another one before it ends.
"""

from dashboard.gates._ruling import counted, named
from dashboard.model.evidence import Evidence
from dashboard.model.figures import moment_text
from dashboard.model.policy import Rule
from dashboard.model.protocols import Gate
from dashboard.model.verdict import Ruling, Verdict
from dashboard.model.waiver import WaiverState

WAIVERS = ("waiver", "waivers")


def judge(evidence: Evidence, rule: Rule) -> Verdict:
    granted = [w for w in evidence.waivers if w.approved_at is not None]
    over = [w for w in granted if w.state_at(evidence.as_of) is WaiverState.EXPIRED]
    live = [w for w in granted if w.state_at(evidence.as_of) is WaiverState.LIVE]
    # One that was granted again is not missed: the newer one speaks for the gate.
    over = [w for w in over if w.gate not in {one.gate for one in live}]
    because = f"{counted(len(granted), WAIVERS)} granted, {len(over):,} of them ran out, {len(live):,} live"
    because += f"; ran out: {named([f'{w.gate} at {moment_text(w.expires_at)}' for w in over])}" if over else ""
    because += f"; live: {named([f'{w.gate} until {moment_text(w.expires_at)}' for w in live])}" if live else ""
    ruling = Ruling.FAIL if over else Ruling.WARN if live else Ruling.PASS
    gates = [w.gate for w in (*over, *live)]
    turn = f"{named(gates)} passing without a waiver." if gates else None
    fraction = f"{len(over):,} of {len(granted):,}"
    return Verdict(ruling, f"{because}.", f"{len(over):,}", fraction, rule.required, "expired", (), turn)


GATE = Gate("waivers.expired", "Waivers that ran out", judge, __doc__)
