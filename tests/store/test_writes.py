"""One file into the database: whole or not at all, once, and whatever its names are."""

import pytest
from store_maker import START, case, failing, put

from dashboard.errors import MalformedArtefactError, NotFoundError, StoreError
from dashboard.model.ledger import Ledger
from dashboard.model.records import (
    Attempt,
    BenchmarkResult,
    Failure,
    FileCoverage,
    Folded,
    Kind,
    MetricSample,
    Outcome,
)
from dashboard.store import artefacts, frames, maintenance
from dashboard.store.transaction import reading, revision, run, scalar, writing

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
TABLES = ("project", "candidate", "run", "artefact", "blob_chunk", "test_case", "test_result", "failure_text", "event")


def sizes(store):
    with reading(store) as connection:
        return {table: scalar(connection, f"SELECT count(*) FROM {table}") for table in TABLES}


def cases(store, run_id, **filters):
    found = frames.run_cases(store, run_id, **filters)
    return {row["name"]: row["outcome"] for row in found.to_dict("records")}


def test_a_file_and_its_records_are_there(store):
    stored = put(store, [case("a"), failing("b"), case("c", S)], body=b"the file")
    run_row = frames.runs_of(store, stored.candidate_id).iloc[0]
    assert [run_row[n] for n in ("total", "passed", "failed", "errors", "skipped")] == [3, 1, 1, 0, 1]
    assert run_row["duration_s"] == 0.75
    assert cases(store, stored.run_id) == {"a": "passed", "b": "failed", "c": "skipped"}
    found = artefacts.find(store, stored.artefact_id)
    assert b"".join(artefacts.read(store, found["sha256"])) == b"the file"
    assert (found["status"], found["by"], found["project"]) == ("complete", "ada", "demo")
    assert maintenance.check(store) == []


def test_the_same_file_again_changes_nothing(store):
    first = put(store, [case("a")], body=b"same")
    before, at = sizes(store), revision(store)
    again = put(store, [failing("never read")], body=b"same", run="another", version="2")
    assert (again.duplicate, again.artefact_id, again.run_id) == (True, first.artefact_id, first.run_id)
    assert (sizes(store), revision(store)) == (before, at)


def test_the_same_file_of_another_candidate_is_evidence_of_it_too(store):
    put(store, [case("a")], body=b"same")
    other = put(store, [case("a")], body=b"same", subject="b" * 40)
    assert not other.duplicate
    assert sizes(store)["artefact"] == 2
    assert sizes(store)["blob_chunk"] == 1


def test_a_reader_that_gives_up_leaves_nothing(store):
    put(store, [case("a")])
    before, at = sizes(store), revision(store)

    def breaking():
        yield from (case(f"n{i}") for i in range(5000))
        msg = "cut off"
        raise MalformedArtefactError(msg)

    with pytest.raises(MalformedArtefactError, match="cut off"):
        put(store, breaking(), run="other", project="other")
    assert (sizes(store), revision(store)) == (before, at)
    put(store, [case("b")])
    assert maintenance.check(store) == []


def test_what_is_added_within_the_transaction_falls_with_it(store):
    def refuse(connection, stored):
        run(connection, "UPDATE project SET name = 'changed'")
        assert stored.run_id is not None
        raise NotFoundError("no")

    with pytest.raises(NotFoundError):
        put(store, [case("a")], on_stored=refuse)
    assert sizes(store) == dict.fromkeys(TABLES, 0)


def test_a_large_file_comes_back_as_it_was(store):
    body = bytes(range(256)) * 4096 * 3 + b"end"
    stored = put(store, [case("a")], body=body)
    pieces = list(artefacts.read(store, artefacts.find(store, stored.artefact_id)["sha256"]))
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= 1024 * 1024


def test_altered_bytes_are_noticed(store):
    stored = put(store, [case("a")], body=b"evidence")
    sha256 = artefacts.find(store, stored.artefact_id)["sha256"]
    import zlib

    with writing(store) as connection:
        run(connection, "UPDATE blob_chunk SET body = :body", body=zlib.compress(b"evidence?"))
    with pytest.raises(StoreError) as told:
        list(artefacts.read(store, sha256))
    assert told.value.slug == "evidence-altered"
    with writing(store) as connection:
        run(connection, "UPDATE blob_chunk SET body = :body", body=b"no zlib")
    with pytest.raises(StoreError):
        list(artefacts.read(store, sha256))


def test_an_unknown_digest(store):
    with pytest.raises(NotFoundError):
        list(artefacts.read(store, "0" * 64))
    with pytest.raises(NotFoundError):
        artefacts.find(store, "0" * 64)
    with pytest.raises(NotFoundError):
        artefacts.find(store, 5)


