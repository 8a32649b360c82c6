"""Badge, printed report and register over HTTP: who may, what comes back, and that nothing is green out of nothing."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest

from dashboard.errors import StoreError
from dashboard.model.person import Role
from dashboard.model.statement import SignOffState, Standing
from dashboard.reports.html import CONTENT_SECURITY_POLICY
from dashboard.reports.register_csv import COLUMNS
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_all, make_target
from dashboard.web import badge as module
from dashboard.web.badge import Badge, Badges, drawn, width_of

SUBJECT = "3f9c2a1" + "0" * 33
JUNIT = b'<testsuite name="s" tests="1"><testcase classname="a" name="one" time="0.1"/></testsuite>'
GREEN = module._PATHS["pass"][0]
SVG = "{http://www.w3.org/2000/svg}"


def bring(operator, subject=SUBJECT, body=JUNIT, **more):
    target = make_target(operator, project="shop", subject=subject, **({"version": "2.4.0", "run": "r1"} | more))
    ingest_all(operator, io.BytesIO(body), "junit.xml", target, origin="cli")


def words(answer):
    return ET.fromstring(answer.text).findtext(f"{SVG}title")  # noqa: S314 - our own answer


def test_a_badge_says_decision_score_and_signature(client, operator):
    bring(operator)
    answer = client.get("/api/badge/shop.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    found = evaluate(operator, "shop").readiness
    assert words(answer).startswith(f"release: {found.headline}") and words(answer).endswith("unsigned")
    assert answer.headers["cache-control"] == "no-cache, private"
    assert "<script" not in answer.text and GREEN not in answer.text
    again = client.get("/api/badge/shop.svg", headers={"if-none-match": f'"x", W/{answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/api/badge/nothing.svg",
        "/api/badge/shop.svg?environment=production",
        "/api/badge/shop.svg?branch=%3Cscript%3E",
        "/api/badge/%3Cscript%3E.svg",
    ],
)
def test_what_is_not_there_is_missing_and_never_green(client, operator, path):
    bring(operator, environment="staging", branch="main")
    answer = client.get(path)
    assert (answer.status_code, words(answer)) == (200, "release: no evidence")
    assert GREEN not in answer.text and "<script" not in answer.text


def test_a_badge_speaks_of_the_newest_that_fits(client, operator, clock):
    bring(operator, environment="staging")
    clock.forward(hours=1)
    failing = JUNIT.replace(b'time="0.1"/>', b'time="0.1"><failure message="no"/></testcase>')
    bring(operator, "a" * 40, failing, environment="production")
    one, other = (words(client.get(f"/api/badge/shop.svg?environment={e}")) for e in ("staging", "production"))
    assert one != other and words(client.get("/api/badge/shop.svg")) == other


def test_without_open_reading_a_stranger_gets_a_locked_badge(client_of, operator, sign_in):
    bring(operator)
    client = client_of(open_reading=False)
    answer = client.get("/api/badge/shop.svg")
    assert (answer.status_code, words(answer)) == (401, "release: sign in")
    assert words(client.get("/api/badge/nothing.svg")) == "release: sign in"
    sign_in(client, "viewer")
    assert words(client.get("/api/badge/shop.svg")) != "release: sign in"


def test_many_readers_cost_one_judgement_a_minute(operator, clock):
    asked = []

    def judge(context, project, environment, branch):
        asked.append((project, environment, branch))
        return Badge("pass", "GO")

    badges = Badges(lambda: operator, judge)
    for _ in range(3):
        assert badges._found(operator, "shop", "", "").text == "GO"
    assert len(asked) == 1
    badges._found(operator, "shop", "staging", "")
    clock.forward(minutes=1)
    badges._found(operator, "shop", "", "")
    bring(operator)
    badges._found(operator, "shop", "", "")
    assert len(asked) == 4
    for number in range(module._MOST_KEPT + 5):
        badges._found(operator, f"p{number}", "", "")
    assert len(badges._kept) == module._MOST_KEPT


def test_a_badge_of_what_cannot_be_judged_is_no_success(operator):
    def broken(*_):
        msg = "The disk is gone."
        raise StoreError(msg, hint="Look.")

    assert Badges(lambda: operator, broken)._found(operator, "shop", "", "") == module.FAILED


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        (SignOffState.REJECTED, "fail"),
        (SignOffState.INVALID, "fail"),
        (SignOffState.STALE, "warn"),
        (SignOffState.EXPIRED, "warn"),
        (SignOffState.WITHDRAWN, "warn"),
        (SignOffState.APPROVED, "pass"),
        (SignOffState.UNSIGNED, "pass"),
    ],
)
def test_no_green_over_a_refusal_or_a_fallen_signature(operator, state, tone):
    from dataclasses import replace

    from ui.makers import evaluation

    from dashboard.model.evaluation import Decision

    made = evaluation()
    made = replace(made, readiness=replace(made.readiness, decision=Decision.GO))
    assert module._tone(made, Standing(state, "", {}, {})) == tone
    late = replace(made, readiness=replace(made.readiness, overdue=1))
    assert module._tone(late, Standing(state, "", {}, {})) != "pass"


def test_the_text_fits_its_box():
    for text in ("GO 10.0 · approved", "日本語", "iiii", "WWWW", "a\u0301"):
        root = ET.fromstring(drawn(Badge("warn", text)))  # noqa: S314 - our own
        whole = int(root.get("width"))
        *_, last = root.iter(f"{SVG}text")
        assert int(last.get("x")) + int(last.get("textLength")) <= whole
        assert int(last.get("textLength")) == width_of(text)
    assert width_of("WW") > width_of("ii") and width_of("a\u0301") == width_of("a")


def test_the_printed_report_is_one_page_under_its_own_policy(client, operator):
    bring(operator)
    number = evaluate(operator, "shop").candidate.id
    answer = client.get(f"/report/shop/{number}.html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert "log of " in answer.text and SUBJECT in answer.text
    assert client.get(f"/report/shop/{SUBJECT}.html").status_code == 200
    assert client.get(f"/report/shop/{SUBJECT[:8]}.html").status_code == 200
    for path in ("/report/shop/999.html", "/report/nowhere/1.html", "/report/shop/ffff.html"):
        assert client.get(path).status_code == 404


def test_a_stranger_prints_nothing_where_reading_is_closed(client_of, operator):
    bring(operator)
    client = client_of(open_reading=False)
    answer = client.get("/report/shop/1.html", headers={"accept": "text/html"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/auth/login")
    assert client.get("/report/shop/1.html").status_code == 401
    assert client.get("/api/v1/candidates?project=shop").status_code == 401


def test_the_register_as_json_and_as_csv(client, operator, clock):
    bring(operator, environment="staging")
    clock.forward(days=1)
    bring(operator, "a" * 40, JUNIT.replace(b"one", b"two"), environment="production", version="=2+2")
    told = client.get("/api/v1/candidates?project=shop").json()
    assert (told["population"], told["found"]) == (2, 2)
    assert [row["version"] for row in told["candidates"]] == ["=2+2", "2.4.0"]
    narrowed = client.get("/api/v1/candidates?project=shop&environment=staging&state=open&since=2025-10-01").json()
    assert (narrowed["population"], narrowed["found"]) == (2, 1)
    answer = client.get("/api/v1/candidates?project=shop&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="shop-candidates.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert tuple(rows[0]) == COLUMNS and rows[0]["version"] == "'=2+2"


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("", 422, "parameter-missing"),
        ("project=shop&state=good", 422, "filter-invalid"),
        ("project=shop&since=soon", 422, "filter-invalid"),
        ("project=shop&format=xlsx", 422, "parameter-invalid"),
        ("project=nowhere", 404, "project-not-found"),
        ("project=nowhere&format=csv", 404, "project-not-found"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(client, operator, query, status, slug):
    bring(operator)
    answer = client.get(f"/api/v1/candidates?{query}")
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)


def test_roles_that_read_may_export(client_of, operator, sign_in):
    bring(operator)
    client = client_of(open_reading=False)
    sign_in(client, str(Role.AUDITOR))
    assert client.get("/api/v1/candidates?project=shop&format=csv").status_code == 200
