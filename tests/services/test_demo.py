"""The demo as it is prepared: the figures of the staging report come out, and out of the files alone."""

import json
from fractions import Fraction

import pytest

from dashboard.errors import AccessError
from dashboard.model.evaluation import Decision, Severity
from dashboard.model.person import Person, Role
from dashboard.model.verdict import Ruling
from dashboard.services import conditions
from dashboard.services.context import Context, operator, utc_now
from dashboard.services.demo import ACCOUNTS, prepare
from dashboard.services.evaluate import evaluate
from dashboard.settings import data_path, read_settings
from dashboard.store import candidates, frames
from dashboard.store.engine import open_store

GENESIS = "genesis-rebuild"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    settings = read_settings({"COUNTERSIGN_HOME": str(home)})
    context = Context(settings, open_store(settings.database_url), utc_now, operator())
    told = []
    report = prepare(context, progress=lambda what, done, total: told.append((what, done, total)))
    return context, report, told


@pytest.fixture(scope="module")
def evaluation(demo):
    return evaluate(demo[0], GENESIS)


def files_of(folder):
    return [name for run in json.loads((data_path("demo") / folder / "manifest.json").read_text())["runs"]
            for name in run["files"]]  # fmt: skip


def test_both_projects_are_there(demo):
    context, report, _ = demo
    assert report.projects == (GENESIS, "sqlparse")
    for slug, folder in ((GENESIS, "genesis"), ("sqlparse", "sqlparse")):
        assert frames.count_artefacts(context.store, slug) == len(files_of(folder))


def test_one_account_a_role_with_a_passphrase_of_its_own(demo):
    _, report, _ = demo
    assert [(login, role, name) for login, role, name, _ in report.accounts] == [
        (login, str(role), name) for login, role, name in ACCOUNTS
    ]
    assert {role for _, role, _, _ in report.accounts} == {"viewer", "engineer", "auditor", "manager", "admin"}
    assert len({passphrase for *_, passphrase in report.accounts}) == len(ACCOUNTS)
    assert all(len(passphrase) >= 12 for *_, passphrase in report.accounts)


def test_progress_ends_with_the_last_step(demo):
    told = demo[2]
    assert [done for _, done, _ in told] == list(range(1, len(told) + 1))
    assert {total for *_, total in told} == {len(told)}


def test_candidate_is_judged_as_in_the_report(evaluation):
    readiness = evaluation.readiness
    assert evaluation.candidate.label == "Phase 4 Deployment · 3f9c2a1"
    assert readiness.decision is Decision.CONDITIONAL_GO
    assert readiness.headline == "CONDITIONAL GO"
    assert (readiness.earned_halves, readiness.possible_halves) == (79, 86)
    assert round(readiness.score, 1) == Fraction(92, 10)
    assert (readiness.measured, readiness.gates) == (18, 18)
    assert readiness.uncovered == ()


@pytest.mark.parametrize(
    ("gate", "ruling", "observed", "fraction"),
    [
        ("tests.pass_rate", Ruling.PASS, "98.28", "1,026 of 1,044"),
        ("tests.security", Ruling.PASS, None, "23 of 23"),
        ("tests.error_handling", Ruling.PASS, None, "27 of 28"),
        ("observability", Ruling.PASS, None, "28 of 28"),
        ("tests.flaky", Ruling.WARN, None, "1 of 1,044"),
        ("tests.skipped", Ruling.WARN, None, "17 of 1,044"),
        ("coverage.total", Ruling.WARN, None, "12,063 of 18,002"),
        ("health.checks", Ruling.PASS, None, "5 of 5"),
        ("flags.staged", Ruling.WARN, "2", "2 of 15"),
        ("flags.valid", Ruling.PASS, "15", "15 of 15"),
        ("config.files", Ruling.PASS, "4", "4 of 4"),
        ("perf.regression", Ruling.PASS, None, "131.57 ms against 245.11 ms"),
        ("cost", Ruling.PASS, "52", None),
    ],
)
def test_gates_show_the_figures_of_the_report(evaluation, gate, ruling, observed, fraction):
    verdict = next(r.verdict for r in evaluation.results if r.gate == gate)
    assert verdict.ruling is ruling, verdict.because
    assert observed in (None, verdict.observed)
    assert fraction in (None, verdict.fraction)
    assert verdict.evidence


