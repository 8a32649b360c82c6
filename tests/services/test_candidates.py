"""The register through the services: real signatures, real evidence, nobody left out; and what is compared."""

import io
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.errors import AccessError, ConflictError, NotFoundError, UsageError
from dashboard.model.evaluation import Decision
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.model.register import CandidateState, Sought
from dashboard.model.verdict import Ruling
from dashboard.reports.register_csv import as_dict
from dashboard.services import admin, candidates, comparison, policies, reevaluate, sign
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_all, make_target
from dashboard.settings import Settings
from dashboard.store import evaluations
from dashboard.store import policies as policy_store
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, revision, run, scalar, writing

PASSPHRASE = "correct horse battery staple"
POLICY = """
name = "small"
version = {version}
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
key = true
pass = ">= 95 %"
warn = ">= 90 %"
max_age = "20d"
[signoff]
validity = "7d"
[signoff.quorum]
auditor = 1
manager = 1
"""
S = CandidateState


class Clock:
    def __init__(self):
        self.now = datetime(2025, 10, 18, 14, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **step):
        self.now += timedelta(**step)


def junit(passed=20, failed=0, name="s"):
    cases = [f'<testcase classname="a" name="p{i}" time="0.1"/>' for i in range(passed)]
    cases += [
        f'<testcase classname="a" name="f{i}"><failure message="no">x</failure></testcase>' for i in range(failed)
    ]
    head = f'<testsuite name="{name}" tests="{passed + failed}" failures="{failed}" errors="0">'
    return f"<testsuites>{head}{''.join(cases)}</testsuite></testsuites>".encode()


def operating(folder, clock):
    settings = Settings(f"sqlite:///{folder / 'a.db'}", folder, True, 10**6, 10**6, 12, "")
    return Context(settings, open_store(settings.database_url), clock, Person(None, "root", "root", Role.OPERATOR))


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """Those who sign, and an engineer: hashing takes a while."""
    folder = tmp_path_factory.mktemp("accounts")
    context = operating(folder, Clock())
    roles = (("cora", Role.AUDITOR), ("max", Role.MANAGER), ("erin", Role.ENGINEER))
    made = {login: admin.add_user(context, login, login.title(), role, PASSPHRASE).person for login, role in roles}
    context.store.close()
    return folder / "a.db", made


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def operator(tmp_path, clock, accounts):
    shutil.copy(accounts[0], tmp_path / "a.db")
    context = operating(tmp_path, clock)
    yield context
    context.store.close()


@pytest.fixture
def people(operator, accounts):
    return {login: operator.acting_as(person) for login, person in accounts[1].items()}


def bring(context, number, body=None, *, environment="staging", branch="main", run="r1", judge=True):
    target = make_target(
        context, project="shop", subject=f"{number:040x}", version=f"1.{number}", branch=branch,
        environment=environment, run=run,
    )  # fmt: skip
    ingest_all(context, io.BytesIO(body or junit()), "junit.xml", target, origin="cli", judge=judge)
    context.clock.forward(minutes=1)
    asked = {"subject": f"{number:040x}", "environment": environment}
    return evaluate(context, "shop", **asked).candidate if judge else None


def set_policy(context, version=1):
    text = POLICY.format(version=version)
    digest = policies.parse(text).digest
    policy_store.set(context.store, "shop", text, digest, by="somebody", at=context.clock())
    context.clock.forward(minutes=1)


def say(context, candidate, kind="approve", reason="Read."):
    meaning = "responsibility" if context.person.role is Role.MANAGER else "review"
    current = evaluate(context, "shop", candidate_id=candidate.id)
    signed = sign.sign(context, candidate.id, current.id, context.person.login, PASSPHRASE, meaning, kind, reason)
    context.clock.forward(minutes=1)
    return signed


