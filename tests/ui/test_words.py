"""What pages say: escaped, with their fractions, and never a success out of nothing."""

from fractions import Fraction

import pandas as pd
import pytest

from dashboard.model.policy import Component
from dashboard.model.records import FlagState
from dashboard.policy.load import parse
from dashboard.services.policy_words import sections
from dashboard.ui.components.markup import Markup, join, tag, text
from dashboard.ui.components.strips import Cell, sparkline, strip
from dashboard.ui.components.tables import Column, table
from dashboard.ui.covering import Covered, components, modules, ranges, totals
from dashboard.ui.operating import MOST_POINTS, error_rate, flag_state, metric, served_text, thinned
from dashboard.ui.wording import counted, listed, required

EVIL = '<img src=x onerror="y">'


def test_text_is_escaped_and_markup_is_not() -> None:
    assert text(EVIL) == "&lt;img src=x onerror=&quot;y&quot;&gt;"
    assert tag("b", EVIL, title=EVIL).count("&lt;img") == 2
    assert join([Markup("<i></i>"), EVIL]).startswith("<i></i>&lt;img")
    assert text(None) == "" and tag("br") == "<br>"


def test_a_table_says_what_it_holds_and_escapes_its_cells() -> None:
    written = table((Column("A"), Column("B", "right")), [(EVIL, 3)], caption=EVIL)
    assert "<img" not in written
    assert '<th scope="row"' in written and '<caption class="cs-ears">' in written


def test_a_table_refuses_rows_of_another_width() -> None:
    with pytest.raises(ValueError, match="shorter"):
        table((Column("A"), Column("B")), [("only",)], caption="c")


def test_a_strip_tells_every_cell_to_ears() -> None:
    written = strip([Cell("failed", "failed, run 7", "./run?run=7"), Cell("absent", EVIL)], "Outcomes")
    assert written.count("aria-label") == 3 and "<img" not in written


@pytest.mark.parametrize(
    ("values", "drawn"), [((), False), ((1.0,), False), ((0.0, 0.0), True), ((1.0, 2.0, 3.0), True)]
)
def test_a_line_needs_two_values(values: tuple[float, ...], drawn: bool) -> None:
    assert bool(sparkline(values, "n runs")) is drawn


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcde"), "a, b, c and 2 more"),
    ],
)
def test_names_are_listed(names: list[str], said: str) -> None:
    assert listed(names) == said


def test_words() -> None:
    assert counted(1, "gate") == "1 gate" and counted(1044, "test") == "1,044 tests"
    assert required(">= 80 %, warn >= 60 %") == "≥ 80 % / ≥ 60 %"


@pytest.mark.parametrize(
    ("written", "read"),
    [("1-4,9", [(1, 4), (9, 9)]), ("", []), (None, []), ("a,2-b,-3,7", [(7, 7)]), ("²", [])],
)
def test_line_ranges(written: object, read: list[tuple[int, int]]) -> None:
    assert ranges(written) == read


def files(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["path", "lines_total", "lines_hit"])
    extra = ("branches_total", "branches_hit", "statements_total", "statements_hit")
    return frame.assign(**dict.fromkeys(extra, 0))


def test_lines_to_go_are_counted_as_integers() -> None:
    assert Covered(12_063, 18_002).to_go(Fraction(80)) == 2_339
    assert Covered(80, 100).to_go(Fraction(80)) == 0 and Covered(0, 0).to_go(Fraction(80)) == 0


def test_a_component_without_files_is_missing_and_never_at_its_floor() -> None:
    asked = (Component("core", ("core/*",), Fraction(50)), Component("none", ("x/*",), Fraction(50)))
    words = {c.name: c.word for c in components(files([("core/a.py", 10, 5)]), asked)}
    assert words == {"core": "pass", "none": "missing"}
    assert [c.word for c in components(files([]), asked)] == ["missing", "missing"]


def test_totals_name_only_formulas_that_were_measured() -> None:
    assert [name for name, _ in totals(files([("a", 10, 5)]))] == ["lines"]
    branched = files([("a", 10, 5)]).assign(branches_total=4, branches_hit=2)
    assert dict(totals(branched))["lines + branches"] == Covered(7, 14)


