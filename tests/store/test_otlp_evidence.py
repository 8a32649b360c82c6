"""Telemetry as gates see it: summed over exports, and remembered along the branch."""

import pytest
from store_maker import START, case, policy, put

from dashboard.model.ledger import Ledger
from dashboard.model.records import Kind
from dashboard.store import evidence

COUNTS = {"spans": 10, "orphan_spans": 1, "traces": 2, "data_points": 5, "log_records": 0, "metric_names": 2}


def export(store, name="otlp.json", named=("a", "b"), **fields):
    facts = COUNTS | {"metric_names": len(named), "metrics_named": list(named)} | fields.pop("facts", {})
    return put(store, [], kind=Kind.OTLP, name=name, ledger=Ledger(seen=15, kept=15, facts=facts), **fields)


def of(store, stored, without=()):
    return evidence.of(store, stored.candidate_id, policy(), START, without)


def test_exports_are_summed_and_metrics_counted_once(store):
    export(store, "one.json")
    found = of(store, export(store, "two.json", named=("b", "c"))).otlp
    assert (found.spans, found.orphan_spans, found.traces) == (20, 2, 4)
    assert (found.metric_names, found.data_points, found.log_records) == (3, 10, 0)
    assert [source.name for source in found.sources] == ["one.json", "two.json"]


def test_the_newest_export_of_a_name_counts(store):
    export(store, facts={"orphan_spans": 9}, run="one", hours=1)
    export(store, facts={"orphan_spans": 0}, run="two", hours=2)
    found = of(store, export(store, facts={"orphan_spans": 8}, run="none", hours=0)).otlp
    assert (found.spans, found.orphan_spans, len(found.sources)) == (10, 0, 1)


def test_what_one_export_could_not_follow_is_unknown_of_all(store):
    export(store, "one.json")
    found = of(store, export(store, "two.json", facts={"orphan_spans": None, "traces": None})).otlp
    assert (found.spans, found.orphan_spans, found.traces) == (20, None, None)


def test_metrics_that_are_not_named_count_as_the_richest_export(store):
    export(store, "one.json", named=(), facts={"metric_names": 7})
    assert of(store, export(store, "two.json")).otlp.metric_names == 7


def test_no_export_is_none_and_nothing_is_owed(store):
    found = of(store, put(store, [case("a")]))
    assert (found.otlp, found.otlp_owed) == (None, False)


def test_leaving_it_out_is_remembered(store):
    stored = export(store)
    assert of(store, stored).otlp_owed
    left_out = of(store, stored, without=("otlp",))
    assert (left_out.otlp, left_out.otlp_owed, left_out.sources, left_out.readings) == (None, True, (), ())


@pytest.mark.parametrize(
    ("earlier", "owed"),
    [
        ({}, True),
        ({"branch": "other"}, False),
        ({"project": "other"}, False),
        ({"hours": 9}, False),  # it came after
    ],
)
def test_a_candidate_before_it_on_the_branch_makes_it_owed(store, earlier, owed):
    export(store, subject="b" * 40, **{"hours": 1} | earlier)
    assert of(store, put(store, [case("a")], hours=5)).otlp_owed is owed


def test_it_is_owed_for_twenty_candidates(store):
    export(store, subject="f" * 40)
    for number in range(1, 22):
        stored = put(store, [case("a")], subject=f"{number:040d}", hours=number)
        assert of(store, stored).otlp_owed is (number <= 20), number


def test_readings_are_the_ledgers_in_the_order_of_the_manifest(store):
    ledger = Ledger(seen=9, kept=5, folded=3, repaired=2, ambiguous=1, dropped=1)
    ledger.note("retries", "again", 3)
    stored = put(store, [case("a")], name="z.xml", ledger=ledger)
    put(store, [case("b")], name="a.xml", run="two")
    found = of(store, stored)
    assert tuple(r.source for r in found.readings) == found.sources
    one = found.readings[1]
    assert (one.source.name, one.seen, one.kept, one.folded) == ("z.xml", 9, 5, 3)
    assert (one.repaired, one.ambiguous, one.dropped) == (2, 1, 1)
    assert [(n.slug, n.message, n.count) for n in one.notes] == [("retries", "again", 3)]
    assert of(store, stored, without=("tests",)).readings == ()
