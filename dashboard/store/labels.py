"""Marks and properties of test cases: staged while a report streams by, kept for the run, matched with categories."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

from dashboard.store.categories import path_pattern
from dashboard.store.filed import numbers
from dashboard.store.staging import Staging
from dashboard.store.targets import Place
from dashboard.store.text import shortened
from dashboard.store.transaction import Connection, columns, run

MARKER, PROPERTY = "marker:", "property:"

#: Under these names reports put what a test is marked with: pytest, CTRF, JUnit, NUnit, MSTest and xUnit.net.
MARK_NAMES = frozenset(
    {"mark", "marks", "marker", "markers", "tag", "tags", "label", "labels", "group", "groups", "category",
     "categories", "testcategory", "trait", "traits", "keyword", "keywords"}
)  # fmt: skip

_MOST = 64
_LONGEST_NAME, _LONGEST_VALUE = 200, 500
_SEEN_LIMIT = 50_000

Pairs = Sequence[tuple[str, str]]


class LabelStage:
    """Takes the labels of the cases of one report; a set that was seen already costs a look."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._seen: dict[tuple[tuple[str, str], ...], bytes] = {}

    def add(self, seq: int, properties: tuple[tuple[str, str], ...]) -> None:
        """Stage the labels of the case at place ``seq`` of the report."""
        digest = self._seen.get(properties)
        if digest is None:
            body = _body(properties)
            digest = blake2b(body.encode(), digest_size=16).digest()
            if len(self._seen) >= _SEEN_LIMIT:  # values that differ from case to case
                self._seen.clear()
            self._seen[properties] = digest
            self._staging.add("stage_label_set", (digest, body))
        self._staging.add("stage_label", (seq, digest))


def _body(properties: Iterable[tuple[str, str]]) -> str:
    pairs = {(shortened(name, _LONGEST_NAME), shortened(value, _LONGEST_VALUE)) for name, value in properties}
    return json.dumps(sorted(pairs)[:_MOST], ensure_ascii=False, separators=(",", ":"))


def keep(connection: Connection, where: Place) -> None:
    """Store the staged labels for the run; labels of one case in several files of a run add up."""
    run(
        connection,
        "INSERT INTO label_set (digest, body) SELECT s.digest, min(s.body) FROM stage_label_set s "
        "WHERE NOT EXISTS (SELECT 1 FROM label_set l WHERE l.digest = s.digest) GROUP BY s.digest "
        "ORDER BY s.digest ON CONFLICT (digest) DO NOTHING",
    )
    run(
        connection,
        "INSERT INTO case_label (run_id, case_id, set_id) SELECT DISTINCT :run, c.id, l.id FROM stage_label s "
        "JOIN stage_case k ON k.seq = s.seq JOIN test_case c ON c.project_id = :project AND c.digest = k.digest "
        "JOIN label_set l ON l.digest = s.labels ORDER BY c.id, l.id ON CONFLICT DO NOTHING",
        run=where.run_id,
        project=where.project_id,
    )


def asked(patterns: Iterable[str]) -> tuple[str, ...]:
    """Give the entries of a category that are about labels, not about names."""
    return tuple(pattern for pattern in patterns if pattern.startswith((MARKER, PROPERTY)))


def matching(
    connection: Connection, run_ids: Iterable[int], categories: Mapping[str, Sequence[str]]
) -> dict[str, set[int]]:
    """Give, by category, the cases whose labels in any of the runs fit one of its entries about labels."""
    wanted = {name: labelled for name, patterns in categories.items() if (labelled := asked(patterns))}
    found: dict[str, set[int]] = {name: set() for name in wanted}
    if not wanted:
        return found
    runs = numbers(run_ids)
    used = f"SELECT DISTINCT set_id FROM case_label WHERE run_id IN ({runs})"
    fitting: dict[int, list[str]] = {}
    tests = {name: [_test(pattern) for pattern in patterns] for name, patterns in wanted.items()}
    for number, body in columns(connection, f"SELECT id, body FROM label_set WHERE id IN ({used})"):
        pairs = json.loads(body)
        names = [name for name, fits in tests.items() if any(test(pairs) for test in fits)]
        if names:
            fitting[number] = names
    chosen = numbers(fitting)
    sql = f"SELECT DISTINCT case_id, set_id FROM case_label WHERE run_id IN ({runs}) AND set_id IN ({chosen})"
    for case_id, number in columns(connection, sql) if fitting else ():
        for name in fitting[number]:
            found[name].add(case_id)
    return found


def _test(pattern: str) -> Callable[[Pairs], bool]:
    """Make the test of one entry; case is ignored, ``*`` is any run of characters and ``?`` one."""
    if pattern.startswith(MARKER):
        fits = _fits(pattern.removeprefix(MARKER))
        return lambda pairs: any(fits(mark) for name, value in pairs if _is_mark(name) for mark in _marks(value))
    name, _, value = pattern.removeprefix(PROPERTY).partition("=")
    named, valued = _fits(name), _fits(value)
    return lambda pairs: any(named(key) and valued(said) for key, said in pairs)


def _fits(pattern: str) -> Callable[[str], bool]:
    compiled = path_pattern((pattern.strip().lower(),))
    return lambda text: compiled.fullmatch(text.strip().lower()) is not None


def _is_mark(name: str) -> bool:
    return name.strip().lower() in MARK_NAMES


def _marks(value: str) -> list[str]:
    """Take a value apart that lists several marks; it is also one by itself."""
    return [value, *re.split(r"[,;|\s]+", value)]
