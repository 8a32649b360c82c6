"""Waivers, accepted findings, and conditions that later evidence meets: who may, what it lifts, when it falls."""

import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.errors import AccessError, ConflictError, CountersignError, NotFoundError, UsageError
from dashboard.model.evaluation import Decision
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.model.verdict import Ruling
from dashboard.model.waiver import WaiverState
from dashboard.services import acceptances, admin, conditions, policies, sign, waivers
from dashboard.services.context import Context
from dashboard.services.evaluate import as_dict, assess, evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import Settings
from dashboard.signoff.envelope import from_json
from dashboard.store import acceptances as stored_acceptances
from dashboard.store import evaluations, ledger
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, run, writing

PASSPHRASE = "correct horse battery staple"
FIRST, SECOND = "3f9c2a1" + "0" * 33, "4a0d3b2" + "1" * 33
POLICY = """
name = "small"
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
pass = ">= 80 %"
[[gate]]
id = "tests.skipped"
tier = "low"
pass = "<= 1 %"
warn = "<= 5 %"
[[gate]]
id = "coverage.total"
tier = "low"
pass = ">= 80 %"
warn = ">= 60 %"
[signoff.quorum]
auditor = 1
"""
LCOV = "TN:\nSF:src/a.py\n{}end_of_record\n"


class Clock:
    def __init__(self):
        self.now = datetime(2025, 10, 18, 14, 2, 3, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **step):
        self.now += timedelta(**step)


def operating(folder, clock):
    settings = Settings(f"sqlite:///{folder / 'a.db'}", folder, True, 10**6, 10**6, 12, "")
    return Context(settings, open_store(settings.database_url), clock, Person(None, "root", "root", Role.OPERATOR))


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    context = operating(folder, Clock())
    roles = {"vera": Role.VIEWER, "erin": Role.ENGINEER, "cora": Role.AUDITOR, "cleo": Role.AUDITOR}
    roles |= {"max": Role.MANAGER, "mia": Role.MANAGER}
    made = [admin.add_user(context, login, login.title(), role, PASSPHRASE).person for login, role in roles.items()]
    context.store.close()
    return folder / "a.db", made


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def people(tmp_path, clock, accounts):
    shutil.copy(accounts[0], tmp_path / "a.db")
    context = operating(tmp_path, clock)
    yield {person.login: context.acting_as(person) for person in accounts[1]} | {"root": context}
    context.store.close()


def junit(passed=90, skipped=10, suite="s", declared=None):
    cases = [f'<testcase classname="a" name="p{i}" time="0.1"/>' for i in range(passed)]
    cases += [f'<testcase classname="a" name="s{i}"><skipped message="later"/></testcase>' for i in range(skipped)]
    total = passed + skipped
    head = f'<testsuite name="{suite}" tests="{declared or total}" failures="0" skipped="{skipped}" errors="0">'
    return f"<testsuites>{head}{''.join(cases)}</testsuite></testsuites>".encode()


def lcov(hit, total=10):
    lines = "".join(f"DA:{n},{int(n <= hit)}\n" for n in range(1, total + 1))
    return LCOV.format(f"{lines}LF:{total}\nLH:{hit}\n").encode()


def bring(context, body, name="junit.xml", *, subject=FIRST, branch="main", run_name="r1"):
    target = make_target(context, project="shop", subject=subject, branch=branch, environment="staging", run=run_name)
    ingest_body(context, io.BytesIO(body), name, target, origin="api")
    return evaluate(context, "shop", subject=subject)


@pytest.fixture
def candidate(people):
    """A candidate of which 10 of 100 tests are skipped (fail, not key) and 70 % are covered (warn)."""
    bring(people["erin"], junit())
    bring(people["erin"], lcov(7), "cov.info")
    policies.change(people["root"], "shop", POLICY)
    return evaluate(people["vera"], "shop").candidate


def decision(context):
    ready = evaluate(context, "shop", subject=FIRST).readiness
    return ready.decision, [reason.code for reason in ready.reasons], ready.earned_halves


def events(context, kind):
    with reading(context.store) as connection:
        return [json.loads(event.body) for event in ledger.events(connection, (kind,))]


def asked(people, candidate, clock, *, gate="tests.skipped", days=7, who="erin"):
    return waivers.request(
        people[who], candidate.id, gate=gate, reason="Needs hardware.", expires_at=clock.now + timedelta(days=days)
    )