@pytest.fixture
def project(people):
    """A policy for candidates that are still to come."""
    bring(people["erin"], 0, junit(5, 5))
    set_policy(people["erin"])
    evaluate(people["erin"], "shop")
    return people


def states(context, **narrowed):
    return {e.candidate.version: e.state for e in candidates.every(context, "shop", Sought(**narrowed))}


def test_the_life_of_candidates(project, clock):
    first, second, other = (bring(project["erin"], n) for n in (1, 2, 3))
    production = bring(project["erin"], 4, environment="production")
    say(project["cora"], first)
    assert states(project["erin"]) == {"1.0": S.OPEN, "1.1": S.OPEN, "1.2": S.OPEN, "1.3": S.OPEN, "1.4": S.OPEN}
    given = say(project["max"], first)
    assert states(project["erin"])["1.1"] is S.APPROVED
    assert states(project["erin"])["1.0"] is S.SUPERSEDED
    say(project["cora"], second)
    say(project["max"], second)
    say(project["cora"], other, "reject", "It hides a failure.")
    assert states(project["erin"]) == {
        "1.0": S.SUPERSEDED, "1.1": S.SUPERSEDED, "1.2": S.APPROVED, "1.3": S.REJECTED, "1.4": S.OPEN,
    }  # fmt: skip
    page = candidates.register(project["erin"], "shop")
    assert (page.found, page.population, sum(page.by_state.values())) == (5, 5, 5)
    passed = next(e for e in page.entries if e.candidate.id == first.id)
    assert (passed.before, passed.passed_by[:3]) == (S.APPROVED, "1.2")
    assert [s.login for s in passed.signed] == ["cora", "max"]

    sign.withdraw(project["max"], given.id, "max", PASSPHRASE, "Signed the wrong one.")
    entry = next(e for e in candidates.every(project["erin"], "shop") if e.candidate.id == first.id)
    assert (entry.state, entry.before) == (S.SUPERSEDED, S.OPEN)  # Cora's signature still stands

    bring(project["erin"], 2, junit(21, name="late"), run="r2")
    assert states(project["erin"])["1.2"] is S.STALE
    assert candidates.last_approved(project["erin"], other).candidate.id == second.id
    assert candidates.last_approved(project["erin"], second) is None  # the one before was taken back
    assert candidates.last_approved(project["erin"], production) is None
    clock.forward(days=8)
    assert states(project["erin"])["1.2"] is S.STALE


def test_an_approval_expires_and_was_an_approval_all_the_same(project, clock):
    first, second = bring(project["erin"], 1), bring(project["erin"], 2)
    for login in ("cora", "max"):
        say(project[login], first)
    clock.forward(days=8)
    assert states(project["erin"])["1.1"] is S.EXPIRED
    approved = candidates.last_approved(project["erin"], second)
    assert approved.candidate.id == first.id
    assert approved.evaluation_id == evaluate(project["erin"], "shop", candidate_id=first.id).id


def test_who_may_declare_a_candidate_superseded(project):
    candidate = bring(project["erin"], 1)
    with pytest.raises(AccessError):
        candidates.supersede(project["erin"], candidate.id, "1.2 is better")
    for nothing in ("", "  ", "x" * 501):
        with pytest.raises(UsageError):
            candidates.supersede(project["cora"], candidate.id, nothing)
    with pytest.raises(NotFoundError):
        candidates.supersede(project["cora"], 999, "why")
    candidates.supersede(project["cora"], candidate.id, "1.2 takes\nits place")
    with pytest.raises(ConflictError):
        candidates.supersede(project["max"], candidate.id, "again")
    entry = next(e for e in candidates.every(project["erin"], "shop") if e.candidate.id == candidate.id)
    assert (entry.state, entry.declared.by, entry.declared.because) == (S.SUPERSEDED, "cora", "1.2 takes its place")
    with reading(candidates_store(project)) as connection:
        kinds = scalar(connection, "SELECT count(*) FROM event WHERE kind = 'candidate.superseded'")
    assert kinds == 1


