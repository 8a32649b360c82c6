"""Policy: what is asked of a release, in words and to the letter, how it came to be, and changing it by two."""

from dataclasses import dataclass
from typing import Any

from dashboard.errors import CountersignError
from dashboard.model.figures import decimal_text, moment_text
from dashboard.model.person import Permission, Person
from dashboard.model.policy import Policy
from dashboard.policy.load import default_text, parse
from dashboard.policy.remarks import remarks
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.services.policy_preview import Comparison, compare
from dashboard.services.policy_words import GateWords, explained, not_asked
from dashboard.store.policies import PolicyVersion, Proposal
from dashboard.ui import judging, policy_tables
from dashboard.ui.components.blocks import box, digest, empty, fold, heading, items, lead, section
from dashboard.ui.components.links import Place
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, INFO, PASS, SKIPPED, STALE, State, chip
from dashboard.ui.components.tables import Column, Row, table
from dashboard.ui.look import html
from dashboard.ui.page import Filters, Page
from dashboard.ui.policy_forms import PolicyActs, acts_of, draw_editor, draw_waiting
from dashboard.ui.wording import counted

_STATES: dict[str, State] = {
    "proposed": State("proposed", "clock", "info"),
    "approved": PASS.named("approved"),
    "rejected": FAIL.named("rejected"),
    "withdrawn": SKIPPED.named("withdrawn"),
    "superseded": STALE.named("superseded"),
}
_HISTORY = (
    Column("Policy", narrow="title"),
    Column("In force since", narrow="plain"),
    Column("Written by", narrow="plain"),
    Column("Approved by", narrow="plain"),
    Column("Reason", narrow="plain"),
    Column("Changes", narrow="plain"),
)


@dataclass(frozen=True, slots=True)
class PolicyView:
    """What the page shows."""

    place: Place
    text: str
    policy: Policy | None
    """``None`` where the stored text is not understood any more; ``refused`` then says why."""
    refused: CountersignError | None
    words: tuple[GateWords, ...]
    versions: tuple[PolicyVersion, ...]
    """The project's own, newest first; empty where the default is in force."""
    proposals: tuple[Proposal, ...]
    compared: tuple[str, str, Comparison | CountersignError] | None
    """Two versions that the address names, and how they differ."""
    acts: PolicyActs
    person: Person
    may_change: bool


def load(context: Context, filters: Filters) -> PolicyView:
    place = filters.place
    text = policies.current_text(context, place.project)
    policy, refused = None, None
    words: tuple[GateWords, ...] = ()
    try:
        policy = parse(text)
        words = explained(policy)
    except CountersignError as error:
        refused = error
    before = judging.evaluation(context, place) if place.candidate and policy else None
    return PolicyView(
        place=place,
        text=text,
        policy=policy,
        refused=refused,
        words=words,
        versions=policies.history(context, place.project),
        proposals=policies.proposals(context, place.project),
        compared=_compared(context, place, filters.text("from"), filters.text("to")),
        acts=acts_of(context, place, text, before),
        person=context.person,
        may_change=context.may(Permission.POLICY),
    )


def _compared(
    context: Context, place: Place, old: str, new: str
) -> tuple[str, str, Comparison | CountersignError] | None:
    if not (old and new):
        return None
    try:
        texts = [policies.version_text(context, place.project, name) for name in (old, new)]
        return old, new, compare(*texts)
    except CountersignError as error:
        return old, new, error


def draw(seen: PolicyView) -> None:
    html(_answer(seen))
    waiting = tuple(one for one in seen.proposals if one.state == "proposed")
    draw_waiting(seen.place, seen.person, waiting, seen.acts, may=seen.may_change)
    if seen.policy is not None:
        html(_asked(seen, seen.policy))
    digest_now = seen.policy.digest if seen.policy else seen.versions[0].digest
    draw_editor(seen.place, seen.person, seen.text, digest_now, seen.acts, may=seen.may_change)
    html(_history(seen))