def promise(context, candidate, gate, verification="manual: looked at", **changes):
    values = {"gate": gate, "text": f"Mend {gate}.", "owner": "Quality", "stage": "after"}
    values |= {"due": context.clock().date() + timedelta(days=3), "verification": verification} | changes
    return conditions.add(context, candidate.id, **values)


def test_a_waiver_lifts_the_block_and_never_gives_credit(people, candidate, clock):
    blocked = decision(people["vera"])
    assert blocked == (Decision.NO_GO, ["GATE_FAIL"], 9)
    first = evaluate(people["vera"], "shop").id
    waiver = asked(people, candidate, clock)
    assert decision(people["vera"]) == blocked, "a wish lifts nothing"
    assert evaluate(people["vera"], "shop").id == first
    granted = waivers.approve(people["max"], waiver.id)
    assert granted.state_at(clock.now) is WaiverState.LIVE
    now = evaluate(people["vera"], "shop")
    assert now.id != first, "the waiver is in the id"
    assert decision(people["vera"]) == (
        Decision.CONDITIONAL_GO,
        ["WAIVER", "WARNING", "SCORE_BELOW_GO", "UNCOVERED_WARNING", "UNCOVERED_WARNING"],
        9,
    )
    result = next(r for r in now.results if r.gate == "tests.skipped")
    assert (result.verdict.ruling, result.earned_halves, result.lost_halves) == (Ruling.WAIVED, 0, 2)
    assert "Waived by max until 2025-10-25 14:02 UTC: Needs hardware." in result.verdict.because
    assert as_dict(now)["gates"][1]["waiver"]["approved_by"] == "max"
    assert [e["actor"] for e in events(people["vera"], "waiver.requested")] == ["erin"]
    assert [e["actor"] for e in events(people["vera"], "waiver.approved")] == ["max"]
    promise(people["cora"], candidate, "tests.skipped")
    promise(people["cora"], candidate, "coverage.total")
    ready = evaluate(people["vera"], "shop").readiness
    assert (ready.headline, ready.uncovered) == ("CONDITIONAL GO", ())


def test_it_runs_out_and_the_gate_fails_again(people, candidate, clock):
    waivers.approve(people["max"], asked(people, candidate, clock).id)
    live = evaluate(people["vera"], "shop").id
    clock.forward(days=6, hours=23)
    assert evaluate(people["vera"], "shop").id == live
    clock.forward(hours=1)
    over = evaluate(people["vera"], "shop")
    assert over.id != live
    assert decision(people["vera"])[0] is Decision.NO_GO
    because = next(r.verdict.because for r in over.results if r.gate == "tests.skipped")
    assert because.endswith("Its waiver ran out at 2025-10-25 14:02 UTC.")
    waivers.approve(people["max"], asked(people, candidate, clock).id)
    assert decision(people["vera"])[0] is Decision.CONDITIONAL_GO


def test_it_is_taken_back(people, candidate, clock):
    waiver = asked(people, candidate, clock)
    waivers.approve(people["max"], waiver.id)
    with pytest.raises(AccessError):
        waivers.withdraw(people["vera"], waiver.id)
    assert waivers.withdraw(people["erin"], waiver.id).state_at(clock.now) is WaiverState.WITHDRAWN
    assert decision(people["vera"])[0] is Decision.NO_GO
    for act in (waivers.withdraw, waivers.approve):
        with pytest.raises(ConflictError) as refused:
            act(people["max"], waiver.id)
        assert refused.value.slug == "waiver-closed"
    assert [w.id for w in waivers.listed(people["vera"], candidate.id)] == [waiver.id]


@pytest.mark.parametrize(
    ("who", "change", "slug"),
    [
        ("vera", {}, "forbidden"),
        ("erin", {"gate": "tests.pass_rate"}, "waiver-gate"),
        ("erin", {"gate": "coverage.total"}, "waiver-gate"),
        ("erin", {"gate": "nothing"}, "waiver-gate"),
        ("erin", {"days": 0}, "waiver-expiry"),
        ("erin", {"days": 91}, "waiver-expiry"),
    ],
)
def test_must_not_be_asked_for(people, candidate, clock, who, change, slug):
    with pytest.raises(CountersignError) as refused:
        asked(people, candidate, clock, who=who, **change)
    assert refused.value.slug == slug
    assert waivers.listed(people["vera"], candidate.id) == ()


