"""Statuses of test cases come with the evidence, in its transaction, and their changes are kept."""

import io
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.errors import AccessError, ConflictError, UsageError
from dashboard.model.person import Person, Role
from dashboard.model.status import Status
from dashboard.services import mutes, statuses
from dashboard.services.context import Context
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import read_settings
from dashboard.store import frames
from dashboard.store.transaction import reading, rows, writing

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENGINEER = Person(None, "eva", "Eva", Role.ENGINEER)
_numbers = itertools.count()


@pytest.fixture
def context(store):
    return Context(read_settings(), store, lambda: START + timedelta(days=40), Person(None, "op", "Op", Role.OPERATOR))


def junit(cases, message="expected 1, got 2"):
    """Write a report; a case is its name and one letter: p, f, s, or r for passed on retry."""
    text = f'type="AssertionError" message="{message}"'
    said = {
        "p": "",
        "f": f'<failure {text}>Traceback\n  File "shop/cart.py", line 3, in buy</failure>',
        "s": "<skipped/>",
        "r": f"<flakyFailure {text}><stackTrace>x</stackTrace></flakyFailure>",
    }
    body = "".join(
        f'<testcase classname="tests.test_cart" name="{name}" time="0.5">{said[letter]}</testcase>'
        for name, letter in cases.items()
    )
    return f'<testsuites><!-- {next(_numbers)} --><testsuite name="s">{body}</testsuite></testsuites>'.encode()


def ingest(context, day, cases, *, commit=None, run=None, branch="main", **more):
    at = START + timedelta(days=day)
    target = make_target(
        context,
        project="shop",
        subject=commit or f"{day:040x}",
        branch=branch,
        run=run or f"run-{day}",
        started_at=at,
    )
    return ingest_body(context, io.BytesIO(junit(cases, **more)), "junit.xml", target, origin="cli")


def state(context, branch="main"):
    found = frames.case_states(context.store, "shop", branch, order="name")
    return {row.name: Status(row.status) for row in found.itertuples(index=False)}


def test_a_failure_and_a_pass_on_one_commit_prove_flakiness(context):
    ingest(context, 1, {"a": "p", "b": "p"})
    ingest(context, 2, {"a": "r", "b": "p"})
    assert state(context) == {"a": Status.FLAKY}
    row = frames.case_states(context.store, "shop", "main").iloc[0]
    assert (row["failures"], row["decided"], row["retried_runs"]) == (1, 2, 1)
    assert "1 of 2 attempts failed" in row["because"]


def test_a_new_failure_becomes_broken_and_is_fixed_and_each_change_is_an_event(context):
    ingest(context, 1, {"a": "p"})
    for day in (2, 3, 4):
        ingest(context, day, {"a": "f"})
    assert state(context) == {"a": Status.BROKEN}
    ingest(context, 5, {"a": "p"})
    assert state(context) == {"a": Status.FIXED}
    events = frames.branch_events(context.store, "shop", "main")
    assert [(e.old_status, e.new_status) for e in events.itertuples(index=False)] == [
        ("broken", "fixed"),
        ("failing", "broken"),
        ("new-failure", "failing"),
        ("healthy", "new-failure"),
    ]
    assert all(rules.startswith("1:") for rules in events["rules"])
    assert len(events.iloc[1]["evidence"]) == 3


def test_a_test_that_never_failed_has_no_row(context):
    for day in range(3):
        ingest(context, day, {"a": "p", "b": "s"})
    assert state(context) == {}


def test_a_run_that_failed_as_a_whole_says_nothing_of_its_cases(context):
    names = [f"t{n}" for n in range(12)]
    ingest(context, 1, dict.fromkeys(names, "p"))
    ingest(context, 2, dict.fromkeys(names, "f"))
    assert state(context) == {}
    with reading(context.store) as connection:
        (because,) = [r["infrastructure"] for r in rows(connection, "SELECT infrastructure FROM run ORDER BY id")][1:]
    assert "12 of 12 tests failed" in because


def test_the_order_in_which_reports_arrive_does_not_matter_for_the_end(context):
    days = {1: "p", 2: "f", 3: "p", 4: "f", 5: "f"}
    for day in (3, 1, 5, 2, 4):
        ingest(context, day, {"a": days[day]}, branch="late")
    for day in sorted(days):
        ingest(context, day, {"a": days[day]}, branch="main", commit=f"{day + 100:040x}")
    late, main = (frames.case_states(context.store, "shop", name).iloc[0] for name in ("late", "main"))
    assert (late["status"], late["failures"], late["decided"]) == (main["status"], main["failures"], main["decided"])


def test_failures_are_grouped_by_what_they_have_in_common(context):
    ingest(context, 1, {"a": "f", "b": "f", "c": "p"}, message="expected 1, got 2")
    ingest(context, 2, {"a": "f", "b": "p", "c": "f"}, message="expected 77, got 8", run="second")
    run = int(frames.runs(context.store, "shop").iloc[0]["id"])
    groups = frames.failure_groups(context.store, run)
    assert [(g.cases, g.runs, g.first_run) for g in groups.itertuples(index=False)] == [(2, 2, "run-1")]
    group = int(groups.iloc[0]["group_id"])
    assert list(frames.group_cases(context.store, run, group)["name"]) == ["a", "c"]
    assert list(frames.group_trend(context.store, run, [group])["cases"]) == [2, 2]
    assert frames.ungrouped_failures(context.store, run) == 0


