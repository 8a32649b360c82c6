"""Candidates as people name them; policies, evaluations and conditions as they are kept."""

from datetime import date, timedelta

import pytest
from store_maker import START, case, put

from dashboard.errors import NotFoundError, UsageError
from dashboard.store import candidates, conditions, evaluations, frames, policies
from dashboard.store.transaction import reading, revision, writing

SUBJECTS = ("abcd" + "1" * 36, "abcd" + "2" * 36, "ffff" + "3" * 36)


@pytest.fixture
def three(store):
    for hour, subject in enumerate(SUBJECTS):
        put(store, [case("a")], subject=subject, hours=hour, version="2" if hour else "1", environment="staging")
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 2),
        ({"subject": SUBJECTS[0]}, 0),
        ({"subject": "ffff"}, 2),
        ({"subject": "abcd2"}, 1),
        ({"version": "1"}, 0),
        ({"version": "2"}, 2),
        ({"id": 2}, 1),
    ],
)
def test_a_candidate_is_found(three, asked, found):
    candidate = candidates.find(three, "demo", **asked)
    assert candidate.subject == SUBJECTS[found]
    assert (candidate.project, candidate.environment, candidate.as_of) == ("demo", "staging", None)


@pytest.mark.parametrize(
    ("asked", "error", "slug"),
    [
        ({"subject": "abcd"}, UsageError, "subject-ambiguous"),
        ({"subject": "abc"}, NotFoundError, "candidate-not-found"),
        ({"subject": "abc%"}, NotFoundError, "candidate-not-found"),
        ({"version": "3"}, NotFoundError, "candidate-not-found"),
        ({"subject": "ffff", "version": "1"}, NotFoundError, "candidate-not-found"),
        ({"id": 9}, NotFoundError, "candidate-not-found"),
    ],
)
def test_a_candidate_is_not_guessed(three, asked, error, slug):
    with pytest.raises(error) as told:
        candidates.find(three, "demo", **asked)
    assert told.value.slug == slug


def test_an_unknown_project(store):
    with pytest.raises(NotFoundError) as told:
        candidates.find(store, "none")
    assert told.value.slug == "project-not-found"
    put(store, [case("a")])
    assert candidates.project(store, "demo") == "demo"


def test_a_policy_is_kept_with_its_history(three):
    assert policies.current(three, "demo") is None
    policies.set(three, "demo", "one", "d1", "ada", START)
    policies.set(three, "demo", "two", "d2", "bob", START + timedelta(hours=1))
    at = revision(three)
    policies.set(three, "demo", "two", "d2", "eve", START + timedelta(hours=2))
    assert revision(three) == at
    assert policies.current(three, "demo") == ("d2", "two")
    assert [(v.digest, v.by) for v in policies.history(three, "demo")] == [("d2", "bob"), ("d1", "ada")]
    with pytest.raises(NotFoundError):
        policies.set(three, "none", "x", "d", "ada", START)


def save(store, number, candidate=1, hours=0, body=b"{}"):
    return evaluations.save(
        store,
        f"{number:064d}",
        candidate,
        body,
        decision="GO",
        earned_halves=9,
        possible_halves=10,
        policy_digest="d",
        policy_version=3,
        as_of=START,
        evaluated_at=START + timedelta(hours=hours),
    )


def test_judging_again_is_no_news(three):
    assert save(three, 1)
    at = revision(three)
    assert not save(three, 1, hours=1, body=b"later")
    assert revision(three) == at
    assert evaluations.load(three, f"{1:064d}") == b"{}"
    assert evaluations.load(three, "none") is None


def test_the_newest_evaluation_of_each_candidate_is_listed(three):
    save(three, 1)
    save(three, 2, hours=1)
    save(three, 3, candidate=3)
    assert save(three, 1, hours=2)  # judged as before again: what was superseded stands again
    found = frames.evaluations(three, "demo")
    assert found["evaluation_id"].str.lstrip("0").tolist() == ["1", "3"]
    assert found["evaluated_at"].iloc[0] == START + timedelta(hours=2)
    assert frames.evaluations(three, "demo", limit=1)["candidate_id"].tolist() == [3]


def test_a_condition_is_added_and_closed_once(three):
    with writing(three) as connection:
        number = conditions.add(
            connection,
            1,
            gate="cost",
            text="Spend less",
            owner="bob",
            due=date(2025, 10, 3),
            verification="cost passes",
            stage="after",
            by="ada",
            at=START,
        )
    [found] = conditions.list(three, 1)
    assert (found.id, found.state, found.due, found.text) == (number, "open", date(2025, 10, 3), "Spend less")
    assert conditions.list(three, 1, today=date(2025, 10, 3))[0].state == "open"
    assert conditions.list(three, 1, today=date(2025, 10, 4))[0].state == "overdue"
    with writing(three) as connection:
        assert conditions.close(connection, number, by="ada", at=START, note="seen")
        assert not conditions.close(connection, number, by="ada", at=START, note="seen")
        assert not conditions.close(connection, 99, by="ada", at=START, note="seen")
    assert conditions.list(three, 1, today=date(2025, 12, 1))[0].state == "met"
    assert conditions.list(three, 2) == []
    with reading(three) as connection:
        assert conditions.candidate_of(connection, number) == 1
        assert conditions.candidate_of(connection, 99) is None