def test_what_a_module_would_add_sums_to_the_gap() -> None:
    found = modules(files([("a", 10, 5), ("b", 10, 10), ("c", 0, 0)]))
    assert found["gain_pp"].sum() == pytest.approx(25.0) and len(found) == 2


def flag(*, on: bool | None, low: float | None, high: float | None) -> FlagState:
    return FlagState("f", on, low, high, None, (), (), None, None)


@pytest.mark.parametrize(
    ("state", "word", "share"),
    [
        (flag(on=True, low=100, high=100), "everybody", "100 %"),
        (flag(on=True, low=0, high=0), "on, serves nobody", "0 %"),
        (flag(on=False, low=0, high=0), "off", "0 %"),
        (flag(on=True, low=5, high=25), "staged", "5 to 25 %"),
        (flag(on=True, low=None, high=None), "not a switch", "not said"),
    ],
)
def test_a_flag_is_what_it_serves(state: FlagState, word: str, share: str) -> None:
    assert flag_state(state, {}).word == word
    assert served_text(state) == share
    assert flag_state(state, {"f": "other"}).word == "needs another"


AT_MINUTES = pd.date_range("2025-01-01", periods=3, freq="min", tz="UTC")
RULES = """
name = "p"
version = 1
[decision]
go = "9.0"
conditional = "7.5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "ops.error_rate"
tier = "high"
pass = "< 0.1 %"
warn = "< 1 %"
[[gate]]
id = "ops.p95"
tier = "high"
pass = "< 200 ms"
warn = "< 500 ms"
"""


@pytest.mark.parametrize(
    ("name", "unit", "highest", "shown", "unit_shown", "state"),
    [
        ("latency_p95", "s", 0.15, 150.0, "ms", "in target"),
        ("latency_p95", "s", 0.3, 300.0, "ms", "over target"),
        ("latency_p95", "s", 2.0, 2.0, "s", "over trigger"),
        ("latency_p95", "", 0.15, 0.15, "", "no target"),
        ("error_rate", "ratio", 0.0005, 0.05, "%", "in target"),
        ("error_rate", "", 0.5, 50.0, "%", "over trigger"),
        ("memory_overhead", "ratio", 0.006, 0.6, "%", "no target"),
        ("memory_overhead", "ratio", 1.3, 130.0, "%", "no target"),
        ("queue", "", 0.5, 0.5, "", "no target"),
    ],
)
def test_a_metric_is_shown_in_its_unit_and_held_only_against_lines_of_the_same(
    name: str, unit: str, highest: float, shown: float, unit_shown: str, state: str
) -> None:
    samples = pd.DataFrame({"at": AT_MINUTES, "value": [0.0, highest, 0.0]})
    found = metric(name, unit, samples, parse(RULES))
    assert (found.highest, found.unit, found.state.word) == (pytest.approx(shown), unit_shown, state)


def test_thinning_keeps_the_peak_and_the_holes() -> None:
    at = pd.date_range("2025-01-01", periods=10_000, freq="min", tz="UTC")
    frame = pd.DataFrame({"at": at, "value": 1.0})
    frame.loc[4_321, "value"] = 99.0
    frame.loc[6_000:6_999, "value"] = None
    kept = thinned(frame)
    assert len(kept) <= MOST_POINTS
    assert kept["value"].max() == 99.0 and kept["value"].isna().any()


def test_an_error_rate_is_summed_over_its_window() -> None:
    at = pd.date_range("2025-01-01 00:01", periods=5, freq="min", tz="UTC")
    rate, whole = error_rate(
        pd.DataFrame({"at": at, "value": [1.0, 0, 0, 0, 0]}),
        pd.DataFrame({"at": at, "value": [2.0, 98, 100, 100, 100]}),
    )
    assert rate["value"].tolist() == [1 / 400] and whole == 1 / 400
    nothing, unknown = error_rate(pd.DataFrame({"at": at[:0], "value": []}), pd.DataFrame({"at": at[:0], "value": []}))
    assert nothing.empty and unknown is None


def test_a_gates_documentation_is_taken_apart() -> None:
    doc = "Asks: is it\nfast?\n\nPasses: when it is.\n\nUnknown: never.\n\nRemedy: mend it.\n"
    assert sections(doc) == (
        ("Asks", "Is it fast?"),
        ("Passes", "When it is."),
        ("Unknown", "Never."),
        ("Remedy", "Mend it."),
    )
    assert sections("no parts: here") == ()
