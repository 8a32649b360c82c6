"""Names of candidates beside each other: as short as tells them apart."""

import pandas as pd

from dashboard.ui.rows import rows


def names(candidates: pd.DataFrame) -> list[str]:
    """Give version and short subject of each row, with the environment where there are several.

    Takes: a frame with subject, version and environment.
    """
    several = len(set(candidates["environment"].fillna(""))) > 1
    parts = ("version", "environment") if several else ("version",)
    found = []
    for row in rows(candidates):
        said = {name: row[name] if isinstance(row[name], str) else None for name in parts}
        found.append(" · ".join(filter(None, (said["version"], str(row["subject"])[:7], said.get("environment")))))
    return found
