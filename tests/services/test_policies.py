"""Changing a policy takes two persons; until then it judges nothing, and what it replaced stays to be seen."""

import hashlib
import io
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.errors import AccessError, ConflictError, CountersignError, NotFoundError, PolicyError
from dashboard.model.evaluation import Decision
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.policy.load import default_text
from dashboard.services import policies, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.services.policy_preview import compare, preview
from dashboard.services.policy_words import explained, explained_gate, not_asked, trigger_text
from dashboard.settings import Settings
from dashboard.store import ledger
from dashboard.store import policies as stored
from dashboard.store.transaction import reading, revision, rows

FIRST = """name = "small"
version = 1
[decision]
go = "9.0"
conditional = "5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "tests.pass_rate"
tier = "critical"
pass = ">= 95 %"
warn = ">= 90 %"
[[gate]]
id = "tests.skipped"
tier = "medium"
pass = "<= 1 %"
warn = "<= 5 %"
"""
SECOND = FIRST.replace("<= 1 %", "<= 3 %")
THIRD = FIRST.replace(">= 95 %", ">= 97 %")
WHY = "Skips are planned for."
CASES = "".join(f'<testcase classname="c" name="t{i}"/>' for i in range(98))
SKIPS = '<testcase classname="c" name="s"><skipped/></testcase><testcase classname="c" name="z"><skipped/></testcase>'
JUNIT = f'<testsuite name="s" tests="100" skipped="2">{CASES}{SKIPS}</testsuite>'.encode()


@pytest.fixture
def operator(store, tmp_path):
    settings = Settings(store.url, tmp_path, True, 10**6, 10**6, 12, "")
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    context = Context(settings, store, lambda: now, Person(None, "root", "root", Role.OPERATOR))
    target = make_target(context, project="shop", subject="3f9c2a1" + "0" * 33, branch="main", run="one")
    ingest_body(context, io.BytesIO(JUNIT), "junit.xml", target, origin="cli")
    return context


@pytest.fixture
def mia(operator):
    return operator.acting_as(Person(7, "mia", "Mia", Role.MANAGER))


@pytest.fixture
def ada(operator):
    return operator.acting_as(Person(8, "ada", "Ada", Role.ADMIN))


@pytest.fixture
def shop(operator):
    policies.change(operator, "shop", FIRST)
    return operator


def slug(call, *arguments):
    with pytest.raises(CountersignError) as caught:
        call(*arguments)
    return caught.value.slug


def events(context, prefix="policy."):
    with reading(context.store) as connection:
        found = [json.loads(row["body"]) for row in rows(connection, "SELECT body FROM event ORDER BY seq")]
    return [(e["kind"], e["actor"], e["facts"]) for e in found if e["kind"].startswith(prefix)]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_operator_sets_the_first_policy_alone_and_no_later_one(operator, mia):
    assert policies.is_default(operator, "shop")
    assert slug(policies.change, mia, "shop", FIRST) == "second-person-needed"
    assert policies.change(operator, "shop", FIRST).digest == digest(FIRST)
    before = revision(operator.store)
    assert policies.change(operator, "shop", FIRST).digest == digest(FIRST), "again changes nothing"
    assert revision(operator.store) == before
    assert slug(policies.change, operator, "shop", SECOND) == "second-person-needed"
    assert policies.current_text(operator, "shop") == FIRST
    [(kind, actor, facts)] = events(operator)
    assert (kind, actor, facts["first"], facts["digest"]) == ("policy.changed", "operator:root", True, digest(FIRST))


def test_a_change_by_two_persons(shop, mia, ada):
    before = evaluate(shop, "shop")
    assert before.readiness.decision is Decision.CONDITIONAL_GO
    proposed = policies.propose(mia, "shop", SECOND, f"  {WHY}\n")
    assert (proposed.state, proposed.proposed_by, proposed.reason) == ("proposed", "mia", WHY)
    assert evaluate(shop, "shop").id == before.id, "a proposal judges nothing"
    approved = policies.approve(ada, proposed.id, "Agreed.")
    assert (approved.state, approved.decided_by, approved.note) == ("approved", "ada", "Agreed.")
    with reading(shop.store) as connection:
        judged = {row["policy_digest"] for row in rows(connection, "SELECT policy_digest FROM evaluation")}
    assert digest(SECOND) in judged, "candidates are judged again at once"
    after = evaluate(shop, "shop")
    assert (after.policy_digest, after.readiness.decision) == (digest(SECOND), Decision.GO)
    assert after.id != before.id
    newest, first = policies.history(shop, "shop")
    assert (newest.by, newest.approved_by, newest.reason, newest.text) == ("mia", "ada", WHY, SECOND)
    assert (first.by, first.approved_by, first.reason) == ("operator:root", None, None)
    assert signatures.policy_makers(shop, "shop") == ("mia", "ada")
    said = events(shop)[1:]
    assert [(kind, actor) for kind, actor, _ in said] == [("policy.proposed", "mia"), ("policy.changed", "ada")]
    facts = said[1][2]
    assert (facts["proposed_by"], facts["replaces"], facts["changes"]) == ("mia", digest(FIRST), "1 looser")


