"""Every page of the product with whole, empty and hostile evidence, run as Streamlit runs it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.cli import commands
from dashboard.model.person import Person, Role
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.ui.shell import all_pages, in_bar

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]
BAR = ("", "tests", "coverage", "performance", "operations", "evidence", "sign-off")
VOID = {"br", "hr", "img", "wbr", "meta", "link", "input"}


class _Nesting(HTMLParser):
    """Counts what is left open, and keeps the elements seen."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def well_formed(app: AppTest) -> _Nesting:
    parser = _Nesting()
    for element in app.get("html"):
        if not element.proto.body.startswith("<style>"):
            parser.feed(element.proto.body)
    assert parser.open == []
    return parser


def newest(context: Context, project: str = "genesis-rebuild") -> int:
    return int(frames.candidates(context.store, project, limit=1).iloc[0]["id"])


def details(context: Context) -> dict[str, dict[str, object]]:
    number = newest(context)
    run = int(frames.runs_of(context.store, number).iloc[1]["id"])
    case = int(frames.run_cases(context.store, run, limit=1).iloc[0]["case_id"])
    return {
        "gate": {"id": "coverage.total"},
        "run": {"run": run},
        "case": {"case": case, "run": run},
        "file": {"path": frames.coverage_files(context.store, number).iloc[0]["path"]},
        "benchmark": {"name": frames.benchmarks(context.store, number).iloc[0]["name"]},
        "artefact": {"sha": frames.artefacts(context.store, "genesis-rebuild", number, limit=1).iloc[0]["sha256"]},
    }


def test_the_bar_holds_seven_pages_in_order() -> None:
    assert [page.slug for page in all_pages() if in_bar(page)] == list(BAR)


def test_every_other_page_belongs_to_one_of_the_bar() -> None:
    assert {page.under for page in all_pages() if not in_bar(page)} <= set(BAR)


@pytest.mark.parametrize("slug", BAR)
def test_every_command_a_page_names_exists(
    slug: str, demo: Context, nothing: Context, run_page: Run, text_of: Text
) -> None:
    known = {command.name for command in commands()}
    for context in (demo, nothing):
        named = set(re.findall(r"countersign ([a-z][a-z-]+)", text_of(run_page(context, slug))))
        assert named <= known


@pytest.mark.parametrize("slug", BAR)
def test_page_of_the_demo(slug: str, demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, slug, project="genesis-rebuild", candidate=newest(demo))
    assert not app.exception
    well_formed(app)
    assert text_of(app).count('<h1 class="cs-h1">') == 1
    assert "This cannot be shown" not in text_of(app)


@pytest.mark.parametrize("slug", ["gate", "run", "case", "file", "benchmark", "artefact"])
def test_detail_of_the_demo(slug: str, demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, slug, project="genesis-rebuild", candidate=newest(demo), **details(demo)[slug])
    assert not app.exception
    well_formed(app)
    assert "This cannot be shown" not in text_of(app)


