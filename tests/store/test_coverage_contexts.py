"""Contexts as they are stored and read back, and paths as the evidence has them; on both engines."""

import json

import pytest
from store_maker import START, component, policy, put

from dashboard.model.evidence import CoverageTotals
from dashboard.model.ledger import Ledger
from dashboard.model.records import FileCoverage, Kind
from dashboard.store import coverage_evidence, evidence, frames
from dashboard.store.coverage_contexts import packed, unpacked
from dashboard.store.coverage_merge import NO_BRANCH_IDS
from dashboard.store.coverage_paths import TWO_FILES, UNKNOWN
from dashboard.store.filed import of_candidate
from dashboard.store.transaction import reading


def covered(path="a.py", hit="1-2", missed="3-4", *contexts, branches=(None, None), **more):
    return FileCoverage(path, 4, 2, *branches, None, None, None, hit, missed, "", contexts=contexts)._replace(**more)


def store_file(store, *files, name="coverage.json", **where):
    return put(store, files, kind=Kind.COVERAGE, name=name, **where)


def contexts(store, stored, path="a.py"):
    found = frames.coverage_contexts(store, stored.candidate_id, path)
    return None if found is None else found.values.tolist()


def evidence_of(store, stored, *components):
    rules = policy(components=components)
    with reading(store) as connection:
        filed = [one for one in of_candidate(connection, stored.candidate_id) if one.kind is Kind.COVERAGE]
        candidate = evidence.of(store, stored.candidate_id, rules, START).candidate
        return coverage_evidence.of(connection, candidate, rules, filed)


def test_what_is_packed_is_unpacked():
    assert unpacked(packed([(1, "1-4,9"), (20, "7")])) == [(1, "1-4,9"), (20, "7")]


def test_contexts_come_back_by_how_much_they_ran(store):
    stored = store_file(
        store,
        covered("a.py", "1-4", "", ("", "1"), ("t::b", "2"), ("t::c", "2-4")),
        covered("b.py", "1", "2", ("t::b", "1")),
        covered("c.py"),
    )
    assert contexts(store, stored) == [["t::c", 3, "2-4"], ["t::b", 1, "2"], ["", 1, "1"]]
    assert contexts(store, stored, "b.py") == [["t::b", 1, "1"]]
    assert contexts(store, stored, "c.py") == []  # the report has contexts; none of them ran a line of it


def test_a_report_without_contexts_does_not_say(store):
    assert contexts(store, store_file(store, covered(), covered("b.py", "1", "", ("", "1")))) is None
    assert contexts(store, store_file(store, covered(), subject="b" * 40), "unheard-of.py") is None


def test_reports_of_one_file_are_united_also_those_that_know_only_what_ran(store):
    store_file(store, covered("a.py", "1", "2", ("t", "1-2"), ("u", "1")), name="one.json")
    bare = FileCoverage("a.py", None, None, None, None, None, None, None, "1-9", "", "", contexts=(("t", "2-5"),))
    stored = store_file(store, bare, name=".coverage", ledger=Ledger(incomplete=True))
    assert contexts(store, stored) == [["t", 5, "1-5"], ["u", 1, "1"]]


def test_an_older_report_of_the_same_name_says_nothing_any_more(store):
    store_file(store, covered("a.py", "1", "2", ("old", "1")), hours=1)
    assert contexts(store, store_file(store, covered("a.py", "1", "2", ("new", "1")), hours=2)) == [["new", 1, "1"]]


def test_hostile_names_are_stored(store):
    name = "test\x00\ud800[<b>]"
    (found,) = contexts(store, store_file(store, covered("a.py", "1", "2", (name, "1"))))
    assert found[0].startswith("test") and "<b>" in found[0]


# Shards and paths


def test_shards_with_ids_unite_and_those_without_are_a_lower_bound(store):
    ids = {"branch_numbering": "arc", "branches": (2, 1)}
    store_file(store, covered(**ids, branches_taken="1:2", branches_missed="1:3"), name="one.json")
    stored = store_file(store, covered(**ids, branches_taken="1:3", branches_missed="1:2"), name="two.json")
    found = evidence_of(store, stored)
    assert (found.total, found.approximate) == (CoverageTotals(4, 2, 2, 2, 1), ())
    stored = store_file(store, covered(branches=(2, 1)), name="three.xml")
    found = evidence_of(store, stored)
    assert (found.total, found.approximate) == (CoverageTotals(4, 2, 2, 1, 1), ("a.py",))
    row = frames.coverage_files(store, stored.candidate_id).iloc[0]
    assert (row["approximate"], row["reports"]) == (NO_BRANCH_IDS, 3)


@pytest.mark.parametrize(
    ("path", "facts"),
    [("/build/7/src/shop/cart.py", {}), ("shop/cart.py", {"sources": ["/build/7/src"]}), ("shop\\cart.py", {})],
)
def test_one_file_under_two_names_is_counted_once(store, path, facts):
    store_file(store, covered("src/shop/cart.py", "1-2", "3-4"), name="unit.json")
    stored = store_file(store, covered(path, "3-4", "1-2"), name="e2e.xml", ledger=Ledger(facts=facts))
    found = evidence_of(store, stored, component("shop", "src/*"))
    assert found.total == found.components["shop"] == CoverageTotals(4, 4, 0, 0, 1)
    assert found.unmapped == found.ambiguous == ()
    assert frames.coverage_files(store, stored.candidate_id)["path"].tolist() == ["src/shop/cart.py"]
    assert frames.coverage_doubts(store, stored.candidate_id).empty


def test_what_cannot_be_told_is_kept_apart_and_listed(store):
    store_file(store, covered("packages/web/src/a.js"), covered("packages/api/src/a.js"), name="all.info")
    stored = store_file(store, covered("src/a.js"), covered("/opt/gen/x.js"), name="web.info")
    found = evidence_of(store, stored, component("packages", "packages/*"))
    assert (found.total.files, found.components["packages"].files) == (4, 2)
    assert (found.ambiguous, found.unmapped) == (("src/a.js",), ("/opt/gen/x.js",))
    parts = (component("packages", "packages/*"),)
    assert frames.coverage_doubts(store, stored.candidate_id, parts).values.tolist() == [
        ["src/a.js", "web.info", TWO_FILES],
        ["/opt/gen/x.js", "web.info", UNKNOWN],
    ]


def test_files_of_the_previous_candidate_are_counted_by_what_they_are(store):
    store_file(store, covered("src/a.py"), covered("src/b.py"), name="a", hours=1)
    store_file(store, covered("/w/src/a.py"), covered("/w/src/b.py"), name="b", hours=1)
    later = store_file(store, covered("src/a.py"), subject="b" * 40, hours=2)
    assert evidence_of(store, later).previous_files == 2


def test_odd_facts_declare_no_folder(store):
    for number, sources in enumerate((None, "x", [None, "", 3], {"a": 1})):
        facts = json.loads(json.dumps({"sources": sources}))
        stored = store_file(store, covered("a.py"), name=f"{number}.xml", ledger=Ledger(facts=facts))
    assert evidence_of(store, stored).total.files == 1
