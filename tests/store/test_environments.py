"""One subject proposed for several environments: which candidate a file goes to, and which one is meant."""

from itertools import permutations

import pytest
from process_maker import run_plan
from store_maker import case, failing, policy, put, shards_of

from dashboard.errors import ArtefactError, NotFoundError, UsageError
from dashboard.model.records import BenchmarkResult, FileCoverage, Kind
from dashboard.store import candidates, conditions, frames, maintenance, new_failures
from dashboard.store import evidence as stored_evidence
from dashboard.store.transaction import columns, reading, revision, run, scalar, writing

SUBJECT, OTHER = "abcd" + "1" * 36, "abcd" + "2" * 36


def bring(store, environment, name="file", **more):
    more.setdefault("run", name)
    return put(store, [case(name)], subject=SUBJECT, environment=environment, body=name.encode(), **more)


def there(store):
    """Give subject (its last letter), environment and number of files of every candidate, in the order of numbers."""
    sql = (
        "SELECT c.subject, c.environment, (SELECT count(*) FROM artefact a WHERE a.candidate_id = c.id) "
        "FROM candidate c ORDER BY c.id"
    )
    with reading(store) as connection:
        return [(subject[-1], environment, files) for subject, environment, files in columns(connection, sql)]


@pytest.mark.parametrize(
    ("environments", "left"),
    [
        (["staging", "production"], [("1", "staging", 1), ("1", "production", 1)]),
        (["staging", "production", "staging"], [("1", "staging", 2), ("1", "production", 1)]),
        (["staging", None], [("1", "staging", 2)]),
        ([None, None], [("1", None, 2)]),
        ([None, "staging"], [("1", "staging", 2)]),
        ([None, "staging", "production"], [("1", "staging", 2), ("1", "production", 1)]),
        ([None, "staging", None], [("1", "staging", 3)]),
        (["staging", "Staging"], [("1", "staging", 1), ("1", "Staging", 1)]),
    ],
)
def test_the_candidate_a_file_goes_to(store, environments, left):
    stored = [bring(store, environment, f"f{n}") for n, environment in enumerate(environments)]
    assert there(store) == left
    assert [one.adopted for one in stored] == [
        environments[:n] == [None] and environment is not None for n, environment in enumerate(environments)
    ]
    assert maintenance.check(store) == []


def test_what_is_said_of_one_is_not_said_of_the_other(store):
    bring(store, "staging", "a", version="1", hours=2)
    bring(store, "production", "a", version="2", hours=4)
    bring(store, "production", "b", branch="release", hours=1)
    found = {e: candidates.find(store, "demo", subject=SUBJECT, environment=e) for e in ("staging", "production")}
    assert (found["staging"].version, found["staging"].branch) == ("1", "main")
    assert (found["production"].version, found["production"].branch) == ("2", "release")
    assert found["production"].opened_at < found["staging"].opened_at
    assert found["production"].full_label == "2 · abcd111 · production"


def test_without_a_name_several_are_ambiguous_and_nothing_is_stored(store):
    bring(store, "staging", "a")
    bring(store, "production", "a")
    before, at = there(store), revision(store)
    for name in ("a", "new"):  # a file that both have, and one that neither has
        with pytest.raises(UsageError, match="staging, production") as told:
            bring(store, None, name)
        assert (told.value.slug, "--environment" in told.value.hint) == ("environment-ambiguous", True)
    assert (there(store), revision(store)) == (before, at)
    with reading(store) as connection:
        assert scalar(connection, "SELECT count(DISTINCT sha256) FROM blob_chunk") == 1


def test_another_subject_is_not_asked_for_its_environment(store):
    bring(store, "staging")
    bring(store, "production")
    put(store, [case("a")], subject=OTHER, environment=None)
    assert there(store)[2] == ("2", None, 1)


def test_a_file_is_evidence_of_each_it_was_brought_to_and_once_of_each(store):
    first, second = bring(store, "staging"), bring(store, "production")
    again = [bring(store, "staging"), bring(store, "production")]
    assert not first.duplicate and not second.duplicate and first.candidate_id != second.candidate_id
    assert [(one.duplicate, one.candidate_id) for one in again] == [
        (True, first.candidate_id),
        (True, second.candidate_id),
    ]
    assert len(frames.artefacts(store, "demo")) == 2
    assert there(store) == [("1", "staging", 1), ("1", "production", 1)]


