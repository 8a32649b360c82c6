"""Judging a candidate from a real store: ids, what is kept, what-ifs, and the object that is printed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from evidence_maker import conditions as agreed
from evidence_maker import reference

from dashboard.errors import AccessError, NotFoundError, PolicyError, UsageError
from dashboard.model.evaluation import Decision
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.model.records import Kind
from dashboard.policy.load import default_text
from dashboard.services import policies
from dashboard.services.context import Context
from dashboard.services.evaluate import as_dict, assess, evaluate, judge, manifest, manifest_digest, summary_markdown
from dashboard.services.ingest import ingest_body, make_target
from dashboard.services.report import report
from dashboard.settings import read_settings
from dashboard.store import conditions, evaluations
from dashboard.store import policies as stored_policies
from dashboard.store.engine import open_store
from dashboard.store.transaction import writing

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUBJECT = "4f9d2c7a1b3e5f60718293a4b5c6d7e8f9012345"
JUNIT = (
    b'<testsuite name="s" tests="3" failures="0"><testcase classname="security" name="a" time="1"/>'
    b'<testcase classname="security" name="b"/><testcase classname="core" name="c"/></testsuite>'
)
HEALTH = b'{"status":"pass","checks":{"db":[{"componentId":"db","status":"pass"}]}}'
POLICY = """name = "small"
version = 1
[decision]
go = "9.0"
conditional = "7.5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "tests.pass_rate"
tier = "critical"
pass = ">= 95 %"
warn = ">= 90 %"
max_age = "7d"
[[gate]]
id = "tests.security"
tier = "critical"
pass = ">= 100 %"
[[gate]]
id = "coverage.total"
tier = "low"
pass = ">= 80 %"
[categories]
security = ["*security*"]
"""


@pytest.fixture
def context(tmp_path) -> Iterator[Context]:
    settings = read_settings({"COUNTERSIGN_HOME": str(tmp_path)})
    store = open_store(settings.database_url)
    yield Context(settings, store, lambda: NOW, Person(None, "op", "Op", Role.OPERATOR))
    store.close()


def ingest(context: Context, body: bytes, name: str, **target) -> None:
    made = make_target(context, project="shop", subject=SUBJECT, version="1.0", environment="staging", **target)
    ingest_body(context, BytesIO(body), name, made, origin="cli")


@pytest.fixture
def shop(context) -> Context:
    ingest(context, JUNIT, "junit.xml", run="one")
    return context


def at(context: Context, moment: datetime) -> Context:
    return replace(context, clock=lambda: moment)


def promise(context: Context, candidate_id: int, gate: str) -> None:
    with writing(context.store) as connection:
        conditions.add(
            connection, candidate_id, gate=gate, text="look", owner="Cora", due=date(2026, 4, 1),
            verification="measured again", stage="after", by="hudson", at=NOW,
        )  # fmt: skip


def test_the_default_policy_judges_until_the_project_sets_its_own(shop):
    first = evaluate(shop, "shop")
    assert (first.policy_name, first.readiness.gates, first.readiness.decision) == (
        "release-readiness",
        18,
        Decision.NO_GO,
    )
    assert policies.is_default(shop, "shop")
    policies.change(shop, "shop", POLICY)
    second = evaluate(shop, "shop")
    assert (second.policy_name, second.readiness.gates) == ("small", 3)
    assert second.id != first.id
    assert not policies.is_default(shop, "shop")
    assert policies.change(shop, "shop", POLICY).digest == second.policy_digest


def test_same_inputs_same_id_and_same_bytes(shop):
    first, second = evaluate(shop, "shop"), evaluate(shop, "shop")
    assert first.id == second.id
    assert json.dumps(as_dict(first)) == json.dumps(as_dict(second))
    later = evaluate(at(shop, NOW + timedelta(hours=1)), "shop")
    assert later.id == first.id, "the clock alone is no input"
    assert summary_markdown(first) == summary_markdown(second)
    assert report(shop, "shop", signed=False) == report(shop, "shop", signed=False)


def test_evidence_that_grows_old_gives_another_id(shop):
    fresh = evaluate(shop, "shop")
    old = evaluate(at(shop, NOW + timedelta(days=8)), "shop")
    assert old.manifest_digest == fresh.manifest_digest
    assert old.id != fresh.id
    assert {r.code for r in old.readiness.reasons} >= {"EVIDENCE_STALE"}


def test_a_declared_cut_off_stops_the_ageing(context):
    ingest(context, JUNIT, "junit.xml", run="one", as_of=NOW + timedelta(days=1))
    fresh, old = (evaluate(at(context, NOW + timedelta(days=d)), "shop") for d in (1, 400))
    assert fresh.id == old.id
    assert old.as_of == NOW + timedelta(days=1)
    assert "cut-off-in-the-past" in {f.rule for f in old.findings}


def test_every_input_changes_the_id(shop):
    seen = [evaluate(shop, "shop").id]
    candidate = evaluate(shop, "shop").candidate
    promise(shop, candidate.id, "tests.flaky")
    seen.append(evaluate(shop, "shop").id)
    ingest(shop, HEALTH, "health.json", run="one")
    seen.append(evaluate(shop, "shop").id)
    policies.change(shop, "shop", default_text() + "# a comment\n")
    seen.append(evaluate(shop, "shop").id)
    assert len(set(seen)) == len(seen)


def test_meeting_a_condition_does_not_change_what_was_signed(shop):
    candidate = evaluate(shop, "shop").candidate
    promise(shop, candidate.id, "tests.flaky")
    before = evaluate(shop, "shop")
    with writing(shop.store) as connection:
        conditions.close(connection, before.conditions[0].id, by="x", at=NOW, note="done")
    after = evaluate(shop, "shop")
    assert (before.conditions[0].state, after.conditions[0].state) == ("open", "met")
    assert before.id == after.id


def test_it_is_kept_by_its_id_unless_it_is_a_what_if(shop):
    kept = evaluate(shop, "shop")
    body = evaluations.load(shop.store, kept.id)
    assert body is not None and json.loads(body) == as_dict(kept)
    for what_if in (
        evaluate(shop, "shop", without=("tests",)),
        evaluate(shop, "shop", policy_text=POLICY),
        evaluate(shop, "shop", as_of=NOW + timedelta(days=30)),
    ):
        assert what_if.id != kept.id
        assert evaluations.load(shop.store, what_if.id) is None


def test_what_if_without_a_kind(shop):
    found = evaluate(shop, "shop", without=("tests", "tests", "health"))
    assert found.without == ("tests", "health")
    assert found.readiness.measured == 0 and found.sources == ()
    assert as_dict(found)["what_if"] == {"without": ["tests", "health"]}
    assert as_dict(evaluate(shop, "shop"))["what_if"] is None
    assert "This is not the judgement in force." in summary_markdown(found)
    with pytest.raises(UsageError, match="is no kind of evidence") as refused:
        evaluate(shop, "shop", without=("rumours",))
    assert refused.value.slug == "kind-unknown"


FLAGS = b'{"flags": {"a": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}}}'


def test_every_kind_left_out_measures_nothing_and_is_no_go(shop):
    ingest(shop, HEALTH, "health.json", run="one")
    every = tuple(str(kind) for kind in Kind)
    found = evaluate(shop, "shop", without=every)
    assert (found.readiness.decision, found.readiness.score, found.readiness.measured) == (Decision.NO_GO, 0, 0)
    shown = as_dict(found)
    assert (shown["score"], shown["integrity"]["artefacts"], shown["integrity"]["seen"]) == ("0.0", 0, 0)
    assert {g["ruling"] for g in shown["gates"]} == {"missing"}
    assert summary_markdown(found)
    bare = evaluate(shop, "shop", without=every, policy_text=POLICY.split("[[gate]]", maxsplit=1)[0])
    assert (bare.readiness.decision, bare.readiness.reasons[0].code) == (Decision.NO_GO, "EMPTY_POLICY")


def test_nothing_but_a_flag_file(context):
    ingest(context, FLAGS, "flags.json", run="one")
    found = evaluate(context, "shop")
    assert found.readiness.decision is Decision.NO_GO
    assert {r.gate for r in found.results if r.measured} == {"flags.staged"}
    assert [e["kind"] for e in manifest(found.sources)] == ["flags"]
    assert report(context, "shop", signed=False)


def test_evidence_of_kinds_that_no_gate_asks_for(context):
    ingest(context, FLAGS, "flags.json", run="one")
    policies.change(context, "shop", POLICY)
    found = evaluate(context, "shop")
    assert (found.readiness.decision, found.readiness.score, found.readiness.measured) == (Decision.NO_GO, 0, 0)
    assert len(found.sources) == 1


def test_a_stored_policy_that_is_no_longer_understood_is_said_and_judges_nothing(shop):
    text = POLICY + "[from_the_future]\n"
    stored_policies.set(shop.store, "shop", text, "0" * 64, by="x", at=NOW)
    with pytest.raises(PolicyError, match="`from_the_future` is not known here"):
        evaluate(shop, "shop")
    assert evaluate(shop, "shop", policy_text=POLICY).readiness.gates == 3


EXPECTED = """[[expected]]
kind = "tests"
name = "junit*.xml"
count = 2
"""


def test_an_expected_report_that_is_not_there_blocks_until_it_is(shop):
    policies.change(shop, "shop", POLICY + EXPECTED)
    short = evaluate(shop, "shop")
    assert "BLOCKER_FINDING" in {r.code for r in short.readiness.reasons}
    [shown] = as_dict(short)["expected"]
    assert (shown["kind"], shown["name"], shown["format"], shown["count"]) == ("tests", "junit*.xml", None, 2)
    assert ([f["name"] for f in shown["found"]], shown["unusable"], shown["missing"]) == (["junit.xml"], [], 1)
    ingest(shop, b'<testsuite name="e" tests="0"/>', "junit-empty.xml", run="two")
    [empty] = as_dict(evaluate(shop, "shop"))["expected"]
    assert ([f["name"] for f in empty["unusable"]], empty["missing"]) == (["junit-empty.xml"], 1)
    ingest(shop, JUNIT.replace(b'"core"', b'"more"'), "junit-2.xml", run="two")
    there = evaluate(shop, "shop")
    assert as_dict(there)["expected"][0]["missing"] == 0
    assert "BLOCKER_FINDING" not in {r.code for r in there.readiness.reasons}
    assert as_dict(evaluate(shop, "shop", without=("tests",)))["expected"][0]["missing"] == 2


def test_integrity_is_summed_over_the_artefacts(shop):
    ingest(shop, HEALTH, "health.json", run="one")
    found = as_dict(evaluate(shop, "shop"))["integrity"]
    assert list(found) == [
        "artefacts", "incomplete", "seen", "kept", "folded", "repaired", "ambiguous", "dropped", "notes",
    ]  # fmt: skip
    assert (found["artefacts"], found["incomplete"], found["seen"], found["kept"]) == (2, 0, 4, 4)
    assert all(set(note) == {"slug", "message", "count"} for note in found["notes"])


def test_refusals(shop):
    with pytest.raises(NotFoundError):
        evaluate(shop, "nowhere")
    with pytest.raises(NotFoundError):
        evaluate(shop, "shop", version="9.9")
    with pytest.raises(PolicyError, match="`version` is missing"):
        evaluate(shop, "shop", policy_text='name = "x"')
    closed = replace(shop, settings=replace(shop.settings, open_reading=False)).acting_as(ANONYMOUS)
    with pytest.raises(AccessError):
        evaluate(closed, "shop")
    with pytest.raises(AccessError):
        policies.change(shop.acting_as(ANONYMOUS), "shop", POLICY)
    with pytest.raises(PolicyError):
        policies.change(shop, "shop", "name = 1")
    with pytest.raises(NotFoundError):
        policies.change(shop, "nowhere", POLICY)
    with pytest.raises(UsageError, match="formats are md"):
        report(shop, "shop", format="docx")


def test_the_conditions_of_the_store_cover_what_is_missing(shop):
    policies.change(shop, "shop", POLICY)
    before = evaluate(shop, "shop")
    assert before.readiness.decision is Decision.NO_GO
    assert before.readiness.uncovered == ("coverage.total",)
    promise(shop, before.candidate.id, "coverage.total")
    after = evaluate(shop, "shop", subject=SUBJECT[:7])
    assert after.readiness.headline == "CONDITIONAL GO"


def test_a_candidate_is_found_by_subject_version_or_number(shop):
    newest = evaluate(shop, "shop")
    assert evaluate(shop, "shop", version="1.0").id == newest.id
    assert evaluate(shop, "shop", candidate_id=newest.candidate.id).id == newest.id
    assert assess(shop, "shop").evidence.candidate == newest.candidate


def test_the_object_has_its_keys():
    found = as_dict(judge(reference(), agreed(), at=NOW))
    assert list(found) == [
        "decision", "headline", "score", "points", "held_back", "completeness", "gates", "reasons", "findings",
        "conditions", "uncovered", "overdue", "expected", "integrity", "sensitivity", "candidate", "policy",
        "evaluation_id", "manifest_digest", "engine", "as_of", "evaluated_at", "what_if",
    ]  # fmt: skip
    assert (found["decision"], found["score"]) == ("CONDITIONAL GO", "9.2")
    assert found["points"] == {"earned": "39.5", "possible": "43"}
    assert found["completeness"] == {"measured": 18, "gates": 18}
    assert found["sensitivity"]["same"] == found["sensitivity"]["variants"] == 47
    gate = found["gates"][0]
    assert list(gate) == [
        "id", "title", "ruling", "observed", "fraction", "required", "unit", "tier", "key", "weight", "credit",
        "because", "turn", "waiver", "evidence",
    ]  # fmt: skip
    assert gate["id"] == "tests.pass_rate" and gate["credit"] == "1" and gate["evidence"][0]["name"] == "junit.xml"
    assert {g["credit"] for g in found["gates"]} == {"1", "0.5"}
    assert "." not in json.dumps(list(_numbers(found)))


def _numbers(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, int | float):
        yield value


def test_the_manifest_does_not_depend_on_order_or_database():
    sources = reference().sources
    assert manifest_digest(sources) == manifest_digest(tuple(reversed(sources)))
    assert manifest_digest(sources) != manifest_digest(sources[1:])
    entry = manifest(sources)[0]
    assert set(entry) == {"kind", "name", "sha256", "size", "reader", "records_sha256", "collected_at", "origin"}
    assert [e["kind"] for e in manifest(sources)] == sorted(e["kind"] for e in manifest(sources))
    assert {e["kind"] for e in manifest(sources)} <= {str(kind) for kind in Kind}


def test_the_summary_names_what_cost_points():
    text = summary_markdown(judge(reference(ops=None), agreed(), at=NOW))
    assert text.startswith("## Genesis Rebuild phase-4 · 4f9d2c7 · staging: NO-GO\n")
    assert "Score 7.1 of 10, 30.5 of 43 points. 15 of 18 gates measured." in text
    assert "EVIDENCE_MISSING" in text and "| Error rate (key) | missing | not measured |" in text
    assert "Security tests" not in text
