"""Two runs compared in the database give what a plain comparison case by case gives."""

import random

import pytest
from store_maker import case, failing, put

from dashboard.model.records import Attempt, Failure, Outcome
from dashboard.store import frames

LETTERS = {"p": Outcome.PASSED, "s": Outcome.SKIPPED, "e": Outcome.ERROR}


def made(name, letter):
    """Make a case from a letter: p, f, e, s, or r for passed on retry."""
    if letter == "f":
        return failing(name)
    if letter == "r":
        broke = Attempt(Outcome.FAILED, 0.1, Failure("E", "m", None, 0))
        return case(name, attempts=(broke, Attempt(Outcome.PASSED, 0.1, None)))
    return case(name, LETTERS[letter])


def kind(before, after, part):  # noqa: PLR0911 - a table of answers
    """Say what became of a case, as a person would: letters, "" where the run has no such case."""
    failed, fails = before in ("f", "e"), after in ("f", "e")
    if fails:
        return "still-failing" if failed else "newly-failing"
    if failed and after == "s":
        return "silenced"
    if not after:
        return "not-run" if part == "after" else "silenced" if failed else "removed"
    if failed:
        return "passed-alone" if part == "after" else "fixed"
    if not before:
        return "not-run" if part == "before" else "new"
    if after == "s":
        return None if before == "s" else "newly-skipped"
    return "newly-flaky" if after == "r" and before != "r" else None


def compared(store, before, after):
    """Store two runs given as letters by name, and compare them."""
    ids = []
    for day, letters in enumerate((before, after)):
        stored = put(store, [made(n, letter) for n, letter in letters.items()], run=f"run {day}", hours=day)
        ids.append(stored.run_id)
    found = frames.compare_runs(store, *ids)
    cases = {
        k: sorted(frames.changed_cases(store, *ids, k, part=found.part, limit=1000)["name"]) for k in frames.CHANGES
    }
    return found, cases


def expected(before, after, part):
    names = {k: [] for k in frames.CHANGES}
    for name in sorted({*before, *after}):
        which = kind(before.get(name, ""), after.get(name, ""), part)
        if which:
            names[which].append(name)
    return names


@pytest.mark.parametrize("seed", range(6))
def test_every_kind_of_change_is_told_as_a_person_would(store, seed):
    chance = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    names = [f"t{n}" for n in range(40)]
    before = {name: chance.choice("ppppfesr") for name in names if chance.random() < 0.85}
    after = {name: chance.choice("ppppfesr") for name in names if chance.random() < 0.85}
    found, cases = compared(store, before, after)
    assert found.part == ""
    assert cases == expected(before, after, "")
    assert found.counts == {k: len(of) for k, of in cases.items()}
    assert sum(found.counts.values()) > 10


@pytest.mark.parametrize("part", ["before", "after"])
def test_a_run_of_a_part_neither_removes_nor_clears(store, part):
    whole = {f"t{n}": "pfes"[n % 4] for n in range(40)}
    few = {f"t{n}": "p" for n in range(12)}
    before, after = (few, whole) if part == "before" else (whole, few)
    found, cases = compared(store, before, after)
    assert found.part == part
    assert cases == expected(before, after, part)
    assert not cases["removed"] + cases["new"]
    assert bool(cases["passed-alone"]) is (part == "after")


def test_another_suite_is_not_a_part(store):
    found, cases = compared(store, {f"a{n}": "p" for n in range(40)}, {f"b{n}": "p" for n in range(10)})
    assert found.part == ""
    assert (len(cases["removed"]), len(cases["new"])) == (40, 10)


def test_only_first_time_passes_long_enough_are_paired(store):
    slow = {"duration_s": 0.4}
    first = put(
        store, [case("a", **slow), case("b", duration_s=0.01), failing("c", **slow), made("d", "r")], run="first"
    )
    second = put(
        store,
        [case("a", duration_s=1.5), case("b", duration_s=0.02), case("c", **slow), case("d")],
        run="second",
        hours=1,
    )
    pairs = frames.paired_durations(store, first.run_id, second.run_id, 0.05)
    assert [(row.name, row.before_s, row.after_s) for row in pairs.itertuples(index=False)] == [("a", 0.4, 1.5)]