def candidates_store(project):
    return project["erin"].store


def test_nobody_reads_the_register_where_reading_is_closed(project):
    closed = replace(project["erin"], settings=replace(project["erin"].settings, open_reading=False))
    stranger = closed.acting_as(ANONYMOUS)
    with pytest.raises(AccessError):
        candidates.register(stranger, "shop")
    with pytest.raises(AccessError):
        candidates.every(stranger, "shop")
    with pytest.raises(NotFoundError):
        candidates.register(project["erin"], "nowhere")


@pytest.mark.parametrize(
    ("values", "slug"),
    [
        ({"state": ["good"]}, "filter-invalid"),
        ({"decision": ["go"]}, "filter-invalid"),
        ({"since": ["yesterday"]}, "filter-invalid"),
        ({"until": ["2025-13-01"]}, "filter-invalid"),
    ],
)
def test_what_narrows_nothing_known_is_refused(values, slug):
    with pytest.raises(UsageError) as refused:
        candidates.sought(values)
    assert refused.value.slug == slug


def test_days_are_both_included_and_blanks_narrow_nothing():
    found = candidates.sought({"since": ["2025-10-18"], "until": ["2025-10-18"], "text": [" a "], "state": [""]})
    assert found.until - found.since == timedelta(days=1)
    assert (found.text, found.states) == ("a", ())


def test_bringing_evidence_in_judges_once_and_again_changes_nothing(project, operator):
    candidate = bring(project["erin"], 1, judge=False)
    candidate = next(e for e in candidates.every(project["erin"], "shop") if e.candidate.version == "1.1")
    assert candidate.judged is None and candidate.state is S.OPEN
    found = bring(project["erin"], 1, junit(30, name="more"), run="r2")
    assert len(evaluations.history(operator.store, found.id, limit=9)) == 1
    before = revision(operator.store)
    again = reevaluate.after_change(operator, "shop", [found.id, found.id])
    assert [one.candidate_id for one in again] == [found.id] and again[0].evaluation is not None
    assert revision(operator.store) == before


def test_judging_by_itself_can_be_switched_off(project):
    off = replace(project["erin"], settings=replace(project["erin"].settings, judge_at_once=False))
    target = make_target(off, project="shop", subject="f" * 40, run="r")
    ingest_all(off, io.BytesIO(junit()), "j.xml", target, origin="cli")
    assert next(iter(candidates.every(off, "shop"))).judged is None
    assert reevaluate.after_change(off, "shop") == ()


def test_a_policy_touches_what_is_not_decided(project, operator):
    kept, refused = bring(project["erin"], 1), bring(project["erin"], 2)
    say(project["cora"], refused, "reject")
    set_policy(project["erin"], version=2)
    outdated = {e.candidate.id: e.judged.outdated for e in candidates.every(operator, "shop")}
    assert outdated[kept.id] == outdated[refused.id] == "judged under another policy"
    assert states(operator)["1.2"] is S.STALE  # what was signed is another thing now, a refusal too
    numbers = {one.candidate_id for one in reevaluate.after_change(operator, "shop")}
    assert {kept.id, refused.id} <= numbers
    assert {e.judged.outdated for e in candidates.every(operator, "shop") if e.candidate.id in numbers} == {""}


def test_a_judgement_that_fails_loses_no_evidence(project, operator):
    candidate = bring(project["erin"], 1)
    with writing(operator.store) as connection:
        run(connection, "UPDATE artefact SET notes = '[' WHERE candidate_id = :id", id=candidate.id)
    target = make_target(operator, project="shop", subject=candidate.subject, run="r2")
    intake = ingest_all(operator, io.BytesIO(junit(4)), "b.xml", target, origin="cli")
    assert intake.outcomes[0].status == "stored"
    again = reevaluate.after_change(operator, "shop", [*intake.changed, 999])
    assert [one.evaluation for one in again] == [None, None]
    assert again[0].failure.startswith("An error in the product") and "999" in again[1].failure
    with reading(operator.store) as connection:
        assert scalar(connection, "SELECT count(*) FROM event WHERE kind = 'evaluation.failed'") == 3
    entry = next(e for e in candidates.every(operator, "shop") if e.candidate.id == candidate.id)
    assert entry.judged.outdated == "judged before the newest evidence"
    assert reevaluate.after_change(operator, "no such project") == ()


