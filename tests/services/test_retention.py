"""Pruning through the service: what leaves, what is said of it, and that no signature falls."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from signed_maker import PROJECT, Shop

from dashboard.errors import AccessError, NotFoundError, UsageError
from dashboard.model.person import Person, Role
from dashboard.services import retention, sign, soundness
from dashboard.services.evaluate import evaluate
from dashboard.services.retention import Wanted
from dashboard.store import evaluations, frames, ledger
from dashboard.store.maintenance import removal
from dashboard.store.transaction import reading, scalar

DAYS = Wanted(timedelta(days=4))


@pytest.fixture
def shop(store, tmp_path):
    made = Shop(store, tmp_path).open()
    made.days(5)
    made.sign(made.candidates[3])
    made.days(8)
    return made


def events(shop):
    with reading(shop.store) as connection:
        return [json.loads(event.body) for event in ledger.events(connection, (retention.EVENT,))]


def count(shop, sql):
    with reading(shop.store) as connection:
        return scalar(connection, sql)


def test_old_evidence_leaves_and_no_signature_falls(shop):
    signed, before = shop.candidates[3], shop.candidates[2]
    evaluation = evaluate(shop.operator, PROJECT, candidate_id=signed.id)
    standing = sign.standing(shop.cora, signed, evaluation)
    bodies = {
        name: count(shop, f"SELECT count(*) FROM {name}") for name in ("event", "signoff", "evaluation", "candidate")
    }
    shown = retention.plan(shop.operator, DAYS)
    made = retention.prune(shop.operator, DAYS, only=[one.id for one in shown.prunable])
    gone = {one.id for one in made.candidates}
    assert gone == {c.id for c in shop.candidates[:8]} - {signed.id, before.id}
    assert made.candidates == shown.prunable
    assert evaluate(shop.operator, PROJECT, candidate_id=signed.id).id == evaluation.id
    assert sign.standing(shop.cora, signed) == standing
    assert standing.state.stands
    assert soundness.check(shop.operator, deep=True).wrong == ()
    after = {name: count(shop, f"SELECT count(*) FROM {name}") for name in bodies}
    assert after == bodies | {"event": bodies["event"] + 1}
    assert len(frames.runs(shop.store, PROJECT)) == 14  # the trend keeps every run


def test_one_event_names_what_went(shop):
    made = retention.prune(shop.operator, DAYS)
    assert len(events(shop)) == 1
    event = events(shop)[0]
    assert (event["kind"], event["actor"], event["project"]) == ("evidence.pruned", "operator:root", None)
    facts = event["facts"]
    assert facts["candidates"] == len(made.candidates) == 6
    assert facts["artefacts"] == 12
    assert facts["results"] == 6 * 40
    digests = facts["sha256"].split()
    assert digests == sorted({sha256 for one in made.candidates for sha256 in one.artefacts})
    listed = frames.artefacts(shop.store, PROJECT)
    assert set(listed[listed["pruned_at"].notna()]["sha256"]) == set(digests)
    assert retention.prune(shop.operator, DAYS).candidates == ()
    assert len(events(shop)) == 1  # nothing more to say


def test_a_plan_changes_nothing(shop):
    head = count(shop, "SELECT number FROM meta WHERE name = 'revision'")
    found = retention.plan(shop.operator, DAYS)
    assert len(found.prunable) == 6
    assert dict(found.kept) == {"compared with": 2, "newest of a branch": 1, "signed": 1, "young": 4}
    assert count(shop, "SELECT number FROM meta WHERE name = 'revision'") == head


def test_only_what_was_shown_goes_and_not_what_was_signed_since(shop):
    shown = [one.id for one in retention.plan(shop.operator, DAYS).prunable]
    shop.clock.forward(days=3)  # more is old now
    shop.sign(shop.candidates[6])
    made = retention.prune(shop.operator, DAYS, only=shown)
    gone = {one.id for one in made.candidates}
    assert gone < set(shown)
    assert not gone & {shop.candidates[6].id, shop.candidates[5].id}
    assert retention.prune(shop.operator, DAYS, only=[]).candidates == ()


def test_a_pruned_candidate_keeps_its_judgement(shop):
    old = shop.candidates[0]
    before = frames.evaluations(shop.store, PROJECT)
    retention.prune(shop.operator, DAYS)
    again = evaluate(shop.operator, PROJECT, candidate_id=old.id)
    assert str(again.readiness.decision) == "NO-GO"  # what is absent is no success
    after = frames.evaluations(shop.store, PROJECT)
    assert list(after["evaluation_id"]) == list(before["evaluation_id"])
    assert evaluations.load(shop.store, again.id) is None


class PowerCutError(Exception):
    """The power goes."""


def test_stopped_half_way_it_is_said_and_finished_later(shop):
    def watch(things, _label):
        for number, thing in enumerate(things):
            if number == 2:
                raise PowerCutError
            yield thing

    with pytest.raises(PowerCutError):
        retention.prune(shop.operator, DAYS, watch=watch)
    assert len(events(shop)) == 1
    assert events(shop)[0]["facts"]["candidates"] == 6
    assert soundness.check(shop.operator, deep=True).wrong == ()
    assert len(removal.unfinished(shop.store)) == 4
    made = retention.prune(shop.operator, DAYS)
    assert (made.candidates, made.finished) == ((), 4)
    assert removal.unfinished(shop.store) == []
    assert soundness.check(shop.operator).wrong == ()
    assert len(events(shop)) == 1


def test_names_and_texts_that_nothing_uses_go_too(shop):
    before = count(shop, "SELECT count(*) FROM test_case")
    made = retention.prune(shop.operator, DAYS)
    assert made.unused["test_case"] == 6  # one new test a day
    assert count(shop, "SELECT count(*) FROM test_case") == before - 6


def test_who_may_and_what_cannot_be_meant(shop):
    for act in (retention.plan, retention.prune):
        with pytest.raises(AccessError):
            act(shop.cora, DAYS)
        with pytest.raises(NotFoundError):
            act(shop.operator, Wanted(timedelta(days=1), project="none"))
        with pytest.raises(UsageError) as told:
            act(shop.operator, Wanted(timedelta(days=1), newest=0))
        assert told.value.slug == "newest-invalid"
    ada = shop.operator.acting_as(Person(9, "ada", "Ada", Role.ADMIN))
    assert retention.plan(ada, Wanted(timedelta(days=1), project=PROJECT)).prunable


@pytest.mark.parametrize(
    ("text", "meant"),
    [("90d", timedelta(90)), (" 2 w ", timedelta(14)), ("36h", timedelta(1.5)), ("1y", timedelta(365))],
)
def test_lengths_of_time(text, meant):
    assert retention.duration(text) == meant


@pytest.mark.parametrize("text", ["", "90", "0d", "-1d", "1.5d", "90m", "d", "1d2h", "999999d"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(UsageError) as told:
        retention.duration(text)
    assert told.value.slug == "duration-invalid"


def test_moments_are_those_of_the_clock(shop):
    retention.prune(shop.operator, DAYS)
    pruned = frames.artefacts(shop.store, PROJECT)["pruned_at"].dropna().unique()
    assert [moment.to_pydatetime() for moment in pruned] == [datetime(2025, 10, 14, 9, tzinfo=UTC)]
