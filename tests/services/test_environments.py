"""One commit proposed for staging and for production: two candidates, two decisions, two sets of signatures."""

import io
import json

import pytest
from signed_maker import PASSPHRASE, PROJECT, Shop, junit

from dashboard.errors import UsageError
from dashboard.model.evaluation import Decision
from dashboard.model.register import CandidateState, Sought
from dashboard.model.statement import SignOffState, StatementKind
from dashboard.services import candidates, claims, comparison, log, sign, signatures
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_all, ingest_body, make_target
from dashboard.services.report import report
from dashboard.signoff.envelope import from_json
from dashboard.signoff.statements import from_payload
from dashboard.store import ledger
from dashboard.store.transaction import reading

SUBJECT = "3f9c2a1" + "0" * 33
S = CandidateState


@pytest.fixture
def shop(store, tmp_path):
    return Shop(store, tmp_path).open()


def bring(shop, environment, body=None, *, run="r1", judge=True, subject=SUBJECT, version="2.4.0"):
    """Bring a report; gives the receipt and, where the candidate is judged, how."""
    where = make_target(
        shop.operator, project=PROJECT, subject=subject, version=version, branch="main", environment=environment,
        run=run,
    )  # fmt: skip
    shop.clock.forward(minutes=1)
    intake = ingest_all(shop.operator, io.BytesIO(body or junit(0)), "junit.xml", where, origin="cli", judge=judge)
    shop.clock.forward(minutes=1)
    return intake.outcomes[0]


def judged(shop, environment):
    return evaluate(shop.operator, PROJECT, subject=SUBJECT, environment=environment)


def standing(shop, environment):
    found = judged(shop, environment)
    return signatures.standing(shop.operator, found.candidate, found).state


def events(shop, kind):
    with reading(shop.store) as connection:
        return [json.loads(one.body)["facts"] for one in ledger.all_events(connection, (kind,))]


def test_both_are_open_at_once_and_decided_apart(shop):
    bring(shop, "staging")
    bring(shop, "production", junit(0, failed=9))
    staging, production = judged(shop, "staging"), judged(shop, "production")
    assert staging.readiness.decision is Decision.GO
    assert production.readiness.decision is Decision.NO_GO
    assert staging.id != production.id and staging.candidate.id != production.candidate.id
    found = {
        (e.candidate.environment, e.state, e.judged.decision)
        for e in candidates.every(shop.operator, PROJECT, Sought(text=SUBJECT))
    }
    assert found == {("staging", S.OPEN, Decision.GO), ("production", S.OPEN, Decision.NO_GO)}


def test_the_same_evidence_for_both_is_judged_twice_and_signed_apart(shop):
    bring(shop, "staging")
    bring(shop, "production")
    staging, production = judged(shop, "staging"), judged(shop, "production")
    assert {s.sha256 for s in staging.sources} == {s.sha256 for s in production.sources}
    assert staging.id != production.id
    signed = shop.sign(staging.candidate)
    assert standing(shop, "staging") is SignOffState.APPROVED
    assert standing(shop, "production") is SignOffState.UNSIGNED
    assert judged(shop, "production").id == production.id
    statement = from_payload(from_json(signatures.envelope(shop.operator, signed.id)).payload)
    assert (statement.environment, statement.subjects.candidate) == ("staging", SUBJECT)
    found = {e.candidate.environment: e.state for e in candidates.every(shop.operator, PROJECT, Sought(text=SUBJECT))}
    assert found == {"staging": S.APPROVED, "production": S.OPEN}


def test_bringing_it_for_production_leaves_the_signature_of_staging_alone(shop):
    bring(shop, "staging")
    shop.sign(judged(shop, "staging").candidate)
    before = judged(shop, "staging").id
    bring(shop, "production")
    bring(shop, "production", junit(1, failed=9), run="r2")
    assert judged(shop, "staging").id == before
    assert standing(shop, "staging") is SignOffState.APPROVED
    bring(shop, "staging", junit(2), run="r2")
    assert standing(shop, "staging") is SignOffState.STALE


