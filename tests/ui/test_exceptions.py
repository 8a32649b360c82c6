"""Waivers, accepted findings, conditions of a project and written reports, as pages show and do them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.person import Person
from dashboard.model.waiver import WaiverState
from dashboard.services import waivers
from dashboard.services.admin import list_users
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.store import frames

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]
SUBJECT = "b" * 40


def person(context: Context, login: str) -> Person:
    return next(u.person for u in list_users(context) if u.person.login == login)


def place(context: Context, project: str = "genesis-rebuild") -> dict[str, object]:
    return {"project": project, "candidate": int(frames.candidates(context.store, project, limit=1).iloc[0]["id"])}


def press(app: AppTest, label: str) -> AppTest:
    next(b for b in app.button if b.label.startswith(label)).click()
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def skipping(own: Context) -> Context:
    """A candidate whose skipped tests fail their gate."""
    from io import BytesIO

    cases = "".join(f'<testcase classname="c" name="s{i}"><skipped/></testcase>' for i in range(5))
    body = f'<testsuite name="s" tests="6" skipped="5"><testcase classname="c" name="a" time="1"/>{cases}</testsuite>'
    target = make_target(own, project="shop", subject=SUBJECT, version="1", branch="main", environment="x", run="r")
    ingest_body(own, BytesIO(body.encode()), "junit.xml", target, origin="cli")
    return own


def test_a_waiver_is_asked_for_granted_and_taken_back(skipping: Context, run_page: Run, text_of: Text) -> None:
    where = {**place(skipping, "shop"), "id": "tests.skipped"}
    app = run_page(skipping, "gate", person(skipping, "engineer"), **where)
    next(a for a in app.text_area if a.label.startswith("Why the release")).set_value("Needs hardware.")
    text = text_of(press(app, "Ask for it"))
    assert ">requested<" in text and "Needs hardware." in text and "nobody yet" in text
    manager = next(u.person.login for u in list_users(skipping) if str(u.person.role) == "manager")
    app = run_page(skipping, "gate", person(skipping, manager), **where)
    text = text_of(press(app, "Grant"))
    assert ">live<" in text and ">waived<" not in text and "waived" in text
    assert ">withdrawn<" in text_of(press(app, "Withdraw"))
    [waiver] = waivers.listed(skipping, int(str(where["candidate"])))
    assert waiver.state_at(datetime.now(UTC)) is WaiverState.WITHDRAWN


def test_who_may_not_ask_sees_no_form(skipping: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(skipping, "gate", **place(skipping, "shop"), id="tests.skipped")
    assert "another person who is a manager grants it" in text_of(app)
    assert not app.button
    passing = run_page(skipping, "gate", person(skipping, "engineer"), **place(skipping), id="tests.security")
    assert "Waivers" not in text_of(passing)


def test_conditions_of_the_demo_and_their_filters(demo: Context, run_page: Run, text_of: Text) -> None:
    text = text_of(run_page(demo, "conditions", **place(demo)))
    assert "4 conditions open, none overdue." in text and text.count("<tr") == 5
    assert "Raise the coverage of the agents" in text and "a person looks" in text
    narrowed = text_of(run_page(demo, "conditions", **place(demo), state="open", owner="Platform"))
    assert narrowed.count("<tr") == 2
    assert "None is like that." in text_of(run_page(demo, "conditions", **place(demo), state="met"))
    assert text_of(run_page(demo, "conditions", **place(demo), state="<b>")).count("<tr") == 5


def test_no_condition_says_where_they_are_written(demo: Context, run_page: Run, text_of: Text) -> None:
    text = text_of(run_page(demo, "conditions", **place(demo, "sqlparse")))
    assert "No condition" in text and "Sign-off" in text


HELD = """
from datetime import UTC, date, datetime
from dashboard.model.evaluation import Condition
from dashboard.services.conditions import Held
from dashboard.ui.pages import conditions as page
from ui import makers as m
def held(number, state, by, note):
    evil, due = m.HOSTILE, date(2025, 10, 1)
    made = Condition(number, "finding:x", evil, evil, due, evil, "after", state, "c", by, note)
    return Held(made, number, m.HOSTILE, number == 3, m.AT if by else None)
rows = (held(1, "overdue", None, None), held(2, "open", None, None), held(3, "met", "countersign", m.HOSTILE))
page.draw(page.Conditions(m.PLACE, rows, "", ""))
"""


def test_overdue_ones_are_said_first_and_names_are_text(text_of: Text) -> None:
    app = AppTest.from_string(HELD, default_timeout=30).run()
    assert not app.exception
    text = text_of(app)
    assert "1 condition is overdue: until met, no next stage starts." in text
    assert "<img" not in text and text.index(">overdue<") < text.index(">open<") < text.index(">met<")
    assert "countersign at 2025-10-18 14:02 UTC" in text


def test_a_written_report_is_checked_against_the_evidence(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "claims", **place(demo))
    assert "No report" in text_of(app)
    app.text_area[0].set_value(
        "# Report\n\nTests: 1,040/1,044 tests passing <img src=x onerror=alert(1)>\n\nReadiness 9.2/10"
    )
    text = text_of(press(app, "Check it"))
    assert "1,026 of 1,044 is measured" in text and "no-subject-digest" in text and "<img" not in text
    assert "the evidence of" in text


def test_a_report_that_says_nothing_wrong_proves_nothing(text_of: Text) -> None:
    script = """
from dashboard.model.claims import CheckedReport, Claim
from dashboard.ui.pages import claims as page
page.answer(CheckedReport(3, tuple(Claim("count", 1, "1/2") for _ in range(301)), (), ""))
"""
    app = AppTest.from_string(script, default_timeout=30).run()
    assert not app.exception
    assert "that alone proves nothing" in text_of(app) and "The first 300 of 301." in text_of(app)


def test_a_finding_is_accepted_on_sign_off(
    own: Context, run_page: Run, text_of: Text, passphrases: dict[str, str]
) -> None:
    evaluation = evaluate(own, "genesis-rebuild")
    before = [f for f in evaluation.findings if str(f.severity) == "minor"]
    assert before
    app = run_page(own, "sign-off", person(own, "cora"), **place(own))
    next(a for a in app.text_area if a.label == "Why it may stand").set_value("Known.")
    next(i for i in app.text_input if i.key == "accept-login").set_value("cora")
    next(i for i in app.text_input if str(i.key).startswith("accept-passphrase")).set_value("wrong")
    assert "The passphrase is wrong" in text_of(press(app, "Sign the acceptance"))
    next(i for i in app.text_input if str(i.key).startswith("accept-passphrase")).set_value(passphrases["cora"])
    press(app, "Sign the acceptance")
    assert [f.accepted.reason for f in evaluate(own, "genesis-rebuild").findings if f.accepted] == ["Known."]
