"""Rows of a frame, one at a time, for writing tables."""

from typing import Any, cast

import pandas as pd


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as mappings; every column of the product has a text as its name."""
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def records(frame: pd.DataFrame) -> list[Any]:
    """Give rows whose columns are attributes."""
    return list(frame.itertuples(index=False))
