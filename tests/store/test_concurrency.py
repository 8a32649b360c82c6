"""Several processes at once: nothing lost, nothing torn, no error. Killed at any moment: nothing half done."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.store import frames, maintenance
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, scalar

_WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from store_maker import case, failing, put
from dashboard.store.engine import open_store
store = open_store(sys.argv[2])
who, runs, cases = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
for number in range(runs):
    name = f"{who}-{number}"
    # The cases come in another order from each writer: only an order of locks keeps them from blocking each other.
    records = [failing(f"n{i}", why=f"why {i % 7}") if i % 11 == number % 11 else case(f"n{i}") for i in range(cases)]
    if who[-1] in "13":
        records.reverse()
    done = put(store, records, subject=name, run=name, hours=number, body=name.encode(), branch="main")
    print(name, int(done.duplicate), flush=True)
"""


def _write(url: str, who: str, runs: int, cases: int) -> subprocess.Popen:
    maker = str(Path(__file__).parents[1])
    arguments = [sys.executable, "-c", _WRITER, maker, url, who, str(runs), str(cases)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_four_writers_and_a_reader(store, store_url):
    writers = [_write(store_url, f"w{n}", 6, 200) for n in range(4)]
    while any(writer.poll() is None for writer in writers):
        with reading(store) as connection:
            torn = scalar(
                connection,
                "SELECT count(*) FROM run r WHERE r.total <> "
                "(SELECT count(*) FROM test_result t WHERE t.run_id = r.id AND t.attempt = 0) OR r.total <> 200",
            )
        assert torn == 0
        time.sleep(0.02)
    for writer in writers:
        out, err = writer.communicate()
        assert writer.returncode == 0, err
        assert len(out.splitlines()) == 6
    assert len(frames.runs(store, "demo")) == 24
    assert maintenance.check(store) == []


KILLS = 10


@pytest.mark.timeout(300)
def test_killed_at_any_moment(store, store_url):
    dice = random.Random(5)  # noqa: S311  # moments, not secrets
    acknowledged = set()
    for kill in range(KILLS):
        writer = _write(store_url, f"k{kill}", 200, 400)
        assert writer.stdout is not None
        acknowledged.add(writer.stdout.readline().split()[0])
        time.sleep(dice.uniform(0, 0.25))
        os.kill(writer.pid, signal.SIGKILL)
        out, _ = writer.communicate()
        acknowledged.update(line.split()[0] for line in out.splitlines() if line.endswith((" 0", " 1")))
    again = open_store(store_url)
    with reading(again) as connection:
        stored = set(frames.runs(again, "demo", limit=10_000)["name"])
        partial = scalar(connection, "SELECT count(*) FROM run WHERE total <> 400 OR test_artefacts <> 1")
    assert partial == 0
    assert acknowledged <= stored
    assert maintenance.check(again) == []
    again.close()


def test_what_was_stored_but_not_acknowledged_is_recognised_when_sent_again(store, store_url):
    first = _write(store_url, "w", 2, 10)
    assert first.communicate(timeout=60)[0].splitlines() == ["w-0 0", "w-1 0"]
    again = _write(store_url, "w", 3, 10)
    assert again.communicate(timeout=60)[0].splitlines() == ["w-0 1", "w-1 1", "w-2 0"]
    assert len(frames.runs(store, "demo")) == 3
    assert hashlib.sha256(b"w-0").hexdigest() in set(frames.artefacts(store, "demo")["sha256"])
