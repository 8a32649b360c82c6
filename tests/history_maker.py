"""Histories of test runs, brought in as reports by the services; shared by tests of pages, services and doors."""

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import quoteattr

from dashboard.services.context import Context
from dashboard.services.ingest import ingest_body, make_target

#: The newest run of a history started this long before now.
NEWEST = timedelta(hours=2)
EVERY = timedelta(hours=16)

#: Runs of the usual history, and what each of its cases did in them: p, f, s, or r for passed on retry.
RUNS = 24
LETTERS: Mapping[str, str] = {
    "test_steady": "p" * RUNS,
    "test_flaky": "p" * 10 + "r" + "p" * 6 + "r" + "p" * 5 + "r",
    "test_broken": "p" * 20 + "ffff",
    "test_new": "p" * 23 + "f",
    "test_came_back": "p" * 18 + "f" + "p" * 5,
    "test_skipped": "s" * RUNS,
}
OWNERS = "* @platform\ntests/test_cart.py @cart-team\n"


def case(
    name: str, letter: str, *, classname: str = "tests.test_cart", seconds: float = 0.4, why: str = "", where: str = ""
) -> str:
    """Write a test case as JUnit reports do; ``where`` it fails is a module of its own unless one is named."""
    said = f"type='AssertionError' message={quoteattr(why or f'expected 1, got {len(name)}')}"
    trace = f'Traceback\n  File "shop/{where or name.removeprefix("test_")[:12]}.py", line 3, in buy'
    body = {
        "p": "",
        "f": f"<failure {said}>{quoteattr(trace)[1:-1]}</failure>",
        "s": "<skipped message='no network'/>",
        "r": f"<flakyFailure {said}><stackTrace>once</stackTrace></flakyFailure>",
    }[letter]
    named = f"classname={quoteattr(classname)} name={quoteattr(name)}"
    return f"<testcase {named} time='{seconds:.3f}'>{body}</testcase>"


def report(cases: Iterable[str], suite: str = "shop") -> bytes:
    """Write a report of cases."""
    return f"<testsuites><testsuite name={quoteattr(suite)}>{''.join(cases)}</testsuite></testsuites>".encode()


def put(context: Context, number: int, body: bytes, **target: Any) -> Any:
    """Bring in a report as run ``number`` of a history, on a commit of its own."""
    values: dict[str, Any] = {
        "project": "shop", "subject": f"{number + 1:040x}", "branch": "main", "version": f"1.{number}",
        "run": f"nightly-{number}",
        "started_at": datetime.now(UTC).replace(microsecond=0) - NEWEST - EVERY * (RUNS - 1 - number),
    }  # fmt: skip
    return ingest_body(context, io.BytesIO(body), "junit.xml", make_target(context, **values | target), origin="cli")


def usual(context: Context, **target: Any) -> None:
    """Bring in the usual history: a flaky test, a broken one, a new failure, one that came back, one always skipped."""
    for number in range(RUNS):
        cases = [case(name, letters[number], seconds=0.4 + 0.01 * number) for name, letters in LETTERS.items()]
        put(context, number, report(cases), **target)