def test_two_judgements_are_told_apart(project, clock):
    first = bring(project["erin"], 1)
    for login in ("cora", "max"):
        say(project[login], first)
    second = bring(project["erin"], 2, junit(46, 4))
    current = evaluate(project["erin"], "shop", candidate_id=second.id)
    held = comparison.with_approved(project["erin"], current)
    assert (held.other.id, held.decision, current.readiness.decision) == (
        first.id,
        Decision.GO,
        Decision.CONDITIONAL_GO,
    )
    turned = held.gates[0]
    assert (turned.before, turned.after, turned.turned) == (Ruling.PASS, Ruling.WARN, True)
    assert "20 of 20" in turned.measured_before and "46 of 50" in turned.measured_after
    assert comparison.with_previous(project["erin"], current).approved_at is None
    assert comparison.with_previous(project["erin"], evaluate(project["erin"], "shop", subject=f"{0:040x}")) is None


def test_why_a_candidate_is_judged_otherwise_than_before(project, clock):
    candidate = bring(project["erin"], 1)
    bring(project["erin"], 1, junit(5, 3, name="late"), run="r2")
    set_policy(project["erin"], version=2)
    evaluate(project["erin"], "shop", candidate_id=candidate.id)
    clock.forward(days=30)
    evaluate(project["erin"], "shop", candidate_id=candidate.id)
    aged, policy, evidence, first = comparison.history(project["erin"], candidate)
    assert first.because == () and first.from_decision is None
    assert (evidence.from_decision, evidence.decision) == (Decision.GO, Decision.NO_GO)
    assert evidence.because == ("new evidence: junit.xml",) and "pass → fail" in evidence.turned[0]
    assert policy.because == ("policy small v2",)
    assert aged.because == ("the evidence is older",) and "→ stale" in aged.turned[0]


def test_the_export_has_every_candidate_and_every_column(project):
    first = bring(project["erin"], 1)
    say(project["cora"], first, reason="=HYPERLINK()")
    bring(project["erin"], 2, judge=False)
    rows = [as_dict(entry) for entry in candidates.every(project["erin"], "shop")]
    assert [row["version"] for row in rows] == ["1.2", "1.1", "1.0"]
    assert rows[0]["decision"] == "not judged" and rows[0]["evaluation_id"] == ""
    assert rows[1]["signers"] == "Cora (cora)" and rows[1]["signature_reasons"] == "=HYPERLINK()"
    assert rows[2]["reasons"].startswith("KEY_FAIL")
    assert candidates.previous(project["erin"], first).version == "1.0"
    assert candidates.newest(project["erin"], "shop", Sought()) == int(rows[0]["candidate"])
    assert candidates.newest(project["erin"], "nowhere", Sought()) is None


def test_pages_of_the_register(project):
    for number in range(1, 6):
        bring(project["erin"], number, judge=False)
    pages = [candidates.register(project["erin"], "shop", page=n, rows=4) for n in (1, 2, 9)]
    assert [[e.candidate.version for e in one.entries] for one in pages] == [
        ["1.5", "1.4", "1.3", "1.2"], ["1.1", "1.0"], ["1.1", "1.0"],
    ]  # fmt: skip
    assert {(one.found, one.population) for one in pages} == {(6, 6)}
    none = candidates.register(project["erin"], "shop", Sought(text="nothing"), page=3)
    assert (none.entries, none.found, none.population) == ((), 0, 6)
