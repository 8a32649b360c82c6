"""Frames of statuses, failures, changes and durations: in order, bounded, and after results were removed."""

from datetime import UTC, datetime, timedelta

import pytest
from history_maker import LETTERS, RUNS, usual
from store_maker import case, failing, put

from dashboard.model.person import Person, Role
from dashboard.model.records import Attempt, Failure, Outcome
from dashboard.model.status import Status
from dashboard.services.context import Context
from dashboard.settings import read_settings
from dashboard.store import frames
from dashboard.store.maintenance import removal
from dashboard.store.moments import to_ms
from dashboard.store.transaction import writing

P, F, S = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED
BROKE = Failure("AssertionError", "expected 1, got 2", "Traceback", 9)


@pytest.fixture
def shop(store):
    """Give the usual history in a store of either engine."""
    usual(Context(read_settings({}), store, lambda: datetime.now(UTC), Person(None, "op", "Op", Role.OPERATOR)))
    return store


def newest(store):
    return int(frames.runs(store, "shop", limit=1).iloc[0]["id"])


def number(store, name):
    return int(frames.find_cases(store, "shop", name).iloc[0]["case_id"])


def prune(store, candidates):
    with writing(store) as connection:
        removal.mark(connection, candidates, to_ms(datetime(2026, 11, 5, tzinfo=UTC)))
    for candidate in candidates:
        removal.remove(store, candidate)
    removal.sweep(store)


def test_nothing_is_counted_where_nothing_is(store):
    assert frames.status_counts(store, "none", None) == {}
    assert frames.count_case_states(store, "none", "main", statuses=[Status.BROKEN], search="x", cases=[1]) == 0
    assert frames.run_statuses(store, 1) == {}
    assert frames.ungrouped_failures(store, 1) == 0
    assert frames.compare_runs(store, 1, 2) == frames.Comparison(dict.fromkeys(frames.CHANGES, 0), "")


def test_states_come_by_cost_and_are_narrowed(shop):
    states = frames.case_states(shop, "shop", "main")
    assert states["name"].tolist()[:3] == ["test_broken", "test_flaky", "test_new"]
    costs = (states["failed_runs"] + states["retried_runs"]).tolist()
    assert costs == sorted(costs, reverse=True)
    assert (states["low"] <= states["failures"] / states["decided"]).all()
    assert (states["failures"] / states["decided"] <= states["high"]).all()
    assert frames.case_states(shop, "shop", "main", order="name")["name"].tolist() == sorted(states["name"])
    assert frames.case_states(shop, "shop", "main", order="recent").iloc[0]["name"] in ("test_new", "test_flaky")
    two = [frames.case_states(shop, "shop", "main", limit=2, offset=n)["name"].tolist() for n in (0, 2)]
    assert [*two[0], *two[1]] == states["name"].tolist()
    for narrow, found in (
        ({"statuses": [Status.FLAKY]}, {"test_flaky"}),
        ({"search": "CART.TEST_NEW"}, {"test_new"}),
        ({"search": "_%"}, set()),
        ({"search": "\x00"}, set(states["name"])),
        ({"cases": []}, set()),
        ({"cases": [number(shop, "test_broken"), 10**9]}, {"test_broken"}),
        ({"cases": [number(shop, "test_broken")], "statuses": [Status.FLAKY]}, set()),
    ):
        assert set(frames.case_states(shop, "shop", "main", **narrow)["name"]) == found
        assert frames.count_case_states(shop, "shop", "main", **narrow) == len(found)
    with pytest.raises(KeyError):
        frames.case_states(shop, "shop", "main", order="1; DROP TABLE run")
    assert len(frames.case_states(shop, "shop", "another")) == 0
    assert sum(frames.status_counts(shop, "shop", "main").values()) == len(states)


def test_strips_hold_what_each_run_saw(shop):
    runs = [int(run) for run in frames.runs(shop, "shop", limit=60)["id"]]
    seen = frames.strips(shop, [number(shop, name) for name in ("test_flaky", "test_skipped")], runs)
    drawn = {}
    for row in seen.itertuples(index=False):
        drawn.setdefault(row.case_id, []).append("r" if row.retried else row.outcome[0])
    assert ["".join(letters) for letters in drawn.values()] == [LETTERS["test_flaky"], LETTERS["test_skipped"]]
    assert len(frames.strips(shop, [], runs)) == len(frames.strips(shop, [1], [])) == 0