@pytest.mark.parametrize("slug", ["gate", "run", "case", "file", "benchmark", "artefact"])
def test_detail_that_is_not_there_says_so(slug: str, demo: Context, run_page: Run, text_of: Text) -> None:
    wrong = {"id": "no.gate", "run": 10**9, "case": "<b>", "path": "no/file", "name": "none", "sha": "0" * 64}
    app = run_page(demo, slug, project="genesis-rebuild", candidate=newest(demo), **wrong)
    assert not app.exception
    assert "This cannot be shown" in text_of(app)


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.slug or "readiness")
def test_nothing_ingested_yet(page: object, nothing: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(nothing, page.slug)  # type: ignore[attr-defined]
    assert not app.exception
    well_formed(app)
    assert "countersign" in text_of(app)


@pytest.mark.parametrize("slug", BAR)
def test_hostile_names_are_shown_as_text(slug: str, hostile: Context, run_page: Run, text_of: Text, evil: str) -> None:
    engineer = Person(1, evil, evil, Role.ENGINEER)
    app = run_page(hostile, slug, engineer)
    assert not app.exception
    seen = well_formed(app)
    assert "img" not in seen.seen and "script" not in seen.seen and not seen.handlers
    assert "&lt;img" in text_of(app)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"project": "no-such"}, "There is no project"),
        ({"project": "genesis-rebuild", "candidate": "x"}, "is no candidate"),
        ({"project": "genesis-rebuild", "candidate": 10**12}, "This cannot be shown"),
    ],
)
def test_an_address_that_leads_nowhere_says_so(
    params: dict[str, object], says: str, demo: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(demo, "", **params)
    assert not app.exception
    assert says in text_of(app).replace("&#x27;", "'")


def test_the_decision_stands_in_words_with_its_icon(demo: Context, run_page: Run, text_of: Text) -> None:
    text = text_of(run_page(demo, "", project="genesis-rebuild", candidate=newest(demo)))
    assert re.search(r'cs-word cs-warn"><i class="cs-i cs-i-warning" aria-hidden="true"></i>CONDITIONAL GO<', text)
    assert "39.5 of 43" in text and "18 / 18" in text


def test_leaving_evidence_out_in_thought_is_a_no_go(demo: Context, run_page: Run, text_of: Text) -> None:
    text = text_of(run_page(demo, "", project="genesis-rebuild", candidate=newest(demo), without="metrics"))
    assert "NO-GO" in text and "15 / 18" in text and "A thought only" in text


def test_a_search_and_an_outcome_narrow_the_results(demo: Context, run_page: Run, text_of: Text) -> None:
    place = {"project": "genesis-rebuild", "candidate": newest(demo)}
    assert "1,044 results" in text_of(run_page(demo, "tests", **place))
    assert "17 results found" in text_of(run_page(demo, "tests", **place, outcome="skipped"))
    assert "Nothing matches" in text_of(run_page(demo, "tests", **place, q="no such case anywhere"))


def test_at_most_a_page_of_rows_is_sent(demo: Context, run_page: Run, text_of: Text) -> None:
    text = text_of(run_page(demo, "tests", project="genesis-rebuild", candidate=newest(demo)))
    assert text.count("<tr") < 200


def test_who_may_not_bring_in_is_told_why(demo: Context, run_page: Run, auditor: Person, text_of: Text) -> None:
    place = {"project": "genesis-rebuild", "candidate": newest(demo)}
    assert "Sign in as an engineer" in text_of(run_page(demo, "evidence", **place))
    assert "which may not bring in" in text_of(
        run_page(demo, "evidence", Person(4, "m", "Marek", Role.MANAGER), **place)
    )
    assert run_page(demo, "evidence", auditor, **place).get("file_uploader")


def test_reading_can_be_closed(demo: Context, run_page: Run, text_of: Text) -> None:
    from dataclasses import replace

    closed = replace(demo, settings=replace(demo.settings, open_reading=False))
    text = text_of(run_page(closed, "tests"))
    assert "Signed out" in text and "./auth/login?next=%2Ftests" in text and "1,044" not in text


def test_nobody_can_sign_without_signing_in(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "sign-off", project="genesis-rebuild", candidate=newest(demo))
    assert "Sign in to sign" in text_of(app) and not app.text_input


def test_a_wrong_passphrase_is_refused_and_does_not_stay(demo: Context, run_page: Run, text_of: Text) -> None:
    from dashboard.services.admin import list_users

    cora = next(u.person for u in list_users(demo) if u.person.login == "cora")
    app = run_page(demo, "sign-off", cora, project="genesis-rebuild", candidate=newest(demo))
    app.text_input(key="sign-login").set_value("cora")
    app.text_input(key="sign-secret-0").set_value("wrong")
    app.text_area(key="sign-reason").set_value("Evidence reviewed")
    next(b for b in app.button if b.label == "Sign").click().run()
    assert not app.exception
    assert "refused" in text_of(app)
    assert app.text_input(key="sign-secret-1").value == ""
