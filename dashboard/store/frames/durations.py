"""Where the time of a run goes: by file of the run, by suite, by case against its own mean."""

import pandas as pd

from dashboard.store.engine import Store
from dashboard.store.frames.shape import frame

_SLOWED = {
    "case_id": "whole",
    "suite": "text",
    "classname": "text",
    "name": "text",
    "duration_s": "seconds",
    "mean_s": "seconds",
    "lost_s": "seconds",
    "runs": "whole",
}


def slowed_cases(store: Store, run_id: int, limit: int = 50) -> pd.DataFrame:
    """Give the cases of a run that took longer than their mean over the branch, by time lost.

    A case counts with five timed runs or more, this one among them; its mean is that of the others. What is lost is
    50 ms at least, and a tenth of the mean: less is noise on any machine.
    Gives: case_id, suite, classname, name, duration_s, mean_s (of the other runs), lost_s, runs (timed).
    """
    mean = "(k.sum_us - t.duration_us) / (k.timed - 1)"
    return frame(
        store,
        _SLOWED,
        f"SELECT t.case_id, c.suite, c.classname, c.name, t.duration_us AS duration_s, {mean} AS mean_s, "
        f"t.duration_us - {mean} AS lost_s, k.timed AS runs FROM run r JOIN test_result t ON t.run_id = r.id "
        "JOIN case_stat k ON k.branch_id = r.branch_id AND k.case_id = t.case_id JOIN test_case c ON c.id = t.case_id "
        f"WHERE r.id = :run AND t.attempt = 0 AND t.duration_us IS NOT NULL AND k.timed >= 5 AND t.outcome <> 1 "
        f"AND t.duration_us - {mean} >= 50000 AND (t.duration_us - {mean}) * 10 >= {mean} "
        f"ORDER BY t.duration_us - {mean} DESC, t.case_id LIMIT :limit",
        run=run_id,
        limit=limit,
    )


def file_durations(store: Store, run_id: int) -> pd.DataFrame:
    """Give what each report file of a run holds: part, name, cases, timed (cases with a duration), duration_s.

    A run that is split into shards brings a file a shard, so these are its lanes.
    """
    shape = {"part": "whole", "name": "text", "cases": "whole", "timed": "whole", "duration_s": "seconds"}
    return frame(
        store,
        shape,
        "SELECT t.part, a.name, count(*) AS cases, count(t.duration_us) AS timed, "
        "CAST(sum(t.duration_us) AS BIGINT) AS duration_s FROM test_result t "
        "LEFT JOIN artefact a ON a.run_id = t.run_id AND a.part = t.part WHERE t.run_id = :run AND t.attempt = 0 "
        "GROUP BY t.part, a.name ORDER BY t.part LIMIT 500",
        run=run_id,
    )
