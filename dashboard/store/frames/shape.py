"""From rows of the database to the columns of a frame."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.outcomes import OUTCOMES
from dashboard.store.transaction import reading, rows

Shape = Mapping[str, str]
"""Column -> ``whole``, ``number``, ``seconds``, ``moment``, ``text``, ``truth``, ``outcome`` or ``json``."""


def frame(store: Store, shape: Shape, sql: str, **values: Any) -> pd.DataFrame:
    """Run a query and give its rows as a frame of the shape; the query names the same columns."""
    with reading(store) as connection:
        found = rows(connection, sql, **values)
    return framed(shape, [[row[name] for name in shape] for row in found])


def framed(shape: Shape, found: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Give rows as a frame of the shape."""
    columns = zip(*found, strict=True) if found else ((),) * len(shape)
    data = {name: _COLUMNS[kind](list(values)) for (name, kind), values in zip(shape.items(), columns, strict=True)}
    return pd.DataFrame(data, columns=list(shape))


def _objects(values: Iterable[Any]) -> "pd.Series[Any]":
    return pd.Series(list(values), dtype="object")


def _moments(values: list[Any]) -> "pd.Series[Any]":
    whole = pd.Series(values, dtype="Int64")
    return pd.to_datetime(whole, unit="ms", utc=True).astype("datetime64[ms, UTC]")


def _seconds(values: list[Any]) -> "pd.Series[Any]":
    return pd.Series([None if value is None else value / 1_000_000 for value in values], dtype="float64")


_COLUMNS: dict[str, Callable[[list[Any]], "pd.Series[Any]"]] = {
    "whole": lambda values: pd.Series(values, dtype="int64"),
    "number": lambda values: pd.Series(values, dtype="float64"),
    "seconds": _seconds,
    "moment": _moments,
    "text": _objects,
    "truth": lambda values: _objects(None if value is None else bool(value) for value in values),
    "outcome": lambda values: _objects(str(OUTCOMES[value]) for value in values),
    "json": lambda values: _objects(json.loads(value) for value in values),
}
