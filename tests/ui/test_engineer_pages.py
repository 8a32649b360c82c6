"""Pages for engineers: statuses, failures, changes, durations, one case; with nothing, little, much and evil data."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from history_maker import OWNERS, case, put, report, usual
from streamlit.testing.v1 import AppTest

from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.model.status import Status
from dashboard.services import mutes, notes, owners
from dashboard.services.context import Context, open_context
from dashboard.settings import read_settings
from dashboard.store import frames
from dashboard.store.maintenance import removal
from dashboard.store.moments import to_ms
from dashboard.store.transaction import revision, writing

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]
EVA = Person(21, "eva", "Eva", Role.ENGINEER)
VIEWER = Person(22, "vi", "Vi", Role.VIEWER)
LISTS = ("tests", "flaky", "failures", "changes", "durations")
VOID = {"br", "hr", "img", "wbr", "meta", "link", "input"}


class _Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def sound(app: AppTest) -> set[str]:
    """Check that nothing failed and that the markup is whole; gives the elements in it."""
    assert not app.exception
    parser = _Nesting()
    for element in app.get("html"):
        if not element.proto.body.startswith("<style>"):
            parser.feed(element.proto.body)
    assert parser.open == []
    return parser.seen


def at(path: Path) -> Context:
    return open_context(read_settings({"COUNTERSIGN_HOME": str(path)}))


def as_(context: Context, person: Person) -> Context:
    return replace(context, person=person)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Give the usual history, only to be read: with owners, and a mute on the flaky test."""
    context = at(tmp_path_factory.mktemp("history"))
    usual(context)
    owners.set_file(context, "shop", OWNERS)
    muted(context, "test_flaky")
    return context


@pytest.fixture
def shop(kept: Context, tmp_path: Path) -> Context:
    """Give a copy of the usual history that a test may change."""
    source, copy = (closing(sqlite3.connect(home / "countersign.db")) for home in (kept.settings.home, tmp_path))
    with source as old, copy as new:
        old.backup(new)
    keys = kept.settings.home / "keys"
    if keys.exists():
        shutil.copytree(keys, tmp_path / "keys")
    return at(tmp_path)


def muted(context: Context, name: str) -> mutes.Mute:
    return mutes.mute(
        as_(context, EVA),
        "shop",
        mutes.find_case(context, "shop", name),
        owner="cart-team",
        reason="races with the <b>clock</b>",
        ticket="SHOP-12",
        expires_at=context.clock() + mutes.LONGEST,
    )


def number(context: Context, name: str) -> int:
    return mutes.find_case(context, "shop", name)


def newest_run(context: Context) -> int:
    return int(frames.runs(context.store, "shop", limit=1).iloc[0]["id"])


def press(app: AppTest, label: str) -> AppTest:
    next(b for b in app.button if b.label == label).click()
    app.run()
    assert not app.exception
    return app


# with nothing and with little


@pytest.mark.parametrize("slug", [*LISTS, "case", "run"])
def test_an_empty_store_says_what_to_do(slug: str, nothing: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(nothing, slug)
    sound(app)
    assert "countersign ingest" in text_of(app)


@pytest.mark.parametrize("slug", LISTS)
def test_evidence_without_tests_says_what_to_do(slug: str, tmp_path: Path, run_page: Run, text_of: Text) -> None:
    context = at(tmp_path)
    put(context, 0, b"SF:src/a.py\nDA:1,1\nLF:1\nLH:1\nend_of_record\n")
    app = run_page(context, slug, project="shop")
    sound(app)
    assert "countersign ingest" in text_of(app)


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("tests", "There is no earlier run to compare with"),
        ("flaky", "No flaky test"),
        ("failures", "Nothing failed"),
        ("changes", "There is no other run"),
        ("durations", "There is no earlier run of this suite to compare with"),
    ],
)
def test_a_single_passing_run_claims_no_more_than_it_shows(
    slug: str, says: str, tmp_path: Path, run_page: Run, text_of: Text
) -> None:
    context = at(tmp_path)
    put(context, 0, report([case("test_a", "p")]))
    app = run_page(context, slug, project="shop")
    sound(app)
    assert says in text_of(app)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<testcase name='a'/>", "No durations"),
        ("<testcase name='a'><failure/></testcase>", "1 failed"),
    ],
)
def test_reports_that_say_next_to_nothing(body: str, says: str, tmp_path: Path, run_page: Run, text_of: Text) -> None:
    context = at(tmp_path)
    put(context, 0, f"<testsuite name='s'>{body}</testsuite>".encode())
    texts = []
    for slug in (*LISTS, "case", "run"):
        app = run_page(context, slug, project="shop", **({"case": 1, "run": 1} if slug in ("case", "run") else {}))
        sound(app)
        texts.append(text_of(app))
    assert any(says in text for text in texts)
    assert not any("nan" in text.lower().replace("tenant", "") for text in texts)