@pytest.mark.parametrize("other", ["mia", "MIA"])
def test_nobody_approves_or_rejects_their_own_also_not_from_the_command_line(shop, mia, other):
    proposed = policies.propose(mia, "shop", SECOND, WHY)
    at_the_command_line = shop.acting_as(Person(None, other, other, Role.OPERATOR))
    for context in (mia, at_the_command_line):
        assert slug(policies.approve, context, proposed.id) == "own-proposal"
        assert slug(policies.reject, context, proposed.id, "no") == "own-proposal"
    assert policies.current_text(shop, "shop") == FIRST
    assert policies.withdraw(at_the_command_line, proposed.id).state == "withdrawn"


def test_the_operator_is_a_second_person_for_others(shop, mia):
    assert policies.approve(shop, policies.propose(mia, "shop", SECOND, WHY).id).decided_by == "operator:root"


def test_a_project_on_the_default_policy_is_changed_by_two(operator, mia, ada):
    policies.approve(ada, policies.propose(mia, "shop", FIRST, WHY).id)
    assert policies.history(operator, "shop")[0].approved_by == "ada"
    assert policies.proposals(operator, "shop")[0].base_digest == digest(default_text())


def test_reject_and_withdraw_leave_the_policy_alone(shop, mia, ada):
    first = policies.propose(mia, "shop", SECOND, WHY)
    assert slug(policies.withdraw, ada, first.id) == "not-proposer"
    assert slug(policies.reject, ada, first.id, " ") == "reason-missing"
    assert policies.reject(ada, first.id, "Not now.").state == "rejected"
    second = policies.propose(mia, "shop", SECOND, "Again.")
    assert policies.withdraw(mia, second.id).state == "withdrawn"
    assert policies.current_text(shop, "shop") == FIRST
    assert [kind for kind, _, _ in events(shop)[1:]] == [
        "policy.proposed", "policy.rejected", "policy.proposed", "policy.withdrawn",
    ]  # fmt: skip
    for decide in (policies.approve, policies.withdraw):
        assert slug(decide, ada, first.id) == "proposal-decided"


def test_what_waited_beside_an_approved_change_is_superseded(shop, mia, ada):
    first, second = policies.propose(mia, "shop", SECOND, WHY), policies.propose(ada, "shop", THIRD, WHY)
    assert [one.id for one in policies.proposals(shop, "shop", waiting=True)] == [second.id, first.id]
    policies.approve(ada, first.id)
    assert policies.proposals(shop, "shop", waiting=True) == ()
    assert {one.id: one.state for one in policies.proposals(shop, "shop")} == {
        first.id: "approved",
        second.id: "superseded",
    }
    assert slug(policies.approve, mia, second.id) == "proposal-decided"
    assert events(shop)[-1][0] == "policy.superseded"


def test_a_proposal_against_another_policy_is_not_approved(shop, mia, ada):
    proposed = policies.propose(mia, "shop", SECOND, WHY)
    stored.set(shop.store, "shop", THIRD, digest(THIRD), "operator:root", shop.clock())
    assert slug(policies.approve, ada, proposed.id) == "policy-moved"
    assert policies.proposals(shop, "shop")[0].state == "proposed"


def test_approval_policy_and_log_are_one(shop, mia, ada, monkeypatch):
    proposed = policies.propose(mia, "shop", SECOND, WHY)
    known = len(events(shop))

    def broken(*arguments, **named):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "append", broken)
        with pytest.raises(RuntimeError):
            policies.approve(ada, proposed.id)
    assert policies.current_text(shop, "shop") == FIRST
    assert policies.proposals(shop, "shop")[0].state == "proposed"
    assert len(events(shop)) == known


def test_two_who_approve_at_once_are_one_change(shop, mia, ada):
    proposed = policies.propose(mia, "shop", SECOND, WHY)
    outcomes = []

    def deciding(context):
        try:
            outcomes.append(policies.approve(context, proposed.id).state)
        except ConflictError as error:
            outcomes.append(error.slug)

    threads = [threading.Thread(target=deciding, args=(context,)) for context in (ada, shop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "proposal-decided"]
    assert len(policies.history(shop, "shop")) == 2


def test_what_cannot_be_proposed(shop, mia, ada):
    assert slug(policies.propose, mia, "shop", FIRST, WHY) == "policy-unchanged"
    assert slug(policies.propose, mia, "shop", SECOND, "") == "reason-missing"
    assert slug(policies.propose, mia, "shop", SECOND, "x" * 501) == "reason-missing"
    with pytest.raises(PolicyError, match="Line 3 of the policy"):
        policies.propose(mia, "shop", FIRST.replace('go = "9.0"\n', ""), WHY)
    policies.propose(mia, "shop", SECOND, WHY)
    assert slug(policies.propose, ada, "shop", SECOND, WHY) == "proposal-pending"
    with pytest.raises(NotFoundError):
        policies.propose(mia, "nowhere", SECOND, WHY)
    assert slug(policies.approve, ada, 10**9) == "proposal-not-found"


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.VIEWER, Role.ENGINEER, Role.AUDITOR])
def test_who_may_not_change_policies(shop, mia, role):
    proposed = policies.propose(mia, "shop", SECOND, WHY)
    context = shop.acting_as(ANONYMOUS if role is Role.ANONYMOUS else Person(9, "x", "X", role))
    for call, arguments in (
        (policies.change, ("shop", SECOND)),
        (policies.propose, ("shop", THIRD, WHY)),
        (policies.approve, (proposed.id,)),
        (policies.reject, (proposed.id, WHY)),
        (policies.withdraw, (proposed.id,)),
    ):
        with pytest.raises(AccessError):
            call(context, *arguments)
    assert policies.proposals(context, "shop", waiting=True)