def test_must_not_be_granted_by_whom_it_does_not_befit(people, candidate, clock):
    with pytest.raises(UsageError):
        waivers.request(people["erin"], candidate.id, gate="tests.skipped", reason=" ", expires_at=clock.now)
    waiver = asked(people, candidate, clock, who="max")
    for who, slug in (("max", "own-waiver"), ("cora", "forbidden"), ("erin", "forbidden")):
        with pytest.raises(AccessError) as refused:
            waivers.approve(people[who], waiver.id)
        assert refused.value.slug == slug
    with pytest.raises(AccessError):
        waivers.approve(people["root"].acting_as(ANONYMOUS), waiver.id)
    with pytest.raises(NotFoundError):
        waivers.approve(people["max"], 99)
    clock.forward(days=8)
    with pytest.raises(ConflictError):
        waivers.approve(people["mia"], waiver.id)


def test_who_asked_for_it_does_not_sign(people, candidate, clock):
    waivers.approve(people["max"], asked(people, candidate, clock, who="cora").id)
    promise(people["cleo"], candidate, "tests.skipped")
    promise(people["cleo"], candidate, "coverage.total")
    assert "waiver-requester" in {o.code for o in sign.preview(people["cora"], candidate).obstacles}
    assert sign.preview(people["cleo"], candidate).may_sign


@pytest.fixture
def found(people, candidate):
    """The finding that a suite declares other counts than it has, minor."""
    bring(people["erin"], junit(passed=95, skipped=0, suite="t", declared=99), "other.xml")
    return next(f for f in evaluate(people["vera"], "shop").findings if f.rule == "counters-disagree")


def accept(context, candidate, digest, **changes):
    values = {"login": context.person.login, "passphrase": PASSPHRASE, "reason": "Known to us."} | changes
    return acceptances.accept(context, candidate.id, digest, **values)


def test_an_acceptance_is_signed_and_shown(people, candidate, found):
    before = assess(people["vera"], "shop")
    assert found in acceptances.acceptable(before.evaluation)
    made = accept(people["cora"], candidate, found.digest)
    after = assess(people["vera"], "shop")
    assert after.evaluation.id != before.evaluation.id, "the acceptance is in the id"
    shown = next(f for f in after.evaluation.findings if f.digest == found.digest)
    assert shown.accepted is not None
    assert (shown.accepted.name, shown.accepted.reason) == ("Cora", "Known to us.")
    assert shown not in acceptances.acceptable(after.evaluation)
    assert acceptances.stale(after.evidence, after.evaluation) == ()
    [event] = events(people["vera"], "finding.accepted")
    assert (event["actor"], event["facts"]["finding"]) == ("cora", found.digest)
    with reading(people["vera"].store) as connection:
        [kept] = stored_acceptances.of_candidate(connection, candidate.id)
        assert stored_acceptances.envelope_of(connection, kept.acceptance.id) == kept.envelope
    payload = json.loads(from_json(kept.envelope).payload)
    assert payload["subject"] == [{"name": "finding", "digest": {"sha256": found.digest}}]
    assert payload["predicate"]["signer"]["login"] == "cora" and made.payload_sha256 == kept.acceptance.payload_sha256


def test_it_falls_when_the_finding_says_something_else(people, candidate, found):
    accept(people["cora"], candidate, found.digest)
    bring(people["erin"], junit(passed=95, skipped=0, suite="u", declared=98), "more.xml")
    made = assess(people["vera"], "shop")
    assert {f.accepted for f in made.evaluation.findings if f.rule == "counters-disagree"} == {None}
    assert [one.digest for one in acceptances.stale(made.evidence, made.evaluation)] == [found.digest]


def test_columns_that_were_changed_prove_nothing(people, candidate, found):
    accept(people["cora"], candidate, found.digest)
    for column, value in (("reason", "Better."), ("digest", "0" * 64), ("login", "max"), ("envelope", b"{}")):
        with writing(people["root"].store) as connection:
            kept = stored_acceptances.of_candidate(connection, candidate.id)[0]
            now = {"envelope": kept.envelope}.get(column) or getattr(kept.acceptance, column)
            run(connection, f"UPDATE finding_acceptance SET {column} = :value", value=value)
        assert all(f.accepted is None for f in evaluate(people["vera"], "shop").findings), column
        with writing(people["root"].store) as connection:
            run(connection, f"UPDATE finding_acceptance SET {column} = :value", value=now)
    assert any(f.accepted for f in evaluate(people["vera"], "shop").findings)


