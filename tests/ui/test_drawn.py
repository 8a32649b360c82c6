"""Pages drawn from hand-made judgements: what is rare in real evidence is shown all the same."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.model.statement import SignOffState

READINESS = """
from dashboard.model.records import Kind
from dashboard.ui.judging import trend_frame
from dashboard.ui.pages import readiness as page
from ui import makers as m
trend = trend_frame(m.evaluations({n}))
page.draw(page.Readiness(m.PLACE, m.{made}(), 9.0, 7.5, tuple(Kind), trend, m.STANDING, m.SIGN_OFFS))
"""
GATE = """
from dashboard.ui.pages import gate as page
from ui import makers as m
page.draw(page.detail(m.PLACE, m.{made}(), "{gate}"))
"""
SEALS = """
from dashboard.model.statement import SignOffState
from dashboard.ui.components.seals import seal
from dashboard.ui.look import html
from ui import makers as m
html(*(seal(m.sign_off(i, m.HOSTILE, "auditor", s, verified=i % 2 == 0)) for i, s in enumerate(SignOffState)))
"""
FILE = """
from dashboard.ui.pages import file as page
from ui import makers as m
row = {{"path": "shop/cart.py", "lines_total": {total}, "lines_hit": {hit}, "hit": "1-3", "missed": "{missed}"}}
page.draw(page.File(m.PLACE, row, page.in_order(row)))
"""
INTEGRITY = """
from dashboard.ui.components.integrity import all_notes, expectations, notes_table
from dashboard.ui.look import html
from ui import makers as m
many = [{{"slug": f"s-{{i}}", "message": m.HOSTILE, "count": i}} for i in range(201)]
html(all_notes(m.INTEGRITY), expectations(m.EXPECTED), notes_table(many), expectations(()))
""".format()
Text = Callable[[AppTest], str]


def drawn(script: str) -> AppTest:
    app = AppTest.from_string(script, default_timeout=30).run()
    assert not app.exception
    return app


def test_absence_is_drawn_with_its_own_words(text_of: Text) -> None:
    text = text_of(drawn(READINESS.format(made="no_go", n=9)))
    for word in ("NO-GO", ">missing<", ">stale<", ">invalid<", "From 10 to", "5 gates block", "14 / 18"):
        assert word in text
    assert "Ingest samples that cover the soak window." in text


def test_what_was_read_and_what_is_expected_and_not_there(text_of: Text) -> None:
    text = text_of(drawn(READINESS.format(made="evaluation", n=0)))
    for word in ("31 artefacts", "23,120 elements seen", "23,100 kept", "4 repaired", "5 dropped", "1 artefact"):
        assert word in text
    assert "1 of 2 expected reports there" in text and "blocks the release" in text
    assert text.index("1 missing") > 0 and "incomplete or empty, so not counted" in text


def test_notes_are_told_by_slug_and_cut_when_there_are_too_many(text_of: Text) -> None:
    text = text_of(drawn(INTEGRITY))
    assert "2 kinds of notes, 11 in all" in text and "name-shortened" in text and "<img" not in text
    assert ">missing<" in text and ">there<" in text and text.index(">missing<") < text.index(">there<")
    assert "The first 200 of 201." in text and "The policy expects no report by name." in text


def test_what_costs_comes_first_and_passes_are_folded(text_of: Text) -> None:
    text = text_of(drawn(READINESS.format(made="evaluation", n=9)))
    order = [text.index(f">{title}<") for title in ("Coverage, all code", "Staged feature flags", "Test pass rate")]
    assert order == sorted(order)
    assert "8 more gates that pass" in text and text.index("<details") > order[-1]


def test_a_stale_signature_says_so(text_of: Text) -> None:
    text = text_of(drawn(READINESS.format(made="evaluation", n=0)))
    assert "STALE" in text and "The evidence changed after it was signed." in text
    assert "waiting for" in text and "1 / 2" in text


@pytest.mark.parametrize(
    "script", [READINESS.format(made="hostile", n=1), GATE.format(made="hostile", gate="tests.flaky"), SEALS]
)
def test_hostile_words_stay_words(script: str, text_of: Text) -> None:
    text = text_of(drawn(script))
    assert "<img" not in text and "&lt;img" in text


def test_a_gate_tells_what_it_asks_and_what_would_turn_it(text_of: Text) -> None:
    text = text_of(drawn(GATE.format(made="evaluation", gate="coverage.total")))
    for word in (
        "Asks",
        "Passes",
        "Unknown",
        "Remedy",
        "What would turn it",
        "2,341 more covered lines",
        "coverage.json",
    ):
        assert word in text


def test_a_signature_that_does_not_verify_is_never_green(text_of: Text) -> None:
    text = text_of(drawn(SEALS))
    assert text.count("does not verify") == len(SignOffState) // 2 and text.count("cs-seal-fail") >= 4


def test_the_policy_change_and_every_candidate_stand_in_the_table(text_of: Text) -> None:
    text = text_of(drawn(READINESS.format(made="evaluation", n=9)))
    assert "9 candidates judged" in text and "77aa77aa" in text and "a41ea41e" in text


@pytest.mark.parametrize(
    ("total", "hit", "missed", "says", "tone"),
    [
        (None, None, "", "The report does not say how many lines there are to cover.", "warn"),
        (3, 3, "", "none is missed.", "pass"),
        (4, 3, "4", "1 line is missed.", "warn"),
    ],
)
def test_a_file_without_a_total_is_not_covered(
    total: int | None, hit: int | None, missed: str, says: str, tone: str, text_of: Text
) -> None:
    text = text_of(drawn(FILE.format(total=total, hit=hit, missed=missed)))
    assert says in text
    assert f"cs-lead-{tone}" in text
    assert "1 to 3" in text