def test_events_are_told_newest_first_with_their_evidence(shop):
    events = frames.case_events(shop, number(shop, "test_broken"))
    assert events["new_status"].tolist() == ["broken", "failing", "new-failure"]
    assert [len(runs) for runs in events["evidence"]] == [3, 2, 1]
    branch = frames.branch_events(shop, "shop", "main", limit=4)
    assert len(branch) == 4
    assert branch["id"].tolist() == sorted(branch["id"], reverse=True)


def test_results_are_narrowed_by_the_status_of_the_case(shop):
    run = newest(shop)
    whole = frames.run_cases(shop, run)
    assert dict(zip(whole["name"], whole["status"], strict=True)) == {
        "test_broken": "broken",
        "test_new": "new-failure",
        "test_skipped": None,
        "test_came_back": "fixed",
        "test_flaky": "flaky",
        "test_steady": None,
    }
    for statuses, outcomes, search, found in (
        ([Status.FLAKY], [], "", ["test_flaky"]),
        ([Status.BROKEN, Status.FIXED], [], "", ["test_broken", "test_came_back"]),
        ([Status.BROKEN, Status.FIXED], [P], "", ["test_came_back"]),
        ([Status.BROKEN, Status.FIXED], [], "broken", ["test_broken"]),
        ([Status.HEALTHY], [], "", []),
    ):
        given = {"statuses": statuses, "outcomes": outcomes, "search": search}
        assert frames.run_cases(shop, run, **given)["name"].tolist() == found
        assert frames.count_run_cases(shop, run, **given) == len(found)
    assert frames.run_statuses(shop, run) == dict.fromkeys(map(Status, ("broken", "new-failure", "fixed", "flaky")), 1)
    by_attempts = frames.run_cases(shop, run, order="attempts")
    assert (by_attempts.iloc[0]["name"], by_attempts.iloc[0]["attempts"]) == ("test_flaky", 2)


def test_a_run_is_found_however_old_and_only_in_its_project(shop):
    oldest = int(frames.runs(shop, "shop").iloc[-1]["id"])
    assert frames.run(shop, "shop", oldest)["name"].tolist() == ["nightly-0"]
    assert len(frames.run(shop, "another", oldest)) == len(frames.run(shop, "shop", 10**9)) == 0
    assert frames.runs_before(shop, newest(shop))["name"].tolist() == [f"nightly-{RUNS - 2}"]
    assert len(frames.runs_before(shop, newest(shop), limit=100)) == RUNS - 1
    assert len(frames.runs_before(shop, oldest)) == len(frames.runs_before(shop, newest(shop), least=7)) == 0


def test_groups_of_failures_are_counted_to_the_run_and_no_further(shop):
    runs = [int(run) for run in frames.runs(shop, "shop")["id"]]
    now = frames.failure_groups(shop, runs[0])
    assert now["cases"].tolist() == [1, 1]
    assert dict(zip(now["first_run"], now["runs"], strict=True)) == {"nightly-20": 4, "nightly-23": 1}
    then = frames.failure_groups(shop, runs[2])
    assert (then["first_run"].tolist(), then["runs"].tolist()) == (["nightly-20"], [2])
    group = int(then.iloc[0]["group_id"])
    assert frames.failure_groups(shop, runs[0], limit=1)["group_id"].tolist() == [group]
    assert frames.group_cases(shop, runs[0], group)["name"].tolist() == ["test_broken"]
    assert len(frames.group_cases(shop, runs[0], group, offset=1)) == 0
    trend = frames.group_trend(shop, runs[0], [group], limit=6)
    assert trend["cases"].fillna(0).tolist() == [0, 0, 1, 1, 1, 1]
    assert trend["run_name"].tolist() == [f"nightly-{n}" for n in range(18, 24)]


def test_every_failure_of_a_case_is_given_with_its_group(shop):
    found = frames.case_failures(shop, number(shop, "test_flaky"), "main")
    assert found["run_name"].tolist() == ["nightly-23", "nightly-17", "nightly-10"]
    assert found["attempt"].tolist() == [1, 1, 1]
    assert found["group_id"].nunique() == 1
    assert set(found["title"]) == {"AssertionError: expected <n>, got <n>"}
    assert len(frames.case_failures(shop, number(shop, "test_flaky"), "main", runs=5)) == 1
    assert len(frames.case_failures(shop, number(shop, "test_flaky"), "main", limit=2)) == 2
    assert len(frames.case_failures(shop, number(shop, "test_steady"), "main")) == 0
    assert len(frames.case_failures(shop, number(shop, "test_flaky"), "another")) == 0
    once = frames.case_failures(shop, number(shop, "test_broken"), "main")
    assert (len(once), set(once["attempt"])) == (4, {0})