def test_a_known_file_still_gives_its_candidate_the_environment(store):
    told = []
    first, at = bring(store, None), revision(store)
    taken = bring(store, "staging", on_stored=lambda _, stored: told.append(stored))
    assert (taken.artefact_id, taken.duplicate, taken.adopted) == (first.artefact_id, True, True)
    assert told == [taken] and revision(store) == at + 1
    again = bring(store, "staging", on_stored=lambda _, stored: told.append(stored))
    assert (again.adopted, len(told), revision(store)) == (False, 1, at + 1)
    assert not bring(store, "production").duplicate
    assert there(store) == [("1", "staging", 1), ("1", "production", 1)]


def test_a_pruned_file_is_refused_for_its_candidate_alone(store):
    bring(store, "staging")
    with writing(store) as connection:
        run(connection, "UPDATE artefact SET pruned_at = 1")
    with pytest.raises(ArtefactError):
        bring(store, "staging", run="again")
    assert not bring(store, "production").duplicate


@pytest.fixture
def both(store):
    bring(store, "staging", version="1", hours=1)
    bring(store, "production", version="1", hours=3)
    put(store, [case("a")], subject=OTHER, environment="staging", version="2", hours=2)
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"subject": SUBJECT, "environment": "staging"}, 1),
        ({"subject": SUBJECT, "environment": " production "}, 2),
        ({"subject": "abcd1", "environment": "staging"}, 1),
        ({"subject": SUBJECT, "id": 2}, 2),
        ({"subject": OTHER}, 3),
        ({"subject": OTHER, "environment": ""}, 3),
        ({"environment": "staging"}, 3),
        ({"environment": "production"}, 2),
        ({"version": "1"}, 2),
        ({"version": "1", "environment": "staging"}, 1),
        ({}, 2),
    ],
)
def test_the_one_that_is_meant(both, asked, found):
    assert candidates.find(both, "demo", **asked).id == found


@pytest.mark.parametrize(
    ("asked", "error", "slug"),
    [
        ({"subject": SUBJECT}, UsageError, "environment-ambiguous"),
        ({"subject": "abcd1"}, UsageError, "environment-ambiguous"),
        ({"subject": SUBJECT, "version": "1"}, UsageError, "environment-ambiguous"),
        ({"subject": "abcd", "environment": "staging"}, UsageError, "subject-ambiguous"),
        ({"subject": "abcd"}, UsageError, "subject-ambiguous"),
        ({"subject": OTHER, "environment": "production"}, NotFoundError, "candidate-not-found"),
        ({"version": "2", "environment": "production"}, NotFoundError, "candidate-not-found"),
        ({"environment": "test"}, NotFoundError, "candidate-not-found"),
    ],
)
def test_none_is_guessed(both, asked, error, slug):
    with pytest.raises(error) as told:
        candidates.find(both, "demo", **asked)
    assert told.value.slug == slug


def test_two_with_one_subject_are_told_apart_in_lists(both):
    assert frames.candidates(both, "demo")["environment"].tolist() == ["production", "staging", "staging"]
    with writing(both) as connection:
        run(connection, "INSERT INTO release_condition (candidate_id, gate, body, owner, due, verification, stage, "
            "created_by, created_at) VALUES (1, 'g', 'b', 'o', '2025-11-01', 'v', 's', 'ada', 0)")  # fmt: skip
        run(connection, "INSERT INTO account (login, name, role, password_hash, created_at, failed_attempts) "
            "VALUES ('c', 'C', 'auditor', 'h', 0, 0)")  # fmt: skip
        run(connection, "INSERT INTO event (seq, at, kind, actor, body, leaf) VALUES (0, 0, 'k', 'a', :b, :b)", b=b"x")
        run(connection, "INSERT INTO signoff (candidate_id, evaluation_id, kind, account_id, login, name, role, "
            "key_id, signed_at, event_seq, envelope) VALUES (1, 'e', 'approve', 1, 'c', 'C', 'auditor', 'k', 0, 0, "
            ":b)", b=b"x")  # fmt: skip
    production, staging = candidates.find(both, "demo", id=2), candidates.find(both, "demo", id=3)
    with reading(both) as connection:
        assert [one.candidate for one in conditions.approved_with(connection, production)] == ["1 · abcd111 · staging"]
        assert [one.candidate for one in conditions.approved_with(connection, staging)] == ["1 · abcd111"]


