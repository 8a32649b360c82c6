"""What a pruning may take, and what it must leave."""

from datetime import timedelta

import pytest
from store_maker import START, case, put

from dashboard.model.records import BenchmarkResult, FileCoverage, Kind
from dashboard.store.maintenance import keeping
from dashboard.store.transaction import reading, run, writing

DAY = 24


def subject(number):
    return f"{number:02x}" * 20


def bench(name="b", value=1.0):
    return BenchmarkResult(
        name=name, group=None, value=value, statistic="mean", unit="s", unit_text="s", direction="lower", mean=value,
        minimum=None, maximum=None, stddev=None, rounds=1, fingerprint="m", samples=(),
    )  # fmt: skip


def covered(path="a.py"):
    return FileCoverage(path, 10, 5, None, None, None, None, None, "1-5", "6-10", "")


def candidate(
    store,
    number,
    *,
    branch="main",
    version=None,
    kind=Kind.TESTS,
    records=None,
    project="demo",
    environment=None,
    hours=0,
):
    stored = put(
        store,
        records or [case("a")],
        subject=subject(number),
        run=f"run {number}",
        hours=number * DAY + hours,
        branch=branch,
        version=version,
        kind=kind,
        project=project,
        environment=environment,
    )
    return stored.candidate_id


def planned(store, *, days=30, keep=10, newest=1, projects=("demo",), baselines=None):
    before = START + timedelta(days=days - keep)
    with reading(store) as connection:
        found = keeping.plan(
            connection, before=before, newest=newest, projects=list(projects), baselines=baselines or {}
        )
    return [one.id for one in found.prunable], dict(found.kept)


def sign(store, candidate_id, table="signoff"):
    with writing(store) as connection:
        run(
            connection,
            "INSERT INTO account (login, name, role, password_hash, created_at, failed_attempts) "
            "VALUES (:login, 'C', 'auditor', 'h', 0, 0)",
            login=f"c{candidate_id}",
        )
        account = f"(SELECT id FROM account WHERE login = 'c{candidate_id}')"
        if table == "signoff":
            run(
                connection,
                "INSERT INTO event (seq, at, kind, actor, body, leaf) "
                "SELECT coalesce(max(seq) + 1, 0), 0, 'k', 'a', :body, :body FROM event",
                body=b"x",
            )
            run(
                connection,
                "INSERT INTO signoff (candidate_id, evaluation_id, kind, account_id, login, name, role, key_id, "
                f"signed_at, event_seq, envelope) VALUES (:c, 'e', 'approve', {account}, 'c', 'C', 'auditor', 'k', 0, "
                "(SELECT max(seq) FROM event), :body)",
                c=candidate_id,
                body=b"x",
            )
        else:
            run(
                connection,
                "INSERT INTO finding_acceptance (candidate_id, rule, digest, account_id, login, name, role, reason, "
                f"at, payload_sha256, envelope) VALUES (:c, 'r', 'd', {account}, 'c', 'C', 'auditor', 'why', 0, 'p', "
                ":body)",
                c=candidate_id,
                body=b"x",
            )


def test_old_candidates_may_go_and_young_ones_stay(store):
    ids = [candidate(store, n) for n in range(30)]
    prunable, kept = planned(store)
    # The 20th day is young; the one before it is what the first young one is compared with.
    assert prunable == ids[:19]
    assert kept == {keeping.BASELINE: 1, keeping.NEWEST: 1, keeping.YOUNG: 9}


def test_the_newest_of_every_branch_stay(store):
    main = [candidate(store, n) for n in range(4)]
    side = [candidate(store, n, branch="side") for n in range(4, 8)]
    none = [candidate(store, n, branch=None) for n in range(8, 10)]
    prunable, kept = planned(store, days=1000)
    assert prunable == main[:2] + side[:2]
    assert kept == {keeping.NEWEST: 3, keeping.BASELINE: 3}
    assert none[0] not in prunable
    assert planned(store, days=1000, newest=3)[0] == []


def test_the_newest_run_of_a_branch_stays_whatever_branch_its_candidate_names(store):
    first = candidate(store, 1, branch="main")
    put(store, [case("a")], subject=subject(1), run="on side", hours=DAY, branch="side")
    for n in range(2, 6):
        candidate(store, n, branch="main")
    # The first candidate now says "side"; it has the newest run of both names it was under.
    assert first not in planned(store, days=1000)[0]


