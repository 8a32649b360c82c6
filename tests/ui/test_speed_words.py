"""Benchmarks in words: a regression is named first, and few runs are never a pass."""

import pytest

from dashboard.analysis.regressions import State, judged, whole
from dashboard.model.evidence import Series
from dashboard.ui.benchmarking import STATES, Benchmarks, effect_text, ordered, sentence

STEADY = tuple(1.0 + 0.001 * (i % 3) for i in range(9))


def benchmarks(*series: Series) -> Benchmarks:
    verdicts = judged(series)
    return Benchmarks(ordered(verdicts), "version 1", whole(verdicts, ""), "")


def series(
    name: str, values: tuple[float, ...], baseline: tuple[float, ...] = STEADY, direction: str | None = "smaller"
) -> Series:
    return Series(name, "s", direction, values, baseline)


@pytest.mark.parametrize(
    ("shown", "says", "tone"),
    [
        (series("dir/x.py::fast", (0.5, 0.5)), "no benchmark is suspected", "pass"),
        (series("dir/x.py::slow", (1.5, 1.5)), "1 confirmed regression: slow", "fail"),
        (series("once", (1.0, 1.0, 1.5)), "1 suspected: once", "warn"),
        (series("few", (1.0,), (1.0, 1.0)), "too few baseline runs", "pass"),
        (series("few", (1.2,), (1.0, 1.0)), "too few baseline runs", "warn"),
        (series("none", (1.0,), ()), "No benchmark is suspected", "missing"),
    ],
)
def test_sentence(shown: Series, says: str, tone: str) -> None:
    text, state = sentence(benchmarks(shown))
    assert says in text
    assert state.tone == tone


def test_worst_comes_first_and_rows_carry_their_words() -> None:
    found = benchmarks(series("fine", (1.0, 1.0)), series("bad", (2.0, 2.0)), series("odd", (1.0,), STEADY, None))
    assert [line.name for line in found.lines] == ["bad", "fine", "odd"]
    row = found.lines[0].as_row()
    assert row["tone"] == "fail" and row["ratio"] == pytest.approx(2.0, rel=0.01) and "slower" in row["text"]
    assert found.lines[2].ratio is None


def test_effects() -> None:
    from fractions import Fraction

    assert effect_text(Fraction(-463, 1000), "smaller", "s") == "46.3 % faster"
    assert effect_text(Fraction(1, 10), "larger", "1/s") == "10.0 % worse"
    assert effect_text(Fraction(0), "smaller", "s") == "the same"
    assert effect_text(None, None, "") == "—"
    assert set(STATES) == set(State)
