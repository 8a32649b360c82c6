"""Waivers, acceptances and conditions of a project, on either engine."""

from datetime import date, timedelta

from store_maker import START, case, failing, policy, put

from dashboard.model.policy import Rule, Tier
from dashboard.model.waiver import Acceptance, WaiverState
from dashboard.store import acceptances, accounts, candidates, conditions, evidence, waivers
from dashboard.store.acceptances import StoredAcceptance
from dashboard.store.transaction import reading, writing

DIGEST = "d" * 64


def account(connection):
    given = {"login": "cora", "name": "Cora", "role": "auditor", "password_hash": "x"}
    return accounts.add(connection, at=START, public_key=b"k", sealed_key=b"s", **given)


def test_a_waiver_is_granted_once_and_withdrawn_once(store):
    number = put(store, [case("a")]).candidate_id
    end = START + timedelta(days=7)
    with writing(store) as connection:
        made = waivers.add(connection, number, gate="g", reason="r", expires_at=end, by="erin", at=START)
        assert waivers.approve(connection, made, by="max", at=START)
        assert not waivers.approve(connection, made, by="mia", at=START)
    found = evidence.of(store, number, policy(), START).waivers
    assert [(w.id, w.approved_by, w.state_at(START), w.state_at(end)) for w in found] == [
        (made, "max", WaiverState.LIVE, WaiverState.EXPIRED)
    ]
    with writing(store) as connection:
        assert waivers.withdraw(connection, made, by="erin", at=START)
        assert not waivers.withdraw(connection, made, by="erin", at=START)
        assert not waivers.approve(connection, made, by="mia", at=START)
    with reading(store) as connection:
        assert [w.withdrawn_by for w in waivers.of_project(connection, "demo")] == ["erin"]
        assert waivers.find(connection, made + 1) is None


def test_a_finding_is_accepted_once(store):
    number = put(store, [case("a")]).candidate_id
    said = Acceptance(0, "rule", DIGEST, "cora", "Cora", "auditor", "known", START, "p" * 64)
    with writing(store) as connection:
        signer = account(connection)
        made = acceptances.add(connection, number, StoredAcceptance(said, signer, b"envelope"))
        assert acceptances.add(connection, number, StoredAcceptance(said, signer, b"other")) is None
    with reading(store) as connection:
        assert acceptances.envelope_of(connection, made or 0) == b"envelope"
        assert acceptances.envelope_of(connection, 99) is None
    [kept] = evidence.of(store, number, policy(), START).acceptances
    assert (kept.id, kept.digest, kept.at) == (made, DIGEST, START)


def test_conditions_of_all_candidates_of_a_project(store):
    first = put(store, [case("a")], version="1").candidate_id
    second = put(store, [case("a")], subject="b" * 40, hours=1, as_of=START).candidate_id
    other = put(store, [case("a")], project="other").candidate_id
    due = date(2025, 10, 5)
    with writing(store) as connection:
        for number in (first, second, other):
            conditions.add(
                connection, number, gate="g", text="t", owner="o", due=due, verification="v", stage="after", by="c",
                at=START,
            )  # fmt: skip
    with reading(store) as connection:
        held = conditions.of_project(connection, "demo", today=date(2025, 10, 6))
        assert [(h.candidate_id, h.condition.state) for h in held] == [(first, "overdue"), (second, "open")]
        assert conditions.label(held[0].subject, held[0].version) == "1 · aaaaaaa"
        assert set(conditions.arrivals(connection, first).values()) == {START}
        assert conditions.approved_with(connection, candidates.by_number(connection, second)) == []
    with writing(store) as connection:
        conditions.close(connection, held[0].condition.id, by="x", at=START, note="seen")
    with reading(store) as connection:
        left = conditions.of_project(connection, "demo", today=due, open_only=True)
    assert [h.candidate_id for h in left] == [second]


def test_new_failures_are_compared_only_when_asked(store):
    put(store, [case("a"), case("b"), failing("c")])
    number = put(store, [failing("a"), case("b"), failing("c"), failing("d")], subject="b" * 40, hours=1).candidate_id
    assert evidence.of(store, number, policy(), START).new_failures is None
    asked = policy(rules={"tests.new_failures": Rule("tests.new_failures", Tier.LOW, False, None, None, None)})
    asked = policy(rules=asked.rules, quorum={"auditor": 1})
    found = evidence.of(store, number, asked, START).new_failures
    assert found is not None
    assert (found.count, found.compared_with, found.approved) == (2, "aaaaaaa", False)
    assert [name.rsplit(".", 1)[-1] for name in found.names] == ["a", "d"]