def test_contradictions_need_a_pass_and_a_failure_on_one_commit(store):
    twice = (Attempt(F, 0.1, BROKE), Attempt(F, 0.1, BROKE))
    retried = (Attempt(F, 0.1, BROKE), Attempt(P, 0.1, None))
    put(store, [case("a"), failing("b"), case("c", F, attempts=twice, failure=BROKE)], run="one", hours=1)
    put(store, [failing("a"), failing("b"), case("c", F, attempts=twice, failure=BROKE)], run="two", hours=2)
    put(store, [case("d", attempts=retried)], run="three", subject="b" * 40, hours=3)
    numbers = {row.name: row.case_id for row in frames.find_cases(store, "demo", "suite").itertuples()}
    told = frames.contradictions(store, numbers["a"])
    assert [(row.run_name, row.outcome) for row in told.itertuples()] == [("two", "failed"), ("one", "passed")]
    assert len(frames.contradictions(store, numbers["b"])) == len(frames.contradictions(store, numbers["c"])) == 0
    assert frames.contradictions(store, numbers["d"])["attempt"].tolist() == [1, 2]
    assert len(frames.contradictions(store, numbers["a"], runs=1)) == 0
    assert len(frames.contradictions(store, numbers["a"], limit=1)) == 1


def test_what_took_longer_than_usual_needs_five_runs_and_more_than_noise(store):
    for day in range(6):
        slow = 2.0 if day == 5 else 1.0
        records = [
            case("slow", duration_s=slow),
            case("steady", duration_s=1.04),
            case("quick", duration_s=0.01 * slow),
        ]
        records += [case("untimed", duration_s=None), case("off", S, duration_s=slow)]
        records += [case("young", duration_s=slow)] if day > 2 else []
        stored = put(store, records, run=f"r{day}", hours=day, subject=f"{day:040x}")
    found = frames.slowed_cases(store, stored.run_id)
    assert found["name"].tolist() == ["slow"]
    assert (found.iloc[0]["mean_s"], found.iloc[0]["lost_s"], found.iloc[0]["runs"]) == (1.0, 1.0, 6)
    files = frames.file_durations(store, stored.run_id)
    assert (files["cases"].tolist(), files["timed"].tolist()) == ([6], [5])
    assert len(frames.slowed_cases(store, stored.run_id, limit=0)) == 0


def test_lanes_are_the_files_of_a_run(store):
    for n in range(3):
        stored = put(store, [case(f"t{n}", duration_s=n + 0.5)], run="split", name=f"shard-{n}.xml")
    files = frames.file_durations(store, stored.run_id)
    assert files["name"].tolist() == [f"shard-{n}.xml" for n in range(3)]
    assert files["duration_s"].tolist() == [0.5, 1.5, 2.5]


def test_removed_runs_neither_fail_nor_count(shop):
    runs = frames.runs(shop, "shop")
    gone = [int(candidate) for candidate in runs["candidate_id"][2:]]
    broken, flaky = number(shop, "test_broken"), number(shop, "test_flaky")
    group = int(frames.failure_groups(shop, newest(shop)).iloc[0]["group_id"])
    prune(shop, gone)
    latest, before, removed = (int(run) for run in runs["id"][:3])
    assert len(frames.runs_before(shop, latest, limit=100)) == 1
    assert len(frames.runs_before(shop, before)) == 0
    assert frames.group_trend(shop, latest, [group])["run_id"].tolist() == [before, latest]
    assert frames.failure_groups(shop, latest)["runs"].tolist() == [2, 1]
    assert len(frames.failure_groups(shop, removed)) == len(frames.file_durations(shop, removed)) == 0
    assert frames.ungrouped_failures(shop, removed) == 0
    assert len(frames.case_failures(shop, broken, "main")) == 2
    assert frames.contradictions(shop, flaky)["run_id"].unique().tolist() == [latest]
    assert set(frames.strips(shop, [broken], [latest, removed])["run_id"]) == {latest}
    assert frames.run(shop, "shop", removed)["pruned_at"].notna().all()
    assert len(frames.slowed_cases(shop, latest)) == 0
    prune(shop, [int(candidate) for candidate in runs["candidate_id"][:2]])
    assert frames.run_statuses(shop, latest) == {}
    assert len(frames.run_cases(shop, latest)) == 0
    states = frames.case_states(shop, "shop", "main")
    assert set(states["status"]) == {"broken", "flaky", "fixed", "new-failure"}
    assert (states["changed_at"] > datetime.now(UTC) - timedelta(days=40)).all()
