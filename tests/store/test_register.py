"""The register in SQL: the same states as the pure functions give, nobody left out, pages and filters."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from store_maker import START, failing, put

from dashboard.errors import NotFoundError
from dashboard.model.register import NOT_JUDGED, NOT_SAID, CandidateState, Sought
from dashboard.model.statement import SignOff, SignOffState, StatementKind
from dashboard.signoff.life import approved_at, own_state, state
from dashboard.signoff.workflow import standing, state_of
from dashboard.store import candidates, evaluations, register
from dashboard.store.transaction import reading, run, scalar, writing

POLICY, QUORUM = "p" * 64, {"auditor": 1, "manager": 1}
NOW = START + timedelta(days=30)
K = StatementKind


def view(withdrawn=(), now=NOW, **change):
    return replace(register.View("demo", QUORUM, POLICY, withdrawn, now), **change)


def add(store, number, *, environment="staging", branch="main", version=None):
    subject = f"{number:040x}"
    put(store, [failing("a")], subject=subject, run=f"run-{number}", hours=number, branch=branch, version=version,
        environment=environment, body=str(number).encode())  # fmt: skip
    return candidates.find(store, "demo", subject=subject)


def judge(store, candidate, name, *, hours=24 * 20, decision="GO", policy=POLICY):
    evaluations.save(
        store, name, candidate.id, b"{}", decision=decision, earned_halves=20, possible_halves=20,
        policy_digest=policy, policy_version=1, as_of=START, evaluated_at=START + timedelta(hours=hours),
    )  # fmt: skip


def sign(store, candidate, evaluation, kind, account, role, *, until=NOW + timedelta(days=1)):
    """File the columns of a signature; gives it as it stands beside a verified envelope."""
    at = START + timedelta(days=25)
    with writing(store) as connection:
        run(
            connection,
            "INSERT INTO account (id, login, name, role, password_hash, created_at, failed_attempts) "
            "VALUES (:id, :login, :login, :role, '', 0, 0) ON CONFLICT (id) DO NOTHING",
            id=account,
            login=f"p{account}",
            role=role,
        )
        seq = scalar(connection, "SELECT coalesce(max(seq) + 1, 0) FROM event")
        run(connection, "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (:s, 0, 'x', 'x', :b, :b)",
            s=seq, b=b"x")  # fmt: skip
        number = scalar(
            connection,
            "INSERT INTO signoff (candidate_id, evaluation_id, kind, account_id, login, name, role, key_id, signed_at, "
            "valid_until, event_seq, envelope) VALUES (:c, :e, :k, :a, 'l', 'n', :r, 'key', :at, :until, :s, :b) "
            "RETURNING id",
            c=candidate.id, e=evaluation, k=str(kind), a=account, r=role, at=int(at.timestamp() * 1000),
            until=int(until.timestamp() * 1000), s=seq, b=b"{}",
        )  # fmt: skip
    return SignOff(
        number, candidate.id, kind, "review", evaluation, account, "l", f"P{account}", role, "GO", "", "", at, "+00:00",
        until, f"{number}", "", "key", seq, SignOffState.UNSIGNED, "", verified=True,
    )  # fmt: skip


def in_sql(store, look, sought=None):
    with reading(store) as connection:
        return {row["id"]: row["state"] for row in register.page(connection, look, sought or Sought(), limit=None)}


@pytest.mark.parametrize("seed", range(4))
def test_the_database_and_the_pure_functions_agree_on_any_history(store, seed):
    chance = random.Random(seed)  # noqa: S311 - the same history every time
    people = ((1, "auditor"), (2, "auditor"), (3, "manager"), (4, "engineer"))
    made, signed, withdrawn = [], {}, []
    for number in range(12):
        candidate = add(
            store, number, environment=chance.choice(["staging", None]), branch=chance.choice(["main", "b"])
        )
        made.append(candidate)
        names = [f"{number}-{i}" for i in range(chance.choice([0, 1, 2]))]
        for i, name in enumerate(names):
            judge(store, candidate, name, hours=24 * 20 + i)
        own = []
        for account, role in people:
            # as the services let it be: one verdict of a person on an evaluation
            for name in names:
                if chance.random() < 0.55:
                    kind = chance.choice([K.APPROVE, K.APPROVE, K.APPROVE_WITH_CONDITIONS, K.REJECT])
                    until = NOW + timedelta(days=chance.choice([-1, 1, 1]))
                    own.append(sign(store, candidate, name, kind, account, role, until=until))
        withdrawn += [one.id for one in own if chance.random() < 0.2]
        signed[candidate.id] = (names[-1] if names else "", own)

    stood = {}
    for candidate in made:
        current, own = signed[candidate.id]
        states = [
            replace(one, state=state_of(one, evaluation_id=current, withdrawn=one.id in withdrawn, now=NOW)[0])
            for one in own
        ]
        signed[candidate.id] = (current, states)
        if approved_at(states, QUORUM):
            key = (candidate.environment, candidate.branch)
            stood[key] = max(stood.get(key, START - timedelta(days=1)), candidate.opened_at)
    expected = {}
    for candidate in made:
        own = own_state(standing(signed[candidate.id][1], QUORUM), outdated=False)
        newer = stood.get((candidate.environment, candidate.branch))
        expected[candidate.id] = str(state(own, superseded=newer is not None and newer > candidate.opened_at))
    assert in_sql(store, view(withdrawn)) == expected
    with reading(store) as connection:
        counted = register.by_state(connection, view(withdrawn))
        assert sum(counted.values()) == register.population(connection, "demo") == 12
        for one in CandidateState:
            listed = register.page(connection, view(withdrawn), Sought(states=(one,)), limit=None)
            assert len(listed) == counted[one] == register.count(connection, view(withdrawn), Sought(states=(one,)))


def test_what_was_never_judged_is_there_too(store):
    first, second = add(store, 1), add(store, 2)
    judge(store, second, "e", decision="NO-GO")
    assert list(in_sql(store, view())) == [second.id, first.id]
    assert list(in_sql(store, view(), Sought(decisions=(NOT_JUDGED,)))) == [first.id]
    assert list(in_sql(store, view(), Sought(decisions=("NO-GO",)))) == [second.id]


@pytest.mark.parametrize("change", ["evidence", "policy", "condition"])
def test_nothing_stands_once_what_was_signed_has_changed(store, change):
    candidate = add(store, 1)
    judge(store, candidate, "e")
    for account, role in ((1, "auditor"), (2, "manager")):
        sign(store, candidate, "e", K.APPROVE, account, role)
    assert in_sql(store, view()) == {candidate.id: "approved"}
    look = view()
    if change == "evidence":
        put(store, [failing("b")], subject=candidate.subject, run="late", hours=24 * 21, branch="main", body=b"late")
    elif change == "policy":
        look = view(policy_digest="q" * 64)
    else:
        with writing(store) as connection:
            run(connection, "INSERT INTO release_condition (candidate_id, gate, body, owner, due, verification, stage, "
                "created_by, created_at) VALUES (:c, 'g', 't', 'o', '2025-11-01', 'v', 'after', 'x', :at)",
                c=candidate.id, at=int((START + timedelta(days=26)).timestamp() * 1000))  # fmt: skip
    assert in_sql(store, look) == {candidate.id: "STALE"}
    with reading(store) as connection:
        outdated = register.page(connection, look, Sought())[0]["outdated"]
    assert register.OUTDATED[outdated]


def test_a_quorum_of_nobody_approves_nothing(store):
    candidate = add(store, 1)
    judge(store, candidate, "e")
    sign(store, candidate, "e", K.APPROVE, 1, "auditor")
    assert in_sql(store, view(quorum={})) == {candidate.id: "open"}


def test_filters_find_and_do_not_find(store):
    made = [
        add(store, 1, environment="staging", branch="main", version="1.0_a"),
        add(store, 2, environment=None, branch=None, version="1.0%b"),
        add(store, 3, environment="production", branch="release", version="2.0"),
    ]
    first, second, third = (one.id for one in made)
    cases = {
        Sought(environments=("staging",)): {first},
        Sought(environments=(NOT_SAID,)): {second},
        Sought(environments=("staging", "production")): {first, third},
        Sought(branches=("release",)): {third},
        Sought(branches=("nowhere",)): set(),
        Sought(text="1.0_A"): {first},
        Sought(text="%"): {second},
        Sought(text=made[2].subject[-6:]): {third},
        Sought(text="' OR 1=1 --"): set(),
        Sought(since=START + timedelta(hours=2)): {second, third},
        Sought(until=START + timedelta(hours=2)): {first},
        Sought(since=START + timedelta(hours=2), until=START + timedelta(hours=3)): {second},
    }
    for sought, expected in cases.items():
        assert set(in_sql(store, view(), sought)) == expected, sought
    with reading(store) as connection:
        assert register.places(connection, "demo") == (
            (NOT_SAID, "production", "staging"),
            (NOT_SAID, "main", "release"),
        )
        assert register.newest_of(connection, view(), Sought()) == third
        assert register.newest_of(connection, view(), Sought(text="nothing like it")) is None


def test_pages_hold_everybody_once(store):
    made = [add(store, number).id for number in range(7)]
    with reading(store) as connection:
        pages = [register.page(connection, view(), Sought(), limit=3, offset=at) for at in (0, 3, 6)]
    assert [row["id"] for part in pages for row in part] == made[::-1]


def test_details_conditions_and_earlier_ones(store):
    made = [add(store, number) for number in range(3)]
    other = add(store, 9, environment="production")
    judge(store, made[1], "e")
    sign(store, made[0], "e0", K.APPROVE, 1, "auditor")
    with writing(store) as connection:
        run(
            connection,
            "INSERT INTO release_condition (candidate_id, gate, body, owner, due, verification, stage, "
            "created_by, created_at) VALUES (:c, 'g', 't', 'o', '2025-11-01', 'v', 'after', 'x', 0)",
            c=made[1].id,
        )
    with reading(store) as connection:
        told = register.details(connection, [made[1].id, other.id])
        assert told[made[1].id]["evaluation_id"] == "e" and told[other.id]["evaluation_id"] is None
        assert told[made[1].id]["artefacts"] == 1
        assert register.details(connection, []) == {} == register.open_conditions(connection, [])
        assert register.bodies(connection, []) == {} and register.bodies(connection, ["e"]) == {"e": b"{}"}
        assert register.open_conditions(connection, [made[1].id]) == {made[1].id: [date(2025, 11, 1)]}
        assert register.earlier(connection, made[2].id, approved=False, limit=9) == [made[1].id, made[0].id]
        assert register.earlier(connection, made[2].id, approved=True, limit=9) == [made[0].id]
        assert register.earlier(connection, other.id, approved=False, limit=9) == []
        assert register.withdrawals(connection, "demo") == []


def test_what_is_declared_superseded_is_so_once(store):
    candidate = add(store, 1)
    at = datetime(2025, 10, 20, tzinfo=UTC)
    with writing(store) as connection:
        assert candidates.supersede(connection, candidate.id, by="cora", at=at, because="2.0 takes its place")
    with writing(store) as connection:
        assert not candidates.supersede(connection, candidate.id, by="max", at=at, because="again")
    assert in_sql(store, view()) == {candidate.id: "superseded"}
    with reading(store) as connection:
        assert register.details(connection, [candidate.id])[candidate.id]["superseded_by"] == "cora"
    with pytest.raises(NotFoundError), reading(store) as connection:
        candidates.by_number(connection, 999)
