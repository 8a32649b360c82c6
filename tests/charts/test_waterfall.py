"""The loss waterfall: true lengths, ends at the score, and few rows however many gates there are."""

import pytest

from dashboard.charts.theme import DARK, LIGHT
from dashboard.charts.waterfall import MOST, Loss, drawn, floor_of, loss_waterfall


def losses(*points):
    return [Loss(f"gate {i}", p, "warn", "1 of 43 points") for i, p in enumerate(points)]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_it_hangs_from_ten_down_to_the_score(palette):
    fig = loss_waterfall(losses(0.23, 0.47, 0.12), 9.18, palette)
    bars = fig.data[0]
    assert list(bars.x) == [0.47, 0.23, 0.12]
    assert [round(b + x, 9) for b, x in zip(bars.base, bars.x, strict=True)] == [10.0, 9.53, 9.3]
    assert round(bars.base[-1], 9) == 9.18 == fig.data[1].x[1]
    assert set(bars.marker.color) == {palette.warn}
    assert list(fig.layout.yaxis.ticktext) == ["Full marks", "gate 1", "gate 0", "gate 2", "Score"]


@pytest.mark.parametrize(("score", "low"), [(9.2, 8.0), (10.0, 9.0), (7.1, 6.0), (5.0, 4.0), (4.9, 0.0), (0.0, 0.0)])
def test_the_axis_begins_below_the_score_and_at_a_whole_number(score, low):
    assert floor_of(score) == low < max(score, 0.1)
    assert loss_waterfall(losses(10 - score), score, LIGHT).layout.xaxis.range[0] == low


def test_many_gates_become_few_rows_and_nothing_is_lost():
    many = losses(*(0.1 * i for i in range(1, 14)))
    rows = drawn(many)
    assert len(rows) == MOST
    assert rows[-1].label == "5 more gates"
    assert sum(r.points for r in rows) == pytest.approx(sum(loss.points for loss in many))
    assert len(drawn(many[:MOST])) == MOST and drawn([]) == ()


def test_a_long_name_is_cut_on_the_axis_and_whole_on_hover():
    fig = loss_waterfall([Loss("x" * 60, 1, "fail", "t")], 9, LIGHT)
    assert len(fig.layout.yaxis.ticktext[1]) == 26
    assert fig.data[0].customdata[0][0] == "x" * 60


def test_what_was_not_measured_is_hatched():
    fig = loss_waterfall([Loss("a", 1, "missing", "t"), Loss("b", 0.5, "fail", "t")], 8.5, LIGHT)
    assert list(fig.data[0].marker.pattern.shape) == ["/", ""]
