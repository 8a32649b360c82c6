"""An ingest leaves out what it cannot change, and comes to the same statuses as one that judges everything."""

import io
import random
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.model.person import Person, Role
from dashboard.services import statuses
from dashboard.services.context import Context
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import read_settings
from dashboard.store import case_states, frames

START = datetime(2026, 3, 1, tzinfo=UTC)
RUNS, EVERY = 44, timedelta(hours=8)
FAILED = '<failure type="AssertionError" message="expected 1">Traceback</failure>'
RETRIED = '<flakyFailure type="AssertionError" message="expected 1"><stackTrace>x</stackTrace></flakyFailure>'


@pytest.fixture
def context(store):
    return Context(read_settings(), store, lambda: START + timedelta(days=40), Person(None, "op", "Op", Role.OPERATOR))


def said_by(case, run):
    """Give what a case says in a run: steady, broken for a while, flaky, or failing now and then."""
    dice = random.Random(f"{case}.{run}")  # noqa: S311 - the same history every time
    if case in (1, 2):
        return FAILED if case * 3 <= run < case * 6 else ""
    if case in (3, 4):
        return RETRIED if run < 20 and dice.random() < 0.3 else ""
    return FAILED if case in (5, 6) and dice.random() < 0.08 else ""


def ingest(context, branch, run, cases=range(8)):
    body = "".join(f'<testcase classname="c" name="t{case}">{said_by(case, run)}</testcase>' for case in cases)
    report = f'<testsuites><!-- {branch} {run} --><testsuite name="s">{body}</testsuite></testsuites>'.encode()
    target = make_target(
        context,
        project="shop",
        subject=f"{branch.encode().hex():0>8}{run:032x}",
        branch=branch,
        run=f"run-{run}",
        started_at=START + run * EVERY,
    )
    ingest_body(context, io.BytesIO(report), "junit.xml", target, origin="cli")


def told(context, branch):
    found = frames.case_states(context.store, "shop", branch, order="name")
    events = frames.branch_events(context.store, "shop", branch, limit=1000)
    return (
        [(row.name, row.status) for row in found.itertuples(index=False)],
        [(row.name, row.old_status, row.new_status, row.run_name) for row in events.itertuples(index=False)],
    )


def test_statuses_and_their_changes_are_those_of_judging_every_case(context, monkeypatch):
    judged = {"all": 0, "some": 0}

    def counted(branch, original=case_states.histories):
        def histories(connection, runs, cases):
            judged[branch] += len(cases)
            return original(connection, runs, cases)

        return histories

    for branch, at_once in (("all", 1000), ("some", 0)):
        monkeypatch.setattr(statuses, "QUIET_AT_ONCE", at_once)
        monkeypatch.setattr(case_states, "histories", counted(branch))
        for run in range(RUNS):
            ingest(context, branch, run)
    assert told(context, "some") == told(context, "all")
    assert judged["some"] < judged["all"]


def test_quiet_cases_are_judged_in_turn_so_that_their_figures_come_forward(context, monkeypatch):
    monkeypatch.setattr(statuses, "QUIET_AT_ONCE", 1)
    for run in range(RUNS):
        ingest(context, "main", run)
    found = frames.case_states(context.store, "shop", "main")
    newest = int(frames.runs(context.store, "shop", "main").iloc[0]["id"])
    assert len(found) > 3
    assert int(found["last_run"].min()) >= newest - statuses.MOST_RUNS - len(found)
    assert newest in set(found["last_run"])