@pytest.mark.parametrize(
    ("who", "change", "slug"),
    [
        ("erin", {}, "forbidden"),
        ("cora", {"passphrase": "wrong"}, "wrong-passphrase"),
        ("cora", {"login": "max"}, "wrong-signer"),
        ("cora", {"reason": " "}, "reason-missing"),
    ],
)
def test_must_not_be_accepted(people, candidate, found, who, change, slug):
    with pytest.raises(CountersignError) as refused:
        accept(people[who], candidate, found.digest, **change)
    assert refused.value.slug == slug
    assert all(f.accepted is None for f in evaluate(people["vera"], "shop").findings)


def test_must_not_be_accepted_twice_nor_by_who_brought_it(people, candidate, found):
    with pytest.raises(NotFoundError):
        accept(people["cora"], candidate, "0" * 64)
    accept(people["cora"], candidate, found.digest)
    with pytest.raises(ConflictError) as twice:
        accept(people["cleo"], candidate, found.digest)
    assert twice.value.slug == "finding-accepted"
    bring(people["cleo"], junit(passed=95, skipped=0, suite="u", declared=98), "mine.xml")
    mine = next(f for f in evaluate(people["vera"], "shop").findings if f.rule == "counters-disagree")
    with pytest.raises(AccessError) as own:
        accept(people["cleo"], candidate, mine.digest)
    assert own.value.slug == "own-evidence"


def test_blockers_and_remarks_must_not_be_accepted(people, candidate):
    empty = b'<testsuites><testsuite name="e" tests="0"></testsuite></testsuites>'
    bring(people["erin"], empty, "empty.xml", subject="release-1")
    evaluation = evaluate(people["vera"], "shop", subject="release-1")
    by_slug = {"finding-blocker": "no-subject-digest"}
    skips = evaluate(people["vera"], "shop", subject=FIRST)
    for made, slug, rule in (
        (evaluation, "finding-blocker", by_slug["finding-blocker"]),
        (skips, "finding-info", "skips-in-denominator"),
    ):
        finding = next(f for f in made.findings if f.rule == rule)
        with pytest.raises(AccessError) as refused:
            accept(people["cora"], made.candidate, finding.digest)
        assert refused.value.slug == slug


def test_later_evidence_of_the_same_candidate_meets_a_condition(people, candidate, clock):
    made = promise(people["cora"], candidate, "coverage.total", "gate coverage.total passes")
    assert evaluate(people["vera"], "shop").conditions[0].state == "open"
    clock.forward(hours=1)
    evaluation = bring(people["erin"], lcov(9), "cov.info", run_name="r2")
    [condition] = evaluation.conditions
    assert (condition.id, condition.state, condition.closed_by) == (made.id, "met", "countersign")
    assert "coverage.total is pass by cov.info" in (condition.closing_note or "")
    assert evaluation.id in (condition.closing_note or "")
    [event] = events(people["vera"], "condition.verified")
    assert (event["actor"], event["facts"]["evaluation"]) == ("countersign", evaluation.id)
    again = evaluate(people["vera"], "shop")
    assert again == replace(evaluation, evaluated_at=again.evaluated_at)
    assert json.loads(evaluations.load(people["vera"].store, evaluation.id) or b"") == as_dict(evaluation)
    assert len(events(people["vera"], "condition.verified")) == 1


def test_a_later_candidate_of_the_branch_meets_it(people, candidate, clock):
    promise(people["cora"], candidate, "coverage.total", "gate coverage.total is pass or warn")
    promise(people["cora"], candidate, "coverage.total", 'evidence coverage named "cov*.info"')
    promise(people["cora"], candidate, "coverage.total", "manual: a person looks")
    clock.forward(hours=1)
    bring(people["erin"], lcov(9), "cov.info", subject="5" * 40, branch="other")
    assert {c.state for c in evaluate(people["vera"], "shop", subject=FIRST).conditions} == {"open"}
    bring(people["erin"], lcov(5, 8), "coverage.info", subject=SECOND)
    assert [c.state for c in evaluate(people["vera"], "shop", subject=FIRST).conditions] == ["met", "met", "open"]
    held = conditions.of_project(people["vera"], "shop")
    assert [(h.condition.state, h.by_machine) for h in held] == [("open", False), ("met", True), ("met", True)]
    assert {h.candidate for h in held} == {f"{FIRST[:7]} · staging"}