def test_reading_can_be_closed(shop):
    closed = replace(shop, settings=replace(shop.settings, open_reading=False)).acting_as(ANONYMOUS)
    for call in (policies.history, policies.proposals):
        with pytest.raises(AccessError):
            call(closed, "shop")


def test_a_stored_policy_that_is_not_understood_can_be_replaced(shop, mia, ada):
    stored.set(shop.store, "shop", FIRST + "[from_the_future]\n", "0" * 64, "operator:root", shop.clock())
    policies.approve(ada, policies.propose(mia, "shop", SECOND, WHY).id)
    assert evaluate(shop, "shop").policy_digest == digest(SECOND)
    assert "not understood" in events(shop)[-1][2]["changes"]


def test_versions_by_name_and_digest(shop, mia):
    policies.propose(mia, "shop", SECOND, WHY)
    for name, text in (
        ("current", FIRST),
        ("default", default_text()),
        (digest(FIRST)[:8], FIRST),
        (digest(SECOND).upper(), SECOND),
        (digest(default_text())[:12], default_text()),
    ):
        assert policies.version_text(shop, "shop", name) == text
    for name in ("", "abc", "f" * 64, digest(FIRST)[:5]):
        assert slug(policies.version_text, shop, "shop", name) == "policy-not-found"


def test_a_preview_says_what_would_come_out_otherwise_and_stores_nothing(shop):
    before = revision(shop.store)
    evaluate(shop, "shop")
    kept = revision(shop.store)
    found = preview(shop, "shop", SECOND)
    assert (found.before.readiness.decision, found.after.readiness.decision) == (
        Decision.CONDITIONAL_GO,
        Decision.GO,
    )
    [moved] = found.moved
    assert moved.before and moved.after
    assert (moved.gate, str(moved.before.verdict.ruling), str(moved.after.verdict.ruling)) == (
        "tests.skipped", "warn", "pass",
    )  # fmt: skip
    assert revision(shop.store) == kept > before
    fewer = preview(shop, "shop", FIRST[: FIRST.rindex("[[gate]]")])
    assert [(m.gate, m.after) for m in fewer.moved] == [("tests.skipped", None)]
    assert preview(shop, "shop", FIRST + "# a comment\n").moved == ()
    with pytest.raises(PolicyError):
        preview(shop, "shop", "name = 1")


def test_a_comparison_has_both_diffs_and_remarks():
    found = compare(FIRST, FIRST.replace(">= 95 %", ">= 91 %") + '[[gate]]\nid = "tests.security"\ntier = "low"\n'
                    'pass = ">= 100 %"\n')  # fmt: skip
    assert [change.effect for change in found.changes] == ["looser", "stricter"]
    assert '-pass = ">= 95 %"' in found.diff
    assert any("category `security`" in remark for remark in found.remarks)
    assert compare("not a policy", FIRST).changes == ()
    assert compare(FIRST, FIRST).diff == ""


def test_a_policy_in_words():
    from dashboard.policy.load import parse

    policy = parse(default_text())
    words = {one.gate: one for one in explained(policy)}
    assert list(words) == list(policy.rules)
    assert all(one.asks and one.passes and one.unknown and one.remedy for one in words.values())
    p95 = words["ops.p95"]
    assert p95.cost_text.startswith("a failure costs 0.70 of 10, a warning 0.35;")
    assert p95.weight_text == "high, weight 3; key: anything but a pass or a warning is a NO-GO"
    assert p95.freshness_text == "at most 24h old"
    assert "a warning" not in words["tests.security"].cost_text
    assert sum(one.share for one in words.values()) == 10
    assert {gate for gate, _ in not_asked(policy)}.isdisjoint(policy.rules)
    assert [trigger_text(t) for t in policy.triggers][-1] == (
        "health >= 5 failures in a row, looked at every 10s: rollback; no data: hold"
    )
    small = parse(FIRST)
    assert slug(explained_gate, small, "cost") == "gate-not-asked"
    assert slug(explained_gate, small, "coffee") == "gate-unknown"