@pytest.mark.parametrize(
    ("outcomes", "worst"), [([P, F], "failed"), ([F, P], "failed"), ([S, P], "skipped"), ([F, E, P], "error")]
)
def test_repetitions_in_one_file_keep_the_worst_and_are_ambiguous(store, outcomes, worst):
    stored = put(store, [case("a", outcome) for outcome in outcomes])
    assert cases(store, stored.run_id) == {"a": worst}
    assert ambiguous(store) == {("a", 0)}
    assert maintenance.check(store) == []


def ambiguous(store):
    with reading(store) as connection:
        found = connection.exec_driver_sql(
            "SELECT c.name, m.part FROM ambiguous_case m JOIN test_case c ON c.id = m.case_id"
        )
        return {tuple(row) for row in found}


@pytest.mark.parametrize("files", [[P, F, S], [F, S, P], [S, P, F]])
def test_repetitions_in_files_of_one_run_keep_the_worst_in_any_order(store, files):
    for outcome in files:
        stored = put(store, [case("a", outcome), case(f"only {outcome}")])
    found = cases(store, stored.run_id)
    assert found["a"] == "failed"
    assert len(found) == 4
    assert ambiguous(store) == {("a", 0), ("a", 1), ("a", 2)}
    assert maintenance.check(store) == []


def test_namesakes_in_different_files_are_different_cases(store):
    stored = put(store, [case("a", file="x.js"), case("a", F, file="y.js")])
    assert frames.count_run_cases(store, stored.run_id) == 2
    assert ambiguous(store) == set()


def test_attempts_are_kept_and_a_case_run_once_has_none(store):
    attempts = (Attempt(F, 0.1, Failure("E", "first", "text", 4)), Attempt(P, None, None))
    stored = put(store, [case("a", attempts=attempts), case("b")])
    found = frames.run_cases(store, stored.run_id, order="name")
    assert dict(zip(found["name"], found["attempts"], strict=True)) == {"a": 2, "b": 1}
    tried = frames.case_attempts(store, stored.run_id, int(found.loc[found["name"] == "a", "case_id"].iloc[0]))
    assert tried["outcome"].tolist() == ["failed", "passed"]
    assert tried["message"].tolist() == ["first", None]
    assert frames.runs_of(store, stored.candidate_id).iloc[0]["flaky"] == 1
    assert frames.failure_text(store, int(tried["failure_id"].iloc[0])) == {
        "type": "E",
        "message": "first",
        "text": "text",
        "size": 4,
    }


def test_corrections_replace_exactly_what_they_name(store):
    first, second, other = failing("a"), case("a"), case("b")
    folded = Folded((first, second), second._replace(attempts=(Attempt(F, 0.1, None), Attempt(P, 0.1, None))))
    stored = put(store, [first, second, other, folded])
    assert cases(store, stored.run_id) == {"a": "passed", "b": "passed"}
    assert ambiguous(store) == set()


def test_corrections_that_rename_leave_the_rest_alone(store):
    call, teardown = failing("a"), case("a", E, failure=Failure(None, "failed on teardown", "", 0))
    twins = [case("t"), case("t"), failing("t")]
    records = [
        call,
        teardown,
        *twins,
        Folded((teardown,), teardown._replace(name="a (teardown)")),
        *(Folded((c,), c._replace(name=f"t ({n})" if n else "t", ambiguous=True)) for n, c in enumerate(twins)),
    ]
    stored = put(store, records)
    assert cases(store, stored.run_id) == {
        "a": "failed",
        "a (teardown)": "error",
        "t": "passed",
        "t (1)": "passed",
        "t (2)": "failed",
    }
    assert ambiguous(store) == {("t", 0), ("t (1)", 0), ("t (2)", 0)}


def test_a_correction_of_something_never_given_is_a_bug(store):
    with pytest.raises(RuntimeError, match="replaced 1 cases"):
        put(store, [case("a"), Folded((case("b"),), case("b"))])
    assert sizes(store) == dict.fromkeys(TABLES, 0)


HOSTILE = [
    "x" * 1_000_000 + "1",
    "x" * 1_000_000 + "2",
    "nul\x00name",
    "nul\N{REPLACEMENT CHARACTER}name",
    "lone \ud800 surrogate",
    "lone ? surrogate",
    "Robert'); DROP TABLE test_case;--",
    "new\nline\ttab",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe",
    "emoji \N{PILE OF POO} in the name",
    "",
    " ",
    "%_\\ {} :name ?",
]


