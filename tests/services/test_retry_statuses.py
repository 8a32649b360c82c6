"""Reports of many test runners, brought in as runs: what was retried is flaky, what always fails is broken.

Each report comes three times, on three commits: a test that fails in every attempt of every run is broken, one that
passed only on a retry is proven flaky, and no other test is either.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from history_maker import case, put, report

from dashboard.model.person import Person, Role
from dashboard.model.status import Status
from dashboard.services.context import Context, utc_now
from dashboard.settings import read_settings
from dashboard.store import frames
from dashboard.store.engine import open_store

#: What the reader adds to a name that it found twice.
_NUMBERED = re.compile(r" \((2|teardown)\)( again)?$")
FIXTURES = Path(__file__).parent.parent / "fixtures"
#: Enough passing tests in the same run that a report full of failures is no failure of its surroundings.
COMPANY = [case(f"test_other_{n}", "p", classname="company") for n in range(60)]

#: Report -> flaky cases counted in the run, tests proven flaky, tests that are broken.
REPORTS = {
    # Its last records alone: which test was run again cannot be told, but for one whose teardown was.
    "junit-xml/pytest-rerunfailures-16.6/flaky.xml": (1, {"test_teardown"}, {"test_rounds"}),
    # Every failed attempt is an empty element, which looks like a pass.
    "junit-xml/pytest-rerunfailures-16.6.1/flaky.xml": (
        3, {"test_recovers", "test_settles", "test_teardown"}, {"test_rounds"},
    ),
    "junit-xml/pytest-rerunfailures-16.7/flaky.xml": (
        2, {"test_flaky_once", "test_flaky_twice"}, {"test_always_fails"},
    ),
    "junit-xml/pytest-rerunfailures-16.7/teardown.xml": (
        3, {"test_recovers", "test_settles", "test_teardown"}, {"test_rounds"},
    ),
    "junit-xml/surefire-2.22.3/rerun.xml": (2, {"recovers", "settles"}, {"crashes", "rounds"}),
    "junit-xml/surefire-2.22.3/parametrised.xml": (0, set(), {"positive[2: -1]"}),
    "junit-xml/cargo-nextest-0.9.148/shop.xml": (2, {"recovers", "settles"}, {"tests::rounds", "aborts"}),
    "junit-xml/gotestsum-1.8.2/rerun-fails.xml": (1, {"TestSettles"}, {"TestPrices", "TestPrices/-1", "TestRounds"}),
    "junit-xml/ginkgo-1.16.5/shop.xml": (
        1, {"Cart settles"}, {"Cart crashes", "Cart prices minus", "Cart rounds", "Cart when empty reads"},
    ),
    # Two browsers: each test is there twice, and neither is a retry of the other.
    "junit-xml/playwright-1.65.1/two-projects.xml": (0, set(), {"fails"}),
    "junit-xml/playwright-1.65.1/two-projects-retries.xml": (2, {"flaky"}, {"fails"}),
    "ctrf-json/playwright-ctrf-json-reporter-0.0.29/two-projects.json": (2, {"flaky"}, {"fails"}),
    "ctrf-json/jest-ctrf-json-reporter-0.0.11/shop.json": (
        1, {"flaky"}, {"always fails", 'cart fails <b> & "q"', "cart inner throws"},
    ),
    "trx-xml/by-hand/shop.trx": (1, {"Flaky"}, {"Fails", "Hangs", "Rows"}),
    "go-test-json/go-1.19.8/twice.jsonl": (1, {"TestFlaky"}, {"TestAfterwards", "TestBasket/breaks", "TestFails"}),
    # Every test ran once in each of two workers (`--dist each`): the worse outcome counts, and nothing was retried.
    "junit-xml/pytest-9.2.0/shop-dist-each.xml": (
        0,
        set(),
        {
            "test_errors_in_setup", "test_fails", "test_fails_and_teardown_fails", "test_passes_and_teardown_fails",
            "test_prints_escape",
        },
    ),
    "junit-xml/testng-6.9.12/cart.xml": (0, set(), {"crashes", "positive (3)", "rounds", "second", "settles"}),
}  # fmt: skip


@pytest.fixture
def context(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield Context(read_settings({}), store, utc_now, Person(None, "op", "Op", Role.OPERATOR))
    store.close()


def told(context):
    states = frames.case_states(context.store, "shop", "main", limit=1000)
    names = [_NUMBERED.sub("", name) for name in states["name"]]
    named = {status: {name for name, of in zip(names, states["status"], strict=True) if of == status}
             for status in set(states["status"])}  # fmt: skip
    return named.pop("flaky", set()), named.pop("broken", set()), named


@pytest.mark.parametrize("path", REPORTS)
def test_a_retry_is_flaky_and_a_failure_of_every_attempt_is_broken(path, context):
    flaky_cases, flaky, broken = REPORTS[path]
    body = (FIXTURES / path).read_bytes()
    for number in (20, 21, 22):
        put(context, number, report(COMPANY))
        put(context, number, body)
    assert set(frames.runs(context.store, "shop")["flaky"]) == {flaky_cases}
    assert told(context) == (flaky, broken, {})
    candidate = int(frames.candidates(context.store, "shop", limit=1).iloc[0]["id"])
    assert set(frames.flaky_cases(context.store, candidate)["name"]) == flaky


def merged(context, number):
    """One report in which two shards name the same test."""
    put(context, number, report([*COMPANY, case("test_pay", "p"), *COMPANY, case("test_pay", "f")]))


def browsers(context, number):
    """Two files of one run, one a browser, with the same suite and the same names."""
    for letter in "pf":
        put(context, number, report([*COMPANY, case("test_pay", letter)]))


def suites(context, number):
    """Two files of one run, each with a suite of its own."""
    for suite, letter in (("chromium", "p"), ("webkit", "f")):
        put(context, number, report([*COMPANY, case("test_pay", letter)], suite=suite))


def each(context, number):
    """What `pytest --dist each` writes: every test once for each worker, and one fails in one of them."""
    there = [case(f"test_{n}", "p") for n in range(20)]
    written = report([*there, case("test_pay", "f"), *there, case("test_pay", "p")], suite="pytest")
    put(context, number, written.replace(b'name="pytest"', b'name="pytest" tests="42"'))


def uncounted(context, number):
    """The same from a tool that does not count its tests."""
    there = [case(f"test_{n}", "p") for n in range(20)]
    put(context, number, report([*there, case("test_pay", "f"), *there, case("test_pay", "p")], suite="pytest"))


@pytest.mark.parametrize("brought_in", [merged, browsers, suites, each, uncounted])
def test_what_ran_twice_was_not_run_again(brought_in, context):
    for number in (20, 21, 22):
        brought_in(context, number)
    flaky, broken, _ = told(context)
    assert flaky == set()
    assert broken == {"test_pay"}
    assert set(frames.runs(context.store, "shop")["flaky"]) == {0}


def test_a_second_run_of_the_same_commit_is_a_retry(context):
    for run, letter in (("first", "f"), ("again", "p")):
        put(context, 20, report([*COMPANY, case("test_pay", letter)]), run=run)
    states = frames.case_states(context.store, "shop", "main").set_index("name")
    assert Status(states.loc["test_pay", "status"]) is Status.FLAKY
    assert "1 of 2 attempts failed" in states.loc["test_pay", "because"]


def test_the_rate_is_of_one_window_even_where_the_proof_is_of_a_shorter_one(context):
    """Proof is looked for in two weeks, the rate is of the month: both its counts are."""
    for number in range(24):
        at = context.clock() - timedelta(days=29 - number)
        letter = "r" if number % 6 == 0 else "p"
        put(context, number, report([*COMPANY, case("test_pay", letter)]), started_at=at)
    state = frames.case_states(context.store, "shop", "main").iloc[0]
    assert (state["status"], state["retried_runs"], state["failures"], state["decided"]) == ("flaky", 4, 4, 24)