def test_the_newest_of_every_environment_stay(store):
    staging = [candidate(store, n, environment="staging") for n in range(3)]
    production = [candidate(store, n, environment="production", hours=1) for n in range(3)]
    prunable, kept = planned(store, days=1000)
    # Both of the last commit stay, and of the one before the candidate that they are compared with.
    assert prunable == [staging[0], production[0], staging[1]]
    assert kept == {keeping.NEWEST: 2, keeping.BASELINE: 1}


def test_the_same_commit_in_another_environment_is_not_what_a_candidate_is_compared_with(store):
    old = candidate(store, 1, environment="production", version="1", kind=Kind.BENCHMARKS, records=[bench()])
    far = candidate(store, 2, environment="production", kind=Kind.COVERAGE, records=[covered()])
    candidate(store, 3, environment="staging", version="2", kind=Kind.BENCHMARKS, records=[bench()])
    candidate(store, 3, environment="staging", version="2", kind=Kind.COVERAGE, records=[covered()])
    candidate(store, 3, environment="production", hours=1, kind=Kind.BENCHMARKS, records=[bench()])
    candidate(store, 3, environment="production", hours=1, kind=Kind.COVERAGE, records=[covered()])
    prunable, kept = planned(store, days=1000)
    assert not {old, far} & set(prunable)
    assert kept == {keeping.NEWEST: 2, keeping.BASELINE: 2}


@pytest.mark.parametrize("table", ["signoff", "finding_acceptance"])
def test_what_is_signed_stays_with_what_it_was_judged_against(store, table):
    ids = [candidate(store, n) for n in range(6)]
    sign(store, ids[3], table)
    prunable, kept = planned(store, days=1000)
    assert prunable == [ids[0], ids[1]]
    assert kept == {keeping.SIGNED: 1, keeping.NEWEST: 1, keeping.BASELINE: 2}


def test_what_somebody_acted_on_stays(store):
    ids = [candidate(store, n) for n in range(6)]
    with writing(store) as connection:
        run(
            connection,
            "INSERT INTO waiver (candidate_id, gate, reason, requested_by, requested_at, expires_at) "
            "VALUES (:c, 'g', 'r', 'a', 0, 0)",
            c=ids[1],
        )
        run(
            connection,
            "INSERT INTO release_condition (candidate_id, gate, body, owner, due, verification, stage, created_by, "
            "created_at) VALUES (:c, 'g', 'b', 'o', '2025-01-01', 'v', 'after', 'a', 0)",
            c=ids[2],
        )
    prunable, kept = planned(store, days=1000)
    assert prunable == [ids[3]]
    assert kept[keeping.ACTED_ON] == 2


def test_the_version_that_benchmarks_are_compared_with_stays_whole(store):
    old = [candidate(store, n, version="1.0", kind=Kind.BENCHMARKS, records=[bench()]) for n in range(3)]
    older = candidate(store, 3, version="0.9", kind=Kind.COVERAGE, records=[covered()])
    now = [candidate(store, n, version="1.1", kind=Kind.BENCHMARKS, records=[bench()]) for n in range(4, 6)]
    prunable, _ = planned(store, days=1000)
    assert not set(old) & set(prunable)  # the baseline is all three candidates of version 1.0
    assert older not in prunable  # the nearest before with coverage: the newest may be asked where its own is
    assert now[1] not in prunable


def test_the_version_that_the_policy_names_stays(store):
    ids = [candidate(store, n, version=f"1.{n}") for n in range(6)]
    assert planned(store, days=1000)[0] == ids[:4]
    assert planned(store, days=1000, baselines={"demo": "1.2"})[0] == [ids[0], ids[1], ids[3]]


def test_late_evidence_keeps_an_old_candidate(store):
    ids = [candidate(store, n) for n in range(4)]
    put(store, [case("b")], subject=subject(0), run="again", hours=0, at_hours=DAY * 25)
    assert ids[0] not in planned(store, days=30)[0]


def test_projects_are_told_apart(store):
    mine = [candidate(store, n) for n in range(4)]
    theirs = [candidate(store, n, project="other") for n in range(4)]
    assert planned(store, days=1000)[0] == mine[:2]
    both = planned(store, days=1000, projects=("demo", "other"))[0]
    assert sorted(both) == sorted(mine[:2] + theirs[:2])