def test_hostile_names_stay_apart_and_bounded(store):
    records = [
        failing(name, why=name[:200], classname=name, suite=name, file=name or None, line=2**70) for name in HOSTILE
    ]
    stored = put(store, records, run="r\N{PILE OF POO}")
    again = put(store, records, run="again", hours=1)
    found = frames.run_cases(store, stored.run_id, order="name")
    assert len(found) == len(HOSTILE)
    assert found["case_id"].tolist() == frames.run_cases(store, again.run_id, order="name")["case_id"].tolist()
    assert found["name"].map(len).max() <= 4096
    assert not found["name"].str.contains("\x00", regex=False).any()
    assert frames.count_run_cases(store, stored.run_id, search="%_\\ {}") == 1
    assert frames.count_run_cases(store, stored.run_id, search="nul\x00name") == 0
    assert maintenance.check(store) == []


def test_durations_that_are_none(store):
    odd = [float("nan"), float("inf"), -1.0, None, 1e300, 0.0]
    stored = put(store, [case(f"n{i}", duration_s=value) for i, value in enumerate(odd)])
    found = frames.run_cases(store, stored.run_id, order="name")
    assert found["duration_s"].isna().tolist() == [True, True, True, True, False, False]
    assert found["duration_s"].iloc[5] == 0


def coverage(path="a.py", lines=10):
    return FileCoverage(path, lines, 5, None, None, None, None, None, "1-5", "6-10", "")


def sample(at_ms, value=1.0, metric="m", labels="", unit="s", count=None):
    return MetricSample(metric, labels, at_ms, value, unit, count)


def benchmark(value):
    return BenchmarkResult("b", None, value, "median", "s", "s", "smaller", *[None] * 5, "", ())


@pytest.mark.parametrize(
    ("kind", "records", "slug"),
    [
        (Kind.METRICS, [sample(1), sample(1, 2.0)], "duplicate-sample"),
        (Kind.METRICS, [sample(1), sample(2, unit="B")], "unit-changes"),
        (Kind.METRICS, [sample(2**63)], "number-too-large"),
        (Kind.METRICS, [sample(1, count=10**30)], "number-too-large"),
        (Kind.COVERAGE, [coverage(lines=10**25)], "number-too-large"),
        (Kind.BENCHMARKS, [benchmark(float("nan"))], "value-not-finite"),
        (Kind.BENCHMARKS, [benchmark(float("inf"))], "value-not-finite"),
    ],
)
def test_records_that_cannot_be_facts(store, kind, records, slug):
    with pytest.raises(MalformedArtefactError) as told:
        put(store, records, kind=kind)
    assert told.value.slug == slug
    assert sizes(store) == dict.fromkeys(TABLES, 0)


def test_samples_of_other_labels_are_not_repetitions(store):
    stored = put(store, [sample(1, labels="a=1"), sample(1, labels="a=2"), sample(1, None, "n")], kind=Kind.METRICS)
    assert frames.metric_names(store, stored.candidate_id)["samples"].tolist() == [2, 1]


def test_what_a_target_says_replaces_what_was_known_and_silence_does_not(store):
    put(store, [case("a")], version="1", environment="staging", hours=2)
    put(store, [case("b")], run="second", branch=None, as_of=START, hours=1)
    row = frames.candidates(store, "demo").iloc[0]
    assert (row["version"], row["environment"], row["branch"]) == ("1", "staging", "main")
    assert row["as_of"] == START
    assert (row["opened_at"] - START).total_seconds() == 3600
    assert set(frames.runs(store, "demo")["branch"]) == {"main"}


def test_when_it_was_measured_is_what_the_file_says(store):
    put(store, [], kind=Kind.FLAGS, ledger=Ledger(collected_at="2025-09-30T10:00:00+02:00"), hours=3)
    put(store, [], kind=Kind.FLAGS, ledger=Ledger(collected_at="2025-09-30T10:00:00"), hours=3)
    at = frames.artefacts(store, "demo").sort_values("id")["collected_at"].astype(str).tolist()
    assert at == ["2025-09-30 08:00:00+00:00", "2025-10-01 15:00:00+00:00"]


def test_the_ledger_of_reading_is_kept(store):
    ledger = Ledger(producer="pytest 9", seen=3, kept=2, folded=1, incomplete=True, facts={"window": [1, 2]})
    ledger.note("odd", "was odd", 2)
    stored = put(store, [case("a")], ledger=ledger)
    row = frames.artefacts(store, "demo").iloc[0]
    assert (row["status"], row["producer"], row["ledger"]["facts"]) == ("incomplete", "pytest 9", {"window": [1, 2]})
    assert (row["ledger"]["seen"], row["notes"]) == (3, [{"slug": "odd", "message": "was odd", "count": 2}])
    assert artefacts.find(store, stored.artefact_id)["notes"] == row["notes"]


def test_an_empty_file_is_kept_as_empty(store):
    stored = put(store, [], body=b"")
    assert list(artefacts.read(store, artefacts.find(store, stored.artefact_id)["sha256"])) == []
    assert frames.runs_of(store, stored.candidate_id)["total"].tolist() == [0]
