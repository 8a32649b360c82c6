"""Processes that work on one database at once, or are killed while they do.

``python process_maker.py PLAN`` imports everything once and forks what the plan (JSON) asks for, so that a process
costs milliseconds. It opens no database itself: an open one does not survive a fork. Each process tells what it
has finished, line by line, and only then is it acknowledged.
"""

import contextlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

Say = Callable[[str], None]
Act = Callable[..., None]

_LONGEST_S = 120


def ingest(url: str, say: Say, *, who: str, runs: int = 200, cases: int = 200, shards: int = 1) -> None:
    """Bring runs of so many cases, each in so many files with its event, and say each run that is whole."""
    from store_maker import START, case, failing, put

    from dashboard.store import ledger
    from dashboard.store.engine import open_store

    def event(connection: Any, _stored: Any) -> None:
        ledger.append(connection, at=START, kind="artefact.stored", actor=who, body=who.encode(), leaf=b"leaf")

    store = open_store(url)
    for number in range(runs):
        name = f"{who}-{number}"
        # Each brings the cases in another order: only an order of locks keeps them from blocking each other.
        numbers = list(range(cases))
        random.Random(name).shuffle(numbers)  # noqa: S311  # orders, not secrets
        records = [failing(f"n{i}", f"why {i % 7}") if i % 11 == number % 11 else case(f"n{i}") for i in numbers]
        for shard in range(shards):
            put(
                store,
                records[shard::shards],
                subject=name,
                run=name,
                hours=number,
                body=f"{name}/{shard}".encode(),
                on_stored=event,
            )
        say(name)
    store.close()


def shard(url: str, say: Say, *, project: str, order: list[list[int]], environment: str | None = None) -> None:
    """Bring the files ``[run, number]`` of ``shards_of`` in an order."""
    from store_maker import put, shards_of

    from dashboard.store.engine import open_store

    store = open_store(url)
    for run, number in order:
        put(
            store,
            shards_of(run)[number],
            project=project,
            environment=environment,
            run=f"r{run}",
            hours=run,
            body=f"{run}/{number}".encode(),
        )
        say(f"{run}/{number}")
    store.close()


def read(url: str, say: Say, *, runs: int, cases: int) -> None:
    """Look at the database until it has so many runs; nothing that is seen may be torn."""
    from dashboard.store import frames
    from dashboard.store.engine import open_store
    from dashboard.store.transaction import reading, scalar

    store = open_store(url)
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        with reading(store) as connection:
            torn = scalar(
                connection,
                "SELECT count(*) FROM run r WHERE r.total <> :cases OR r.total <> "
                "(SELECT count(*) FROM test_result t WHERE t.run_id = r.id AND t.attempt = 0)",
                cases=cases,
            )
        there = len(frames.runs(store, "demo", limit=10_000))
        if torn:
            raise AssertionError(torn)
        say(str(there))
        if there >= runs:
            store.close()
            return
        time.sleep(0.01)
    raise TimeoutError


def file_signatures(url: str, say: Say, *, who: str, candidate_id: int, account_id: int, times: int = 1000) -> None:
    """File signed statements, each one with its event in one transaction, as signing does once it is allowed."""
    from store_maker import START

    from dashboard.store import ledger
    from dashboard.store.engine import open_store
    from dashboard.store.transaction import writing

    store = open_store(url)
    for number in range(times):
        mark = f"{who}-{number}"
        with writing(store) as connection:
            ledger.hold(connection, candidate_id)
            ledger.locked_leaves(connection)
            seq = ledger.append(connection, at=START, kind="signoff.signed", actor=mark, body=b"", leaf=b"leaf")
            ledger.add_signature(
                connection,
                ledger.StoredSignature(
                    0, candidate_id, "e", "approve", account_id, who, mark, "auditor", "k", START, None, seq, b"{}"
                ),
            )
        say(mark)
    store.close()


def prune(url: str, say: Say, *, who: str, runs: int = 3, cases: int = 50, times: int = 1000) -> None:
    """Bring runs that are old, and take out what is old but for the newest."""
    from dashboard.services import retention

    context = context_of(url)
    wanted = retention.Wanted(keep=timedelta(days=30), project="demo")
    for number in range(times):
        ingest(url, lambda _line: None, who=f"{who}.{number}", runs=runs, cases=cases)
        pruned = retention.prune(context, wanted)
        say(" ".join(one.subject for one in pruned.candidates))


