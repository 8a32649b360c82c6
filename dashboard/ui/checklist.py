"""What still forbids a signature, and what does not."""

from dashboard.model.person import Person, Role
from dashboard.services.preparation import SigningView
from dashboard.ui.components.blocks import items
from dashboard.ui.components.markup import Markup, join, muted
from dashboard.ui.components.states import DECISIONS, FAIL, PASS, chip
from dashboard.ui.wording import counted

OF_THE_PERSON = frozenset({"not-signed-in", "role", "no-key", "not-in-quorum", "already-signed"})
"""Obstacles that no evidence and no condition can clear."""

_FOUR_EYES = frozenset({"uploader", "creator", "policy-editor", "policy-approver"})
FOUR_EYES = "Four eyes: not the one who brought in key evidence, proposed the candidate, wrote or approved the policy"


def checklist(person: Person, view: SigningView) -> Markup:
    """Write it: the person, four eyes, the decision with its conditions."""
    found = view.obstacles
    own = [o for o in found if o.code in OF_THE_PERSON]
    eyes = [o for o in found if o.code in _FOUR_EYES]
    rest = [o for o in found if o not in own and o not in eyes]
    who = f"{person.name}, {person.role}, may sign" if person.role is not Role.ANONYMOUS else ""
    lines = [
        *([_bad(o.text) for o in own] or [_good(who)]),
        *([_bad(o.text) for o in eyes] or ([_good(FOUR_EYES)] if not own else [])),
        *([_bad(o.text) for o in rest] or [_good(f"The decision allows: {view.kind}")]),
    ]  # fmt: skip
    ready = view.evaluation.readiness
    measured = f"{ready.measured} of {counted(ready.gates, 'gate')} measured"
    return items([*lines, join([chip(DECISIONS[ready.decision]), " ", muted(measured)])])


def _bad(text: str) -> Markup:
    return join([chip(FAIL.named("forbids")), " ", text])


def _good(text: str) -> Markup:
    return join([chip(PASS.named("clear")), " ", text])