def test_nothing_is_carried_over(shop):
    bring(shop, "staging")
    bring(shop, "production", junit(3))
    staging, production = judged(shop, "staging"), judged(shop, "production")
    assert {s.sha256 for s in staging.sources}.isdisjoint(s.sha256 for s in production.sources)
    assert len(production.sources) == 1


def test_what_was_approved_last_is_that_of_the_environment(shop):
    shop.bring(environment="production")
    old = shop.candidates[-1]
    shop.sign(old)
    bring(shop, "staging")
    staging = judged(shop, "staging").candidate
    shop.sign(staging)
    bring(shop, "production")
    production = judged(shop, "production")
    assert candidates.last_approved(shop.operator, production.candidate).candidate.id == old.id
    assert candidates.previous(shop.operator, production.candidate).id == old.id
    assert candidates.last_approved(shop.operator, staging) is None
    assert comparison.with_approved(shop.operator, production).other.id == old.id


def test_a_candidate_without_environment_takes_the_first_that_is_named(shop):
    first = bring(shop, None)
    shop.sign(evaluate(shop.operator, PROJECT, subject=SUBJECT).candidate)
    again = bring(shop, "staging")  # the very same file
    assert (again.status, again.adopted, again.candidate_id) == ("duplicate", True, first.candidate_id)
    assert again.as_dict()["adopted"] is True
    assert standing(shop, "staging") is SignOffState.STALE
    new = bring(shop, "production")
    assert (new.status, new.adopted) == ("stored", False)
    assert new.candidate_id != first.candidate_id
    taken = {"candidate": first.candidate_id, "subject": SUBJECT, "environment": "staging"}
    assert events(shop, "candidate.environment") == [taken]
    assert [one["candidate"] for one in events(shop, "artefact.stored") if one["subject"] == SUBJECT] == [
        first.candidate_id,
        new.candidate_id,
    ]


def test_one_that_takes_an_environment_is_judged_again_at_once(shop):
    first = bring(shop, None)
    before = evaluate(shop.operator, PROJECT, subject=SUBJECT).id
    assert bring(shop, "staging").candidate_id == first.candidate_id
    (entry,) = candidates.every(shop.operator, PROJECT, Sought(text=SUBJECT))
    assert entry.judged.id != before and entry.candidate.environment == "staging"


@pytest.mark.parametrize("ask", ["evaluate", "report", "claims", "ingest"])
def test_which_one_is_meant_must_be_said(shop, ask):
    bring(shop, "staging")
    bring(shop, "production")
    where = make_target(shop.operator, project=PROJECT, subject=SUBJECT, run="r9")
    asked = {
        "evaluate": lambda **more: evaluate(shop.operator, PROJECT, subject=SUBJECT, **more),
        "report": lambda **more: report(shop.operator, PROJECT, subject=SUBJECT, **more),
        "claims": lambda **more: claims.check(shop.operator, "Coverage: 60 %", PROJECT, subject=SUBJECT, **more),
        "ingest": lambda: ingest_body(shop.operator, io.BytesIO(junit(7)), "j.xml", where, origin="cli"),
    }[ask]
    size, _ = log.head(shop.operator)
    with pytest.raises(UsageError) as told:
        asked()
    assert (told.value.slug, log.head(shop.operator)[0]) == ("environment-ambiguous", size)
    assert "staging, production" in str(told.value)
    if ask != "ingest":
        assert asked(environment="production")


def test_superseding_one_leaves_the_other(shop):
    bring(shop, "staging")
    bring(shop, "production")
    candidates.supersede(shop.cora, judged(shop, "staging").candidate.id, "It went to production.")
    found = {e.candidate.environment: e.state for e in candidates.every(shop.operator, PROJECT, Sought(text=SUBJECT))}
    assert found == {"staging": S.SUPERSEDED, "production": S.OPEN}


def test_rejecting_one_leaves_the_other(shop):
    bring(shop, "staging")
    bring(shop, "production")
    view = sign.preview(shop.cora, judged(shop, "production").candidate)
    sign.sign(
        shop.cora, view.candidate.id, view.evaluation_id, "cora", PASSPHRASE, view.meaning, StatementKind.REJECT, "No."
    )
    assert standing(shop, "production") is SignOffState.REJECTED
    assert standing(shop, "staging") is SignOffState.UNSIGNED