def files_of(store, project):
    """Everything that a candidate of each environment has, by names."""
    sql = (
        "SELECT c.environment, r.name, r.total, r.failed, r.flaky, a.sha256 FROM artefact a "
        "JOIN candidate c ON c.id = a.candidate_id JOIN run r ON r.id = a.run_id "
        "JOIN project p ON p.id = a.project_id WHERE p.slug = :project"
    )
    with reading(store) as connection:
        return sorted(columns(connection, sql, project=project))


def test_files_of_both_in_any_order_are_the_same_candidates(store):
    found = []
    for number, order in enumerate(
        permutations([("staging", 0), ("production", 1), ("staging", 2), ("production", 3)])
    ):
        for environment, shard in order:
            put(store, shards_of(1)[shard], project=f"p{number}", environment=environment, run="r1",
                body=f"{shard}".encode())  # fmt: skip
        found.append(files_of(store, f"p{number}"))
    assert len(found[0]) == 4 and {row[0] for row in found[0]} == {"staging", "production"}
    assert all(one == found[0] for one in found)
    assert maintenance.check(store) == []


@pytest.mark.parametrize("environment", ["production", None])
def test_several_processes_that_make_the_same_candidate_make_one(store, store_url, environment):
    order = [[0, number] for number in range(4)]
    jobs = [
        {"act": "shard", "project": "crowd", "environment": environment, "order": order[n:] + order[:n]}
        for n in range(4)
    ]
    jobs += [{"act": "shard", "project": "crowd", "environment": "staging", "order": order}] if environment else []
    run_plan("together", store_url, jobs=jobs)
    with reading(store) as connection:
        found = sorted(columns(connection, "SELECT coalesce(environment, ''), count(*) FROM candidate GROUP BY 1"))
    assert found == ([("production", 1), ("staging", 1)] if environment else [("", 1)])
    assert len(frames.artefacts(store, "crowd")) == 4 * len(found)
    assert maintenance.check(store) == []


def test_one_that_takes_its_environment_takes_one_of_several_processes(store, store_url):
    put(store, shards_of(0)[0], project="crowd", run="r0", body=b"0/0")
    jobs = [
        {"act": "shard", "project": "crowd", "environment": environment, "order": [[0, 0], [0, 1]]}
        for environment in ("staging", "production", "staging", "production")
    ]
    run_plan("together", store_url, jobs=jobs)
    with reading(store) as connection:
        assert sorted(columns(connection, "SELECT environment FROM candidate")) == [("production",), ("staging",)]
    assert len(frames.artefacts(store, "crowd")) == 4
    assert maintenance.check(store) == []


def measured(value):
    return BenchmarkResult(
        name="b", group=None, value=value, statistic="mean", unit="s", unit_text="s", direction="lower", mean=value,
        minimum=None, maximum=None, stddev=None, rounds=1, fingerprint="m", samples=(),
    )  # fmt: skip


def covered(path):
    return FileCoverage(path, 10, 5, None, None, None, None, None, "1-5", "6-10", "")


def test_a_candidate_is_never_its_own_past(store):
    """What staging measured of the same commit is no baseline: against itself nothing is new and nothing got worse."""
    kinds = {
        Kind.TESTS: ([case("a"), case("b")], [failing("a"), case("b")]),
        Kind.COVERAGE: ([covered("a.py"), covered("b.py"), covered("c.py")], [covered("a.py")]),
        Kind.BENCHMARKS: ([measured(1.0)], [measured(2.0)]),
    }
    for kind, (before, now) in kinds.items():
        put(store, before, subject=OTHER, environment="production", run="r0", hours=1, kind=kind)
        put(store, now, subject=SUBJECT, environment="staging", run="r1", hours=2, version="2", kind=kind)
        put(store, now, subject=SUBJECT, environment="production", run="r2", hours=3, kind=kind)
    production = candidates.find(store, "demo", subject=SUBJECT, environment="production")
    asking = policy(rules={new_failures.GATE: None})
    found = stored_evidence.of(store, production.id, asking, production.opened_at)
    assert found.new_failures.count == 1
    assert found.coverage.previous_files == 3
    assert found.benchmarks.series[0].baseline == (1.0,)
