"""The register as a page, and what Readiness tells people who decide."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from ui import makers as m

from dashboard.model.evaluation import Decision, Evaluation
from dashboard.model.register import CandidateState, Declared, Entry, Judged, Register
from dashboard.model.statement import SignOffState
from dashboard.model.verdict import Ruling
from dashboard.services.comparison import Comparison, GateChange, Step
from dashboard.services.context import Context
from dashboard.ui import sharing, weighing
from dashboard.ui.comparing import compared, judgements
from dashboard.ui.components.scores import trend_table
from dashboard.ui.pages import candidates as page

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]
S = CandidateState


def entry(state: S, *, before: S | None = None, judged: bool = True, outdated: str = "", **change: object) -> Entry:
    found = Judged("e" * 64, Decision.GO, 79, 86, "p" * 64, 7, m.AT, outdated)
    made = Entry(m.CANDIDATE, state, before or state, found if judged else None, (), 0, 0, 3, m.AT, None, "")
    return replace(made, **change)


def register(*entries: Entry, found: int | None = None) -> Register:
    by_state = {state: sum(e.state is state for e in entries) for state in S}
    return Register(entries, len(entries) if found is None else found, len(entries), by_state)


def test_every_candidate_of_the_demo_is_on_the_page(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "candidates", project="genesis-rebuild")
    assert not app.exception
    text = text_of(app)
    assert "24 candidates" in text and text.count('scope="row"') == 24
    assert "None is left out" in text and "CSV of 24" in text


@pytest.mark.parametrize(
    ("params", "n"), [({"environment": "staging"}, 4), ({"text": "3f9c2a1"}, 1), ({"text": "no such"}, 0)]
)
def test_the_address_narrows(demo: Context, run_page: Run, text_of: Text, params: dict[str, str], n: int) -> None:
    app = run_page(demo, "candidates", project="genesis-rebuild", **params)
    text = text_of(app)
    assert not app.exception and text.count('scope="row"') == n
    assert ("No candidate fits" in text) is (n == 0)
    assert f"{n} of 24 candidates" in text


def test_an_address_that_narrows_to_nothing_known_is_refused(demo: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(demo, "candidates", project="genesis-rebuild", since="soon")
    assert not app.exception and "must be a day" in text_of(app)


def test_a_hostile_candidate_stays_text(hostile: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(hostile, "candidates")
    assert not app.exception and "<img src=x" not in text_of(app)


@pytest.mark.parametrize("state", list(S))
def test_every_state_has_icon_and_word(state: S) -> None:
    cells = "".join(str(cell) for cell in page._row(m.PLACE, entry(state)).cells)
    assert f">{state}<" in cells and "cs-i-" in cells


def test_what_is_known_of_a_candidate_is_said() -> None:
    signed = (m.sign_off(1, m.HOSTILE, "auditor", SignOffState.STALE),)
    declared = Declared("cora", m.AT, m.HOSTILE)
    cells = page._row(
        m.PLACE,
        entry(S.SUPERSEDED, before=S.APPROVED, outdated="judged before the newest evidence", signed=signed,
              declared=declared, passed_by="2.5", open_conditions=3, overdue_conditions=2),
    ).cells  # fmt: skip
    text = "".join(str(cell) for cell in cells)
    for word in ("was approved", "by 2.5", "declared by cora", "judged before the newest evidence", "2 overdue",
                 "of 3 open", "STALE"):  # fmt: skip
        assert word in text
    assert "<img" not in text


def test_what_was_never_judged_has_no_figure() -> None:
    cells = page._row(m.PLACE, entry(S.OPEN, judged=False)).cells
    text = "".join(str(cell) for cell in cells)
    assert "not judged" in text and "cs-pass" not in text
    assert "no evidence" in "".join(str(c) for c in page._row(m.PLACE, entry(S.OPEN, judged=False, artefacts=0)).cells)


def test_the_first_sentence_counts_and_warns() -> None:
    seen = page.Candidates(m.PLACE, register(entry(S.OPEN), entry(S.APPROVED)), 1, (), (), {})
    words, state = page._sentence(seen)
    assert words.startswith("1 open and 1 approved.") and state.tone == "info"
    late = replace(seen, register=register(entry(S.OPEN, open_conditions=1, overdue_conditions=1)))
    assert page._sentence(late)[1].tone == "fail"
    assert page._sentence(replace(seen, register=register()))[1].tone == "missing"


def test_the_file_is_narrowed_like_the_list() -> None:
    seen = page.Candidates(m.PLACE, register(entry(S.OPEN), found=120), 2, (), (), {"state": ("open", "STALE")})
    text = str(page._counted(seen))
    query = parse_qs(urlsplit(text.split('href="')[1].split('"', maxsplit=1)[0].replace("&amp;", "&")).query)
    assert query == {"project": ["genesis-rebuild"], "format": ["csv"], "state": ["open", "STALE"]}
    assert "page 2 of 3" in text


def test_the_loss_adds_up_to_the_score() -> None:
    made = m.evaluation()
    steps = weighing.losses(made)
    assert 10 - sum(step.points for step in steps) == pytest.approx(float(made.readiness.score))
    table = str(weighing.loss_table(m.PLACE, made))
    assert "Full marks" in table and "39.5" in table and table.count("−1") >= 3


def test_strengths_are_folded_and_absence_is_no_strength() -> None:
    text = str(weighing.sentences(m.PLACE, m.no_go()))
    first, _, folded = text.partition("<details")
    assert ">missing<" in first and ">pass<" not in first and "strength" in folded
    nothing = replace(m.evaluation(), results=())
    assert "nothing speaks for it" in str(weighing.sentences(m.PLACE, nothing))


def test_how_firm_the_decision_is_comes_with_its_table() -> None:
    made: Evaluation = m.evaluation()
    n = len(made.variants)
    text = str(weighing.robustness(made))
    same = sum(v.decision is made.readiness.decision for v in made.variants)
    assert f"in {same} of {n} variant" in text and text.count('scope="row"') == n
    assert "No variant" in str(weighing.robustness(replace(made, variants=())))


def test_a_comparison_says_what_turned_and_what_is_still_open() -> None:
    made = m.evaluation()
    turned = GateChange("ops.p95", "Latency", Ruling.PASS, Ruling.WARN, "162 ms", "240 ms")
    gone = GateChange("old", m.HOSTILE, Ruling.PASS, None, "1", "")
    new = GateChange("new", "New gate", None, Ruling.PASS, "", "2")
    open_one = replace(made.conditions[0], state="overdue", text=m.HOSTILE)
    held = Comparison(
        replace(m.CANDIDATE, id=3, version="Phase 3"), m.AT, Decision.GO, Fraction(10), "43 of 43", "18 of 18",
        "q" * 64, (turned, gone, new), (open_one,),
    )  # fmt: skip
    before = replace(held, approved_at=None, other=replace(m.CANDIDATE, id=4), carried=(), gates=(new,))
    text = str(compared(m.PLACE, made, held, before))
    for word in ("Phase 3", "under another policy", "3 gates changed ruling", "down 0.81", "not asked", ">overdue<",
                 "1 condition of it still open", "With the candidate before"):  # fmt: skip
        assert word in text
    assert "<img" not in text
    assert "nothing to hold it to" in str(compared(m.PLACE, made, None, None))
    assert "With the candidate before" not in str(compared(m.PLACE, made, held, replace(held, approved_at=None)))


def test_judgements_tell_when_the_decision_changed() -> None:
    first = Step("a" * 64, m.AT, Decision.NO_GO, "7.1", "30 of 43", (), (), None)
    second = Step("b" * 64, m.AT + timedelta(hours=1), Decision.GO, "9.2", "39.5 of 43", ("new evidence: ops.csv",),
                  ("Error rate: missing → pass", "b", "c", "d"), Decision.NO_GO)  # fmt: skip
    text = str(judgements((second, first)))
    for word in (
        "Judged 2 times",
        "changed 1 time",
        "NO-GO → GO",
        "new evidence: ops.csv",
        "1 more",
        "first judgement",
    ):
        assert word in text
    assert "Judged once" in str(judgements((first,))) and "Not judged" in str(judgements(()))


def test_the_badge_snippet_leads_home() -> None:
    place = replace(m.PLACE, candidate=replace(m.CANDIDATE, environment="a b", branch="x&y"))
    text = sharing.snippet(place, place.candidate, "https://release.example")
    assert text == (
        "[![release readiness](https://release.example/api/badge/genesis-rebuild.svg?environment=a+b&branch=x%26y)]"
        "(https://release.example/?project=genesis-rebuild&newest=a+b)"
    )
    assert sharing.origin("http://localhost:8501/tests?x=1") == "http://localhost:8501"
    assert sharing.origin("") == "https://countersign.example"
    links = sharing.links(place, place.candidate)
    assert "./report/genesis-rebuild/7.html" in links
    assert f"subject={m.CANDIDATE.subject}&amp;environment=a+b" in links


def test_a_policy_break_is_named_in_the_table_of_the_trend() -> None:
    trend = pd.DataFrame(
        {"candidate_id": [1, 2, 3], "label": list("abc"), "word": "GO", "shown": "9.0", "points": "9 of 10",
         "policy": ["p" * 64, "p" * 64, "q" * 64]}
    )  # fmt: skip
    text = str(trend_table(m.PLACE, trend))
    assert text.count(">changed<") == 1 and text.index(">changed<") < text.index("pppppppp")
    assert ">changed<" not in str(trend_table(m.PLACE, trend.head(1)))