def test_a_preview_tells_what_other_thresholds_would_say_and_stores_nothing(context):
    from dataclasses import replace

    from dashboard.services import policies

    ingest(context, 1, {"a": "p"})
    for day in (2, 3):
        ingest(context, day, {"a": "f"})
    assert state(context) == {"a": Status.FAILING}
    rules = policies.current(context, "shop").flaky
    (moved,) = statuses.preview(context, "shop", "main", replace(rules, broken_runs=2))
    assert (moved.old, moved.new) == (Status.FAILING, Status.BROKEN)
    assert statuses.preview(context, "shop", "main", rules) == ()
    assert state(context) == {"a": Status.FAILING}
    with writing(context.store) as connection:
        assert statuses.judge_again(context, connection, "shop", replace(rules, broken_runs=2)) == 1
    assert state(context) == {"a": Status.BROKEN}
    event = frames.branch_events(context.store, "shop", "main").iloc[0]
    assert event["run_name"] is None
    assert event["new_status"] == "broken"


def test_new_thresholds_judge_again_when_the_policy_is_approved(context):
    from dashboard.services import policies

    ingest(context, 1, {"a": "p"})
    for day in (2, 3):
        ingest(context, day, {"a": "f"})
    stricter = policies.current_text(context, "shop") + "\n[flaky]\nbroken_runs = 2\n"
    policies.change(context, "shop", policies.current_text(context, "shop"))
    proposal = policies.propose(context, "shop", stricter, "two are enough")
    assert state(context) == {"a": Status.FAILING}
    mia = Context(context.settings, context.store, context.clock, Person(None, "mia", "Mia", Role.MANAGER))
    policies.approve(mia, proposal.id)
    assert state(context) == {"a": Status.BROKEN}
    event = frames.branch_events(context.store, "shop", "main").iloc[0]
    assert (event["run_name"], event["old_status"]) == (None, "failing")


def mute(context, case_id, **more):
    said = {"owner": "cart team", "reason": "clock skew", "ticket": "SHOP-1"} | more
    said.setdefault("expires_at", context.clock() + timedelta(days=7))
    return mutes.mute(context, "shop", case_id, **said)


def test_a_mute_names_its_owner_and_ends_by_itself(context):
    ingest(context, 1, {"a": "p"})
    ingest(context, 2, {"a": "r"})
    case = mutes.find_case(context, "shop", "tests.test_cart.a")
    made = mute(context, case)
    assert made.live(context.clock())
    assert not made.live(context.clock() + timedelta(days=8))
    assert [one.id for one in mutes.live(context, "shop", "main")] == [made.id]
    with pytest.raises(ConflictError, match="muted it already"):
        mute(context, case)
    ended = mutes.end(context, made.id, "clock is mocked now")
    assert (ended.ended_by, ended.ended_because) == ("operator:op", "clock is mocked now")
    assert mutes.live(context, "shop") == ()
    with pytest.raises(ConflictError, match="ended already"):
        mutes.end(context, made.id, "again")


def test_a_mute_ends_when_the_test_turns_out_to_be_broken(context):
    ingest(context, 1, {"a": "p"})
    ingest(context, 2, {"a": "r"})
    case = mutes.find_case(context, "shop", "a")
    made = mute(context, case)
    for day in (3, 4, 5):
        ingest(context, day, {"a": "f"})
    (known,) = mutes.listed(context, "shop")
    assert (known.id, known.ended_by) == (made.id, "countersign")
    with pytest.raises(ConflictError, match="broken"):
        mute(context, case)


@pytest.mark.parametrize(
    ("more", "slug"),
    [
        ({"owner": " "}, "mute-incomplete"),
        ({"reason": ""}, "mute-incomplete"),
        ({"ticket": "x" * 501}, "mute-incomplete"),
        ({"expires_at": START}, "mute-expiry"),
        ({"expires_at": START + timedelta(days=400)}, "mute-expiry"),
    ],
)
def test_a_mute_must_not_be_without_owner_reason_ticket_and_end(context, more, slug):
    ingest(context, 1, {"a": "r"})
    with pytest.raises(UsageError) as refused:
        mute(context, mutes.find_case(context, "shop", "a"), **more)
    assert refused.value.slug == slug
    assert mutes.listed(context, "shop") == ()


def test_who_may_only_read_must_not_mute(context):
    ingest(context, 1, {"a": "r"})
    case = mutes.find_case(context, "shop", "a")
    viewer = Context(context.settings, context.store, context.clock, Person(None, "v", "V", Role.VIEWER))
    with pytest.raises(AccessError):
        mute(viewer, case)
    engineer = Context(context.settings, context.store, context.clock, ENGINEER)
    assert mute(engineer, case).created_by == "eva"


def test_muted_tests_are_written_for_pytest(context):
    ingest(context, 1, {"a": "r", "b[1-2]": "r", "c": "p"})
    for name in ("a", "b[1-2]"):
        mute(context, mutes.find_case(context, "shop", name))
    written = mutes.pytest_arguments(context, "shop", "main")
    assert written.text == "--deselect=tests/test_cart.py::a\n--deselect=tests/test_cart.py::b[1-2]\n"
    assert written.left_out == ()


def test_muted_tests_are_a_finding_and_change_what_is_judged(context):
    from dashboard.services.evaluate import as_dict, evaluate

    ingest(context, 1, {"a": "r", "b": "p"})
    free = evaluate(context, "shop")
    mute(context, mutes.find_case(context, "shop", "a"))
    held = evaluate(context, "shop")
    assert held.id != free.id
    (found,) = [one for one in held.findings if one.rule == "tests-muted"]
    assert "1 test is muted" in found.text
    assert "tests.test_cart.a (cart team, SHOP-1)" in found.text
    assert as_dict(held)["gates"] == as_dict(free)["gates"]