def test_what_must_not_meet_a_condition(people, candidate, clock):
    promise(people["cora"], candidate, "tests.pass_rate", "gate tests.pass_rate passes")
    promise(people["cora"], candidate, "coverage.total", "gate coverage.total passes")
    promise(people["cora"], candidate, "x", "finding skips-in-denominator is gone")
    clock.forward(hours=1)
    evaluate(people["vera"], "shop")  # what was there before the condition was known to whoever wrote it
    looser = POLICY.replace('pass = ">= 80 %"\nwarn', 'pass = ">= 65 %"\nwarn')
    assert evaluate(people["vera"], "shop", policy_text=looser).results[2].verdict.ruling is Ruling.PASS
    bring(people["erin"], lcov(7, 11), "cov.info", run_name="r2")  # a warning is no pass
    assert {c.state for c in evaluate(people["vera"], "shop").conditions} == {"open"}
    assert events(people["vera"], "condition.verified") == []


def test_a_finding_that_is_gone_meets_its_condition(people, candidate, clock, found):
    promise(people["cora"], candidate, "finding:counters-disagree", "finding counters-disagree is gone")
    clock.forward(hours=1)
    clean = bring(people["erin"], junit(passed=95, skipped=0), subject=SECOND)
    assert all(f.rule != "counters-disagree" for f in clean.findings)
    assert evaluate(people["vera"], "shop", subject=FIRST).conditions[0].state == "met"


@pytest.mark.parametrize("text", ["gate coverage.totl passes", "gate coverage.total fails", "evidence of goodwill"])
def test_an_expression_that_is_none_is_refused(people, candidate, text):
    with pytest.raises(UsageError) as refused:
        promise(people["cora"], candidate, "coverage.total", text)
    assert refused.value.slug == "verification-invalid"
    assert conditions.listed(people["vera"], candidate) == ()


def test_overdue_conditions_degrade_the_decision_and_keep_the_id(people, candidate, clock):
    waivers.approve(people["max"], asked(people, candidate, clock, days=80).id)
    promise(people["cora"], candidate, "tests.skipped")
    promise(people["cora"], candidate, "coverage.total")
    fresh = evaluate(people["vera"], "shop")
    assert fresh.readiness.holds and conditions.overdue(people["vera"], candidate) == ()
    clock.forward(days=4)
    late = evaluate(people["vera"], "shop")
    assert late.readiness.headline == "CONDITIONAL GO, 2 conditions overdue"
    assert not late.readiness.holds and late.id == fresh.id
    assert len(conditions.overdue(people["vera"], candidate)) == 2
    assert "conditions-overdue" in {o.code for o in sign.preview(people["cleo"], candidate).obstacles}
    conditions.close(people["cleo"], late.conditions[0].id, "Seen.")
    assert evaluate(people["vera"], "shop").readiness.headline == "CONDITIONAL GO, 1 condition overdue"
    assert [h.condition.state for h in conditions.of_project(people["vera"], "shop")] == ["overdue", "met"]


def test_suggestions_are_expressions_and_each_is_accepted(people, candidate):
    made = conditions.suggest(evaluate(people["vera"], "shop"))
    assert {s.verification for s in made} == {"gate coverage.total passes"}
    for s in made:
        promise(people["cora"], candidate, s.gate, s.verification)


DIFF = "--- a/{0}\n+++ b/{0}\n@@ -1,0 +1,10 @@\n" + "+x\n" * 10
PATCH = POLICY + '[[gate]]\nid = "coverage.patch"\ntier = "low"\npass = ">= 80 %"\nwarn = ">= 50 %"\n'


