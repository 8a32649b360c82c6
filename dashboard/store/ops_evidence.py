"""Operational samples of a candidate, as series sorted by time."""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import RowMapping

from dashboard.model.evidence import MetricSeries, OpsEvidence
from dashboard.store.filed import Filed, numbers, sources
from dashboard.store.moments import from_ms
from dashboard.store.transaction import Connection, rows


def of(connection: Connection, filed: Sequence[Filed]) -> OpsEvidence | None:
    """Give the samples, or ``None`` when the candidate has none.

    A metric with one set of labels is known by its name, one with several by ``name{labels}``: whether those may be
    summed is not for a database to guess. The same sample in two files is that of the newest file. The largest gap
    is between moments at which anything was measured; a sample that is not a number measured nothing.
    """
    by_series = _samples(connection, filed)
    moments = sorted({at for samples in by_series.values() for at in samples})
    if not moments:
        return None
    measured = sorted({at for samples in by_series.values() for at, row in samples.items() if row["value"] is not None})
    edges = sorted({moments[0], *measured, moments[-1]})
    with_samples = {row["artefact_id"] for samples in by_series.values() for row in samples.values()}
    return OpsEvidence(
        series=_named(by_series),
        start=from_ms(moments[0]),
        end=from_ms(moments[-1]),
        largest_gap_s=max((after - before for before, after in pairwise(edges)), default=0) / 1000,
        sources=sources(one for one in filed if one.id in with_samples),
    )


def _samples(connection: Connection, filed: Sequence[Filed]) -> dict[tuple[str, str, str], dict[int, RowMapping]]:
    """Give the samples by (metric, labels, unit) and moment; ``filed`` comes oldest first, so the newest wins."""
    place = {one.id: number for number, one in enumerate(filed)}
    found = rows(
        connection,
        "SELECT m.metric, m.labels, m.unit, s.artefact_id, s.at_ms, s.value, s.observations FROM metric_sample s "
        f"JOIN metric_series m ON m.id = s.series_id WHERE s.artefact_id IN ({numbers(place)}) ORDER BY s.at_ms",
    )
    series: dict[tuple[str, str, str], dict[int, RowMapping]] = {}
    for row in found:
        samples = series.setdefault((row["metric"], row["labels"], row["unit"]), {})
        known = samples.get(row["at_ms"])
        if known is None or place[known["artefact_id"]] < place[row["artefact_id"]]:
            samples[row["at_ms"]] = row
    return series


def _named(by_series: dict[tuple[str, str, str], dict[int, RowMapping]]) -> dict[str, MetricSeries]:
    sets: dict[str, int] = {}
    for metric, _, _ in by_series:
        sets[metric] = sets.get(metric, 0) + 1
    named: dict[str, MetricSeries] = {}
    for (metric, labels, unit), samples in sorted(by_series.items()):
        name = metric if sets[metric] == 1 else f"{metric}{{{labels}}}"
        if name in named:  # one series in two units: told apart rather than mixed
            name = f"{name} [{unit}]"
        rows_in_time = [samples[at] for at in sorted(samples)]
        named[name] = MetricSeries(
            name=name,
            unit=unit,
            at_ms=tuple(row["at_ms"] for row in rows_in_time),
            values=tuple(row["value"] for row in rows_in_time),
            counts=tuple(row["observations"] for row in rows_in_time),
        )
    return named