def context_of(url: str) -> Any:
    """Give the operator's context, long after the runs that are brought."""
    from store_maker import START

    from dashboard.model.person import Person, Role
    from dashboard.services.context import Context
    from dashboard.settings import Settings
    from dashboard.store.engine import open_store

    settings = Settings(url, Path("/nowhere"), True, 10**6, 10**6, 12, "")
    operator = Person(None, "root", "root", Role.OPERATOR)
    return Context(settings, open_store(url), lambda: START + timedelta(days=400), operator)


def sign(url: str, say: Say, *, who: str, login: str, passphrase: str, candidates: list[int]) -> None:
    """Sign one candidate after another, as the page does it, with the last thing the person may say of it."""
    from dashboard.services import sign as signing
    from dashboard.store import accounts
    from dashboard.store import candidates as known
    from dashboard.store.transaction import reading

    context = context_of(url)
    with reading(context.store) as connection:
        account = accounts.find(connection, login)
        found = {number: known.by_number(connection, number) for number in candidates}
    assert account is not None
    person = context.acting_as(account.person)
    for number in random.Random(who).sample(candidates, len(candidates)):  # noqa: S311  # an order
        view = signing.preview(person, found[number])
        if view.kinds:
            signing.sign(person, number, view.evaluation_id, login, passphrase, view.meaning, view.kinds[-1], who)
            say(str(number))


ACTS: dict[str, Act] = {
    "sign": sign,
    "ingest": ingest,
    "shard": shard,
    "read": read,
    "file_signatures": file_signatures,
    "prune": prune,
}


def start(act: str, url: str, **arguments: Any) -> tuple[int, int]:
    """Fork a process that does an act; gives its number and the pipe it tells on."""
    mine, its = os.pipe()
    child = os.fork()
    if child:
        os.close(its)
        return child, mine
    try:
        os.close(mine)
        ACTS[act](url, lambda line: os.write(its, f"{line}\n".encode()), **arguments)
    except BaseException:  # noqa: BLE001 - told to who waits
        os.write(its, f"!{traceback.format_exc()!r}\n".encode())
        os._exit(1)
    os._exit(0)


def told(pipe: int) -> list[str]:
    """Give the lines that were told in full, when the process has ended."""
    with os.fdopen(pipe, "rb") as lines:
        return [line.decode().rstrip("\n") for line in lines if line.endswith(b"\n")]


def together(url: str, jobs: list[dict[str, Any]]) -> list[list[str]]:
    """Let several work at once; gives what each told."""
    running = [start(job.pop("act"), url, **job) for job in jobs]
    found = [told(pipe) for _, pipe in running]
    for child, _ in running:
        os.waitpid(child, 0)
    return found


def kill(url: str, act: str, kills: int, seed: int, spread_s: float, **arguments: Any) -> list[str]:
    """Kill one process after another at a random moment; gives everything they told."""
    dice = random.Random(seed)  # noqa: S311  # moments, not secrets
    found = []
    for number in range(kills):
        child, pipe = start(act, url, who=f"k{seed}.{number}", **arguments)
        if dice.random() < 0.8:  # mostly at work, now and then while it opens the database
            select.select([pipe], [], [], _LONGEST_S)
        time.sleep(dice.uniform(0, spread_s))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found += told(pipe)
    return found


def _main() -> None:
    here = Path(__file__).parent
    sys.path.insert(0, str(here))
    import store_maker  # noqa: F401 - what every process needs, imported once

    import dashboard.services.retention
    import dashboard.services.sign
    import dashboard.store.frames
    import dashboard.store.tables  # noqa: F401

    with contextlib.suppress(ImportError):
        import psycopg  # noqa: F401
    plan = json.loads(sys.argv[1])
    way = {"together": together, "kill": kill}[plan.pop("way")]
    sys.stdout.write(json.dumps(way(**plan)))


def run_plan(way: str, url: str, **plan: Any) -> Any:
    """Run a plan in a process of its own and give its answer; fails with what any of its processes met."""
    text = json.dumps({"way": way, "url": url, **plan})
    done = subprocess.run([sys.executable, __file__, text], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    failed = [line for line in _flat(answer) if line.startswith("!")]
    assert not failed, "\n".join(failed)
    return answer


def _flat(answer: Any) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    else:
        for one in answer:
            yield from _flat(one)


if __name__ == "__main__":
    _main()