def test_coverage_of_a_change_is_asked_and_not_stored(people, candidate):
    def asked(diff, policy=PATCH):
        found = evaluate(people["vera"], "shop", policy_text=policy, diff_text=diff)
        return next((r.verdict for r in found.results if r.gate == "coverage.patch"), None)

    warned = asked(DIFF.format("src/a.py"))
    assert warned is not None
    assert (warned.ruling, warned.fraction) == (Ruling.WARN, "7 of 10")
    for diff, words in (
        (None, "Nobody said which lines changed."),
        (DIFF.format("src/b.py"), "Changed files that no coverage report names: src/b.py."),
        (DIFF.format("README.md"), "No changed line can be run"),
    ):
        missing = asked(diff)
        assert missing is not None and missing.ruling is Ruling.MISSING and words in missing.because
    shown = evaluate(people["vera"], "shop", diff_text=DIFF.format("src/a.py"))
    assert evaluations.load(people["vera"].store, shown.id) is not None, "nothing asks, so nothing differs"
    with pytest.raises(CountersignError) as refused:
        asked("some words")
    assert refused.value.slug == "diff-malformed"


def failing(passed, failed):
    cases = [f'<testcase classname="a" name="{name}"/>' for name in passed]
    cases += [f'<testcase classname="a" name="{name}"><failure message="no"/></testcase>' for name in failed]
    head = f'<testsuite name="s" tests="{len(cases)}" failures="{len(failed)}">'
    return f"<testsuites>{head}{''.join(cases)}</testsuite></testsuites>".encode()


def approve(connection, candidate_id, seq):
    """File an approval as it stands in the table; whether it still verifies is asked elsewhere."""
    run(
        connection,
        "INSERT INTO signoff (candidate_id, evaluation_id, kind, account_id, login, name, role, key_id, signed_at, "
        "event_seq, envelope) VALUES (:c, 'e', 'approve', 3, 'cora', 'Cora', 'auditor', 'k', 0, :s, :b)",
        c=candidate_id,
        s=seq,
        b=b"{}",
    )


def test_new_failures_are_against_the_last_approved_candidate(people, clock):
    asked = POLICY + '[[gate]]\nid = "tests.new_failures"\ntier = "low"\npass = "<= 0"\n'
    bring(people["erin"], failing("abc", ""), subject=FIRST)

    def compared(subject):
        found = evaluate(people["vera"], "shop", subject=subject, policy_text=asked)
        return next(r.verdict for r in found.results if r.gate == "tests.new_failures")

    assert compared(FIRST).ruling is Ruling.MISSING
    clock.forward(days=1)
    bring(people["erin"], failing("ac", "bd"), subject=SECOND)
    assert (compared(SECOND).ruling, compared(SECOND).observed) == (Ruling.FAIL, "2")
    assert "none was approved yet" in compared(SECOND).because
    clock.forward(days=1)
    third = "6" * 40
    bring(people["erin"], failing("a", "bcd"), subject=third)
    assert compared(third).because.startswith(f"1 new failure against {SECOND[:7]}")
    first = evaluate(people["vera"], "shop", subject=FIRST, policy_text=asked).candidate
    with writing(people["root"].store) as connection:
        seq = ledger.append(connection, at=clock.now, kind="x", actor="x", body=b"{}", leaf=b"0" * 32)
        approve(connection, first.id, seq)
    assert compared(third).because.startswith(f"3 new failures against {FIRST[:7]} (the last approved candidate)")


def test_promises_of_earlier_approvals_are_asked_about(people, candidate, clock):
    asked = POLICY + '[[gate]]\nid = "conditions.overdue"\ntier = "low"\n'
    promise(people["cora"], candidate, "coverage.total")
    clock.forward(days=4)
    bring(people["erin"], junit(), subject=SECOND)
    found = evaluate(people["vera"], "shop", subject=SECOND, policy_text=asked)
    assert found.results[-1].verdict.ruling is Ruling.PASS, "nobody approved it, so nothing is owed"
    with writing(people["root"].store) as connection:
        seq = ledger.append(connection, at=clock.now, kind="x", actor="x", body=b"{}", leaf=b"0" * 32)
        approve(connection, candidate.id, seq)
    late = evaluate(people["vera"], "shop", subject=SECOND, policy_text=asked).results[-1].verdict
    assert (late.ruling, late.fraction) == (Ruling.FAIL, "1 of 1")
    assert evaluate(people["vera"], "shop", subject=FIRST, policy_text=asked).results[-1].verdict.ruling is Ruling.PASS