def test_each_warning_has_a_condition_and_nothing_else_warns(evaluation):
    warned = {r.gate for r in evaluation.results if r.verdict.ruling is not Ruling.PASS}
    assert warned == {"coverage.total", "tests.flaky", "tests.skipped", "flags.staged"}
    assert {c.gate for c in evaluation.conditions} == warned
    assert {c.created_by for c in evaluation.conditions} == {"cora"}
    assert {c.state for c in evaluation.conditions} == {"open"}
    assert not [f for f in evaluation.findings if f.severity in (Severity.BLOCKER, Severity.MAJOR)]


@pytest.mark.parametrize(
    ("without", "lost"),
    [
        ("metrics", {"ops.error_rate", "ops.p95", "ops.p99"}),
        ("health", {"health.checks"}),
        ("flags", {"flags.valid", "flags.staged"}),
        ("environment", {"config.files", "runtime.environment"}),
        ("coverage", {"coverage.total", "coverage.component"}),
        ("benchmarks", {"perf.regression", "cost"}),
    ],
)
def test_evidence_taken_away_is_never_success(demo, evaluation, without, lost):
    less = evaluate(demo[0], GENESIS, without=(without,))
    assert {r.gate for r in less.results if r.verdict.ruling is Ruling.MISSING} == lost
    assert less.readiness.score < evaluation.readiness.score
    assert less.readiness.measured == 18 - len(lost)


def test_without_samples_it_is_no_go(demo):
    readiness = evaluate(demo[0], GENESIS, without=("metrics",)).readiness
    assert readiness.decision is Decision.NO_GO
    assert round(readiness.score, 1) == Fraction(71, 10)
    absent = [reason.gate for reason in readiness.reasons if reason.code == "EVIDENCE_MISSING"]
    assert sorted(absent) == ["ops.error_rate", "ops.p95", "ops.p99"]


def test_score_has_a_history_that_ends_at_the_candidate(demo):
    trend = frames.evaluations(demo[0].store, GENESIS)
    assert len(trend) == 24
    assert trend["policy_digest"].nunique() == 1
    assert sum(trend["decision"] == "CONDITIONAL GO") == 1
    assert len(frames.evaluations(demo[0].store, "sqlparse")) == 12


@pytest.mark.parametrize(
    ("version", "headline"),
    [
        ("0.2.0", "NO-GO"),
        ("0.2.2", "NO-GO"),
        ("0.2.3", "GO"),
        ("0.4.1", "CONDITIONAL GO, 1 condition missing"),
        ("0.4.3", "NO-GO"),
        ("0.4.4", "CONDITIONAL GO, 1 condition missing"),
    ],
)
def test_releases_of_a_library_are_asked_what_a_library_can_answer(demo, version, headline):
    readiness = evaluate(demo[0], "sqlparse", version=version).readiness
    assert readiness.headline == headline
    assert readiness.gates == 5


def test_a_second_time_everything_is_there(demo, evaluation):
    context, report, _ = demo
    before = {slug: frames.count_artefacts(context.store, slug) for slug in report.projects}
    again = prepare(context)
    assert again.projects == report.projects
    assert again.accounts == ()
    assert {slug: frames.count_artefacts(context.store, slug) for slug in report.projects} == before
    candidate = candidates.find(context.store, GENESIS)
    assert len(conditions.listed(context, candidate)) == 4
    assert evaluate(context, GENESIS).id == evaluation.id


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.MANAGER])
def test_must_not_be_prepared_by_who_may_not_administer(demo, role):
    with pytest.raises(AccessError):
        prepare(demo[0].acting_as(Person(None, "x", "X", role)))