# the usual history


def test_the_flaky_page_ranks_by_cost_and_gives_the_evidence(kept: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(kept, "flaky", project="shop")
    sound(app)
    text = text_of(app)
    assert "1 broken · 1 proven flaky · 1 newly failing on main; 1 muted." in text
    assert text.index(">test_broken<") < text.index(">test_flaky<") < text.index(">test_new<")
    assert "failed in the last 4 of 24 runs" in text
    assert "of 24, " in text and "95 % Wilson interval" in text
    assert ">muted to " in text and "@cart-team" in text
    assert "healthy" in text and ">test_steady<" not in text


@pytest.mark.parametrize(
    ("params", "there", "absent"),
    [
        ({"status": "flaky"}, ["test_flaky"], ["test_broken", "test_new"]),
        ({"status": "broken"}, ["test_broken"], ["test_flaky", "test_new"]),
        ({"fq": "NEW"}, ["test_new"], ["test_flaky", "test_broken"]),
        ({"owner": "@cart-team"}, ["test_flaky", "test_broken"], []),
        ({"fp": "99"}, ["test_flaky"], []),
        ({"fp": "-3"}, ["test_flaky"], []),
        ({"status": "<b>"}, ["test_flaky", "test_broken"], []),
        ({"on": "no such branch"}, ["test_flaky"], []),
    ],
)
def test_flaky_tests_are_narrowed_by_address(
    params: dict[str, str], there: list[str], absent: list[str], kept: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(kept, "flaky", project="shop", **params)
    sound(app)
    listed = text_of(app).split('<caption class="cs-ears">Tests by cost')[1].split("</table>")[0]
    assert [name for name in there if f">{name}<" not in listed] == []
    assert [name for name in absent if f">{name}<" in listed] == []


@pytest.mark.parametrize("params", [{"status": "suspected"}, {"fq": "nobody"}, {"owner": "@nobody"}, {"fq": "%"}])
def test_a_filter_that_leaves_nothing_says_so(
    params: dict[str, str], kept: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(kept, "flaky", project="shop", **params)
    sound(app)
    assert "Nothing matches" in text_of(app)


@pytest.mark.parametrize(
    ("params", "there", "absent"),
    [
        ({}, ["new failure", "broken", "flaky", "fixed", "muted to "], []),
        ({"status": "flaky"}, ["test_flaky"], ["test_broken", "test_steady"]),
        ({"status": "new-failure"}, ["test_new"], ["test_broken", "test_steady"]),
        ({"status": "fixed"}, ["test_came_back"], ["test_broken", "test_steady"]),
        ({"outcome": "failed", "status": "broken"}, ["test_broken"], ["test_new"]),
        ({"outcome": "passed", "status": "broken"}, ["Nothing matches"], ["test_new<"]),
        ({"status": "healthy"}, ["test_steady"], []),
        ({"status": "x", "outcome": "y", "p": "77"}, ["test_steady"], []),
    ],
)
@pytest.mark.parametrize("slug", ["tests", "run"])
def test_results_are_narrowed_by_status_and_outcome(
    slug: str, params: dict[str, str], there: list[str], absent: list[str], kept: Context, run_page: Run, text_of: Text
) -> None:
    run = {"run": newest_run(kept)} if slug == "run" else {}
    app = run_page(kept, slug, project="shop", **run, **params)
    sound(app)
    text = text_of(app)
    results = text[text.index(">Results<span") :] if ">Results<span" in text else text[text.index("Results") :]
    assert [word for word in there if word not in results] == []
    results = results.split("slowest case")[0]
    assert [word for word in absent if word in results] == []


def test_failures_are_told_new_from_known(kept: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(kept, "failures", project="shop")
    sound(app)
    text = text_of(app)
    assert "2 tests failed for 2 reasons, 1 of them new." in text
    assert "nightly-20" in text and "in 4 runs" in text and ">this run<" in text
    only_new = text_of(run_page(kept, "failures", project="shop", only="new"))
    assert "1 group, the largest first" in only_new
    assert "2 groups, the largest first" in text_of(run_page(kept, "failures", project="shop", only="else"))


@pytest.mark.parametrize("params", [{"gp": 50}, {"group": 10**6}, {"group": "<b>"}, {"only": "known", "gp": "0"}])
def test_odd_addresses_of_failures_are_shown(
    params: dict[str, object], kept: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(kept, "failures", project="shop", **params)
    sound(app)
    assert "2 tests failed" in text_of(app)


def test_any_run_of_the_project_is_looked_at_whatever_the_candidate(
    kept: Context, run_page: Run, text_of: Text
) -> None:
    older = int(frames.runs(kept.store, "shop").iloc[2]["id"])
    newest = int(frames.candidates(kept.store, "shop", limit=1).iloc[0]["id"])
    for slug, says in (("run", "nightly-21"), ("failures", "1 test failed"), ("durations", "nightly-21")):
        app = run_page(kept, slug, project="shop", candidate=newest, run=older)
        sound(app)
        assert says in text_of(app)
    app = run_page(kept, "changes", project="shop", candidate=newest, before=older)
    assert "against" in text_of(app) and "nightly-21" in text_of(app)


@pytest.mark.parametrize("slug", ["run", "failures", "durations", "changes"])
@pytest.mark.parametrize("value", ["999999", "9" * 15])
def test_a_run_that_is_not_there_is_said(slug: str, value: str, kept: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(kept, slug, project="shop", **{"before" if slug == "changes" else "run": value})
    sound(app)
    assert "There is no run" in text_of(app)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "1 newly failing, 1 still failing and 1 newly flaky."),
        ({"kind": "still-failing"}, ">Still failing<"),
        ({"kind": "removed"}, "No test is removed between these two runs"),
        ({"kind": "no-such-kind"}, ">Newly failing<"),
        ({"dp": "88"}, ">test_new<"),
    ],
)
def test_changes_are_told_in_a_sentence_and_a_list(
    params: dict[str, str], says: str, kept: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(kept, "changes", project="shop", **params)
    sound(app)
    assert says in text_of(app)


def test_changes_between_any_two_runs_by_address(kept: Context, run_page: Run, text_of: Text) -> None:
    runs = [int(run) for run in frames.runs(kept.store, "shop")["id"]]
    app = run_page(kept, "changes", project="shop", before=runs[0], after=runs[-1])
    sound(app)
    assert "2 fixed" in text_of(app)
    same = run_page(kept, "changes", project="shop", before=runs[0], after=runs[0])
    assert "Nothing is different" not in text_of(same) and "2 still failing" in text_of(same)


def test_durations_name_the_run_before_and_the_share_of_each_suite(kept: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(kept, "durations", project="shop")
    sound(app)
    text = text_of(app)
    assert " % more than nightly-22 with " in text and "100 % of 3.78 s" in text and "shop &gt; tests.test_cart" in text


def test_a_case_gives_its_status_its_contradictions_and_every_failure(
    kept: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(kept, "case", project="shop", case=number(kept, "test_flaky"))
    sound(app)
    text = text_of(app)
    assert "Rule F1: failed and passed on" in text
    assert "failed and passed on the same commit: 3 commits" in text
    assert "1 reason, of attempts too" in text and "AssertionError: expected &lt;n&gt;, got &lt;n&gt;" in text
    assert "muted until" in text and "&lt;b&gt;clock&lt;/b&gt;" in text
    assert "@cart-team" in text and "the newest 20 of 24 runs" in text
    steady = text_of(run_page(kept, "case", project="shop", case=number(kept, "test_steady")))
    assert "0 of 24 executed runs failed" in steady and "Nobody has muted this test" in steady


def test_a_case_that_was_only_skipped_is_not_called_healthy(kept: Context, run_page: Run, text_of: Text) -> None:
    text = text_of(run_page(kept, "case", project="shop", case=number(kept, "test_skipped")))
    assert "Skipped in every run." in text and ">healthy<" not in text


# much


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Give two runs of 320 cases, which all fail in the second; a run before makes them no failure of the whole."""
    context = at(tmp_path_factory.mktemp("many"))
    for day, letters in enumerate(("p", "f")):
        cases = [case(f"t{n:04}", letters, why="refused", where="cart" if n < 160 else "") for n in range(320)]
        put(context, 20 + day, report(cases + [case(f"ok{n:04}", "p") for n in range(700)]))
    return context


@pytest.mark.parametrize(
    ("slug", "params"),
    [
        ("tests", {"p": 3}),
        ("run", {"p": 3}),
        ("flaky", {"fp": 2}),
        ("failures", {"gp": 4}),
        ("failures", {"gs": 4}),
        ("changes", {"dp": 2}),
        ("durations", {}),
    ],
)
def test_a_long_list_is_sent_by_the_page(
    slug: str, params: dict[str, int], many: Context, run_page: Run, text_of: Text
) -> None:
    run = {"run": newest_run(many)} if slug == "run" else {}
    app = run_page(many, slug, project="shop", **run, **params)
    sound(app)
    text = text_of(app)
    assert 12 < text.count("<tr") < 200


# hostile words

HOSTILE = {
    "markup": "<img src=x onerror=alert(1)>\"'&$`*_[x](javascript:y)",
    "long": "x" * 4000,
    "right to left": "\u202eevil\u202c مرحبا עולם",
    "control": "a\u0085b\u200b\u2028c\x7f",
    "mathematics": "$\\frac{1}{0}$ :red[x] ~~s~~",
}


@pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE)
def test_words_of_others_are_shown_as_text(word: str, tmp_path: Path, run_page: Run, text_of: Text) -> None:
    context = at(tmp_path)
    for run, letters in enumerate(("pp", "fr", "fp")):
        cases = [case(word, letters[0], classname=word, why=word), case(f"{word} 2", letters[1], why=word)]
        put(context, run, report(cases, suite=word), run=f"{word[:90]} {run}", branch=word[:90])
    owners.set_file(context, "shop", OWNERS)
    numbers = [int(one) for one in frames.run_cases(context.store, newest_run(context))["case_id"]]
    mutes.mute(
        as_(context, EVA), "shop", numbers[1], owner=word[:200], reason=word[:400], ticket=word[:200],
        expires_at=context.clock() + mutes.LONGEST,
    )  # fmt: skip
    notes.add(as_(context, EVA), "shop", numbers[0], word[:1900])
    details = [("run", {"run": newest_run(context)}), *(("case", {"case": one}) for one in numbers)]
    searched = [(slug, {"q": word[:200], "fq": word[:200]}) for slug in ("tests", "flaky")]
    for slug, params in [*((slug, {}) for slug in LISTS), *details, *searched]:
        app = run_page(context, slug, EVA, project="shop", **params)
        seen = sound(app)
        assert "img" not in seen and "script" not in seen
        assert "This cannot be shown" not in text_of(app), slug
        assert "<img" not in "".join(element.value for element in app.markdown)


# what may be done, and by whom


@pytest.mark.parametrize("person", [ANONYMOUS, VIEWER], ids=["anonymous", "viewer"])
def test_who_only_reads_sees_no_forms(person: Person, kept: Context, run_page: Run, text_of: Text) -> None:
    for name in ("test_flaky", "test_new"):
        app = run_page(kept, "case", person, project="shop", case=number(kept, name))
        sound(app)
        assert not app.button and not app.text_area
        assert "Who has signed in as an engineer can write one" in text_of(app)


def test_an_engineer_mutes_and_ends_the_mute(shop: Context, run_page: Run, text_of: Text) -> None:
    case_id = number(shop, "test_new")
    app = run_page(shop, "case", EVA, project="shop", case=case_id)
    assert "A mute needs its owner" in text_of(press(app, "Mute"))
    said = {"Who answers for it": "cart-team", "Ticket": "SHOP-13", "Why": "the clock of the runner"}
    for label, value in said.items():
        next(t for t in app.text_input if t.label == label).set_value(value)
    text = text_of(press(app, "Mute"))
    assert "muted until" in text and "by eva on" in text and "SHOP-13" in text
    (held,) = (one for one in mutes.live(shop, "shop", "main") if one.case_id == case_id)
    assert (held.owner, held.created_by, held.branch) == ("cart-team", "eva", None)
    for slug in ("flaky", "tests", "failures"):
        listed = text_of(run_page(shop, slug, EVA, project="shop", status="new-failure", only="new"))
        assert "SHOP-13" in listed, slug
    app = run_page(shop, "case", EVA, project="shop", case=case_id)
    assert "Say in 1 to 500 characters" in text_of(press(app, "End it"))
    next(t for t in app.text_input if t.label == "Why it ends").set_value("the clock is mocked")
    text = text_of(press(app, "End it"))
    assert "ended by eva: the clock is mocked" in text and "muted until" not in text
    assert case_id not in {one.case_id for one in mutes.live(shop, "shop")}


def test_a_broken_test_is_not_muted(shop: Context, run_page: Run, text_of: Text) -> None:
    case_id = number(shop, "test_broken")
    app = run_page(shop, "case", EVA, project="shop", case=case_id)
    for label in ("Who answers for it", "Ticket", "Why"):
        next(t for t in app.text_input if t.label == label).set_value("x")
    assert "fails for good, which a mute must not hide" in text_of(press(app, "Mute"))
    assert mutes.of_case(shop, case_id) == ()


def test_an_engineer_writes_a_note(shop: Context, run_page: Run, text_of: Text) -> None:
    case_id = number(shop, "test_new")
    app = run_page(shop, "case", EVA, project="shop", case=case_id)
    assert "A note has 1 to 2,000 characters" in text_of(press(app, "Add the note"))
    app.text_area[0].set_value("Seen on <i>one</i> runner only")
    text = text_of(press(app, "Add the note"))
    assert "Seen on &lt;i&gt;one&lt;/i&gt; runner only" in text and "1 note" in text
    assert [one.by for one in notes.listed(shop, case_id)] == ["eva"]


def test_a_threshold_that_is_tried_changes_nothing_that_is_stored(shop: Context, run_page: Run, text_of: Text) -> None:
    before = revision(shop.store)
    stored = frames.case_states(shop.store, "shop", "main")
    app = run_page(shop, "flaky", project="shop")
    assert "These are the thresholds in force" in text_of(app)
    app.number_input(key="rule-Failures in a row: broken").set_value(1).run()
    sound(app)
    text = text_of(app)
    assert "1 test would change" in text and "broken_runs = 1" in text
    assert revision(shop.store) == before
    assert frames.case_states(shop.store, "shop", "main").equals(stored)
    app.number_input(key="rule-Failures in a row: broken").set_value(50).run()
    app.number_input(key="rule-Share failing: broken, %").set_value(100).run()
    sound(app)
    assert "would change" in text_of(app)


# what was removed


@pytest.fixture
def pruned(shop: Context) -> Context:
    """Give the history in which all results are gone."""
    gone = [int(one) for one in frames.candidates(shop.store, "shop")["id"]]
    with writing(shop.store) as connection:
        removal.mark(connection, gone, to_ms(datetime(2026, 11, 5, tzinfo=UTC)))
    for candidate in gone:
        removal.remove(shop.store, candidate)
    removal.sweep(shop.store)
    return shop


@pytest.mark.parametrize("slug", ["tests", "run", "failures", "durations", "changes"])
def test_results_that_were_removed_are_no_success(slug: str, pruned: Context, run_page: Run, text_of: Text) -> None:
    runs = [int(one) for one in frames.runs(pruned.store, "shop")["id"]]
    params = {"run": {"run": runs[0]}, "changes": {"before": runs[1], "after": runs[0]}}.get(slug, {})
    app = run_page(pruned, slug, project="shop", **params)
    sound(app)
    text = text_of(app)
    assert "Its results were removed on 2026-11-05" in text
    assert "Nothing failed" not in text and "Nothing is different" not in text


def test_a_case_whose_results_were_removed_keeps_its_status_and_its_mute(
    pruned: Context, run_page: Run, text_of: Text
) -> None:
    app = run_page(pruned, "case", EVA, project="shop", case=number(pruned, "test_flaky"))
    sound(app)
    assert "no run holds a result of it" in text_of(app) and "SHOP-12" in text_of(app)
    sound(run_page(pruned, "flaky", project="shop"))
    assert frames.status_counts(pruned.store, "shop", "main")[Status.FLAKY] == 1