def _answer(seen: PolicyView) -> Markup:
    place, policy = seen.place, seen.policy
    back = place.link("Readiness", "")
    if policy is None:
        said = str(seen.refused)
        return join([heading([back, "Policy", place.project_name]), lead(f"Nothing can be judged: {said}", FAIL)])
    now = seen.versions[0] if seen.versions else None
    since = f"in force since {moment_text(now.at)}" if now else "the default policy, which nobody has changed here"
    key = sum(1 for one in seen.words if one.rule.key)
    weight = sum(one.weight for one in seen.words)
    said = (
        f"{counted(len(seen.words), 'gate')}, {key} of them key, {counted(weight, 'point')} in all. GO from a score of "
        f"{decimal_text(policy.go, 1)}, NO-GO below {decimal_text(policy.conditional, 1)}."
        if seen.words
        else "It asks nothing, so nothing is proved: every candidate is a NO-GO."
    )
    first = heading([back, "Policy", f"{policy.name} v{policy.version}", digest(policy.digest), since])
    told = items(join([chip(INFO.named("remark")), " ", remark]) for remark in remarks(policy))
    return join([first, lead(said), told if remarks(policy) else ""])


def _asked(seen: PolicyView, policy: Policy) -> Markup:
    left_out = not_asked(policy)
    names = dotted(join([title, " ", muted(mono(gate))]) for gate, title in left_out)
    gates = (
        policy_tables.gate_table(seen.place, seen.words)
        if seen.words
        else empty("No gates", "List gates in the file below; each is one question with a measured answer.")
    )
    return join(
        [
            section("What is asked", "every gate in words, what passes, what it costs"),
            gates,
            fold(f"{counted(len(left_out), 'gate')} not asked", tag("p", names)) if left_out else "",
            tag("div", box("Beside the gates", policy_tables.rest_of(policy)), class_="cs-gap"),
        ]
    )


def _history(seen: PolicyView) -> Markup:
    parts: list[object] = [section("History", "every policy that was in force, by its digest")]
    if seen.compared is not None:
        parts.append(_comparison(*seen.compared))
    if not seen.versions:
        parts.append(
            empty(
                "No own policy",
                "The default policy is in force. The operator sets a first one alone; every later change takes two.",
                f"countersign policy set policy.toml --project {seen.place.project}",
            )
        )
    else:
        older = [*(version.digest for version in seen.versions[1:]), "default"]
        rows = [
            Row(_version(seen.place, one, before, newest=index == 0), "info" if index == 0 else None)
            for index, (one, before) in enumerate(zip(seen.versions, older, strict=True))
        ]
        parts.append(table(_HISTORY, rows, caption="Policies, newest first", css="cs-flow"))
    decided = [one for one in seen.proposals if one.state != "proposed"]
    if decided:
        label = counted(len(decided), "decided proposal")
        parts.append(fold(label, items(_decided(seen.place, one) for one in decided)))
    return join(parts)


def _version(place: Place, one: PolicyVersion, before: str, *, newest: bool) -> tuple[object, ...]:
    name = join([digest(one.digest), muted(" in force") if newest else ""])
    word = "against the default" if before == "default" else "against the one before"
    return (
        name,
        moment_text(one.at),
        one.by,
        one.approved_by or muted("first policy, set alone"),
        tag("span", one.reason, class_="cs-break") if one.reason else "",
        place.link(word, "policy", **{"from": before, "to": one.digest}),
    )


def _comparison(old: str, new: str, found: Comparison | CountersignError) -> Markup:
    title = join(["From ", mono(old[:12]), " to ", mono(new[:12])])
    if isinstance(found, CountersignError):
        said = join([chip(FAIL.named("refused")), " ", str(found), " ", muted(found.hint)])
        return box(title, tag("div", items([said]), role="alert"))
    return box(title, policy_tables.comparison(found), anchor="comparison")


def _decided(place: Place, one: Proposal) -> Markup:
    link = place.link("changes", "policy", **{"from": _known(one.base_digest), "to": one.digest})
    decided = f"{one.decided_by}, {moment_text(one.decided_at)}"
    about = dotted([f"by {one.proposed_by}", decided, one.note or "", link])
    return join([chip(_STATES[one.state]), f" Proposal {one.id}: ", one.reason, " ", muted(about)])


def _known(base: str) -> str:
    """Name the version a proposal was written against; the default has no place in the history."""
    return "default" if base == parse(default_text()).digest else base


PAGE: Page[Any] = Page(
    slug="policy",
    title="Policy",
    icon=":material/gavel:",
    load=load,
    draw=draw,
    rank=3,
    under="",
    params=("from", "to"),
    fresh=True,
)
