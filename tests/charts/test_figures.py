"""Figures are plain, bounded, without WebGL, and say nothing when there is nothing."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dashboard.charts.forest import forest
from dashboard.charts.series import benchmark_series, duration_series, metric_series
from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.charts.treemap import MOST, coverage_treemap, ink_on, shade
from dashboard.charts.trend import run_trend, score_trend, share_trend

AT = datetime(2025, 10, 18, tzinfo=UTC)


def scores(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": [f"v{i} · abc{i}" for i in range(n)], "score": [float(i % 10) for i in range(n)],
            "tone": ["fail"] * n, "policy": ["a" if i < 3 else "b" for i in range(n)], "text": ["t"] * n,
        }
    )  # fmt: skip


def runs(n: int) -> pd.DataFrame:
    columns = {"passed": 98, "skipped": 1, "failed": 1, "errors": 0, "total": 100}
    return pd.DataFrame({"label": [f"r{i}" for i in range(n)], **{k: [v] * n for k, v in columns.items()}})


def samples(n: int) -> pd.DataFrame:
    return pd.DataFrame({"at": [AT + timedelta(minutes=i) for i in range(n)], "value": [float(i) for i in range(n)]})


def modules(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "path": [f"src/pkg/m{i % 7}/f{i}.py" for i in range(n)],
            "lines_total": [10 + i for i in range(n)],
            "lines_hit": [5] * n,
        }
    )


FORESTED = pd.DataFrame(
    {
        "name": ["a", "b"], "ratio": [0.5, None], "low": [0.9, None], "high": [1.1, None], "tone": ["pass", "fail"],
        "text": ["a", "b"],
    }
)  # fmt: skip


def every(palette: Palette, n: int) -> list[object]:
    bench = pd.DataFrame({"label": [f"r{i}" for i in range(n)], "value": [1.0] * n, "current": [False] * n})
    cases = bench.assign(tone="pass", text="t")
    shares = pd.DataFrame({"label": [f"c{i}" for i in range(n)], "pct": [50.0] * n, "text": ["t"] * n})
    return [
        score_trend(scores(n), palette, go_at=9, conditional_at=7.5),
        run_trend(runs(n), palette),
        share_trend(shares, palette, targets=((80, "≥ 80 %"),)),
        metric_series(samples(n), palette, unit="ms", targets=((5.0, "target", "warn"), (9.0, "trigger", "fail"))),
        benchmark_series(bench, palette, unit="ms", baseline=1.0, interval=(0.9, 1.1)),
        duration_series(cases, palette, unit="s"),
        forest(FORESTED.head(n), palette),
        coverage_treemap(modules(n), palette),
    ]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_figures_have_no_webgl_no_legend_and_a_transparent_ground(palette: Palette, n: int) -> None:
    for fig in every(palette, n):
        spec = fig.to_plotly_json()  # type: ignore[attr-defined]
        assert not [t["type"] for t in spec["data"] if t["type"].endswith("gl")]
        assert spec["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        assert spec["layout"]["showlegend"] is False


def test_counts_start_at_zero() -> None:
    layout = metric_series(samples(5), LIGHT, unit="ms").layout
    assert layout.yaxis.range[0] == 0
    assert run_trend(runs(5), LIGHT).layout.yaxis.rangemode == "tozero"


def test_a_change_of_policy_breaks_the_line() -> None:
    fig = score_trend(scores(6), LIGHT, go_at=9, conditional_at=7.5)
    assert len(fig.data) == 2
    assert any("policy changed" in a.text for a in fig.layout.annotations)


def test_a_run_without_cases_has_no_pass_rate() -> None:
    fig = run_trend(runs(2).assign(total=[0, 100], passed=[0, 98]), LIGHT)
    assert fig.data[-1].y[0] is None
    assert fig.data[-1].y[1] == 98


def test_a_gap_in_the_samples_stays_open() -> None:
    frame = samples(3).assign(value=[1.0, None, 2.0])
    line = metric_series(frame, LIGHT, unit="ms").data[0]
    assert line.y[1] is None and line.connectgaps is False


def test_a_target_out_of_reach_is_not_drawn() -> None:
    fig = metric_series(samples(2), LIGHT, unit="ms", targets=((1000.0, "far", "fail"),))
    assert len(fig.layout.shapes) == 0


def test_the_treemap_is_bounded_and_loses_no_line() -> None:
    frame = modules(MOST + 50)
    tree = coverage_treemap(frame, LIGHT).data[0]
    assert tree["values"][list(tree.ids).index("all")] == frame["lines_total"].sum()
    assert any("smaller" in label for label in tree.labels)


def test_the_treemap_leaves_out_folders_that_all_share() -> None:
    tree = coverage_treemap(modules(20), LIGHT).data[0]
    assert "all/m0" in tree.ids and not any("pkg" in i for i in tree.ids)


def test_a_folder_that_is_also_a_module_keeps_its_own_lines() -> None:
    frame = pd.DataFrame({"path": ["a/b", "a/b/c", "d"], "lines_total": [10, 20, 5], "lines_hit": [1, 2, 3]})
    tree = coverage_treemap(frame, LIGHT).data[0]
    sums = dict(zip(tree.ids, tree["values"], strict=True))
    assert sums["all/a/b"] == 30 and sums["all/a/b/(files)"] == 10


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_every_shade_can_be_read(palette: Palette) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for pct in range(101):
        ground = shade(pct, palette)
        dark, light = sorted((luminance(ground), luminance(ink_on(ground))))
        assert (light + 0.05) / (dark + 0.05) >= 4.3


def test_the_forest_leaves_out_what_has_no_baseline() -> None:
    assert list(forest(FORESTED, LIGHT).data[-1].y) == ["a"]
