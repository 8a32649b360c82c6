"""The main ways of the product on PostgreSQL, under the account that may do no more than it needs."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from roles_maker import roles

from dashboard.model.person import Person, Role
from dashboard.model.statement import SignOffState
from dashboard.services import admin, conditions, log, policies, sign
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.services.report import report
from dashboard.settings import Settings
from dashboard.store import frames, maintenance
from dashboard.store.engine import open_store

pytestmark = pytest.mark.postgres
PASSPHRASE = "correct horse battery staple"
JUNIT = b"""<testsuites><testsuite name="s" tests="2"><testcase classname="a" name="one" time="0.1"/>
<testcase classname="a" name="two"><failure message="no">x</failure></testcase></testsuite></testsuites>"""


@pytest.fixture
def contexts(postgres_url, tmp_path):
    """Give contexts by role of the database, all of the operator at one moment."""
    with roles(postgres_url) as server:
        open_store(server.of("owner")).close()
        server.apply()
        made = {}
        for role in ("app", "ingest"):
            settings = Settings(server.of(role), tmp_path, True, 10**6, 10**6, 12, "")
            person = Person(None, "root", "root", Role.OPERATOR)
            clock = datetime(2025, 10, 18, 14, tzinfo=UTC)
            made[role] = Context(settings, open_store(settings.database_url), lambda at=clock: at, person)
        yield made
        for context in made.values():
            context.store.close()


def bring(context, body=JUNIT, run="r1"):
    target = make_target(context, project="shop", subject="f" * 40, version="1.0", branch="main", run=run)
    return ingest_body(context, io.BytesIO(body), "junit.xml", target, origin="cli")


def test_from_evidence_to_a_signature(contexts):
    app = contexts["app"]
    person = admin.add_user(app, "max", "Max", Role.MANAGER, PASSPHRASE).person
    engineer = admin.add_user(app, "erin", "Erin", Role.ENGINEER, PASSPHRASE).person
    assert bring(app.acting_as(engineer)).status == "stored"
    admin.add_token(app, "shop", "nightly")
    policies.current(app, "shop")
    found = evaluate(app, "shop")
    conditions.add(
        app,
        found.candidate.id,
        gate="tests.pass_rate",
        text="Fix it.",
        owner="Quality",
        due=date(2025, 10, 18) + timedelta(days=3),
        verification="Run it again.",
        stage="before deploy",
    )
    signer = app.acting_as(person)
    view = sign.preview(signer, found.candidate)
    kind = view.kinds[-1]
    sign.sign(signer, found.candidate.id, view.evaluation_id, "max", PASSPHRASE, view.meaning, kind, "Read it.")
    assert sign.standing(signer, found.candidate).state is not SignOffState.UNSIGNED
    assert report(app, "shop", format="md")
    assert log.head(app)[0] > 5
    assert not frames.artefacts(app.store, "shop").empty
    assert maintenance.check(app.store) == []


def test_a_pipeline_brings_evidence_and_the_candidate_is_judged(contexts):
    pipeline = contexts["ingest"]
    assert bring(pipeline).status == "stored"
    assert bring(pipeline).status == "duplicate"
    assert bring(pipeline, JUNIT.replace(b"two", b"three"), "r2").status == "stored"
    assert evaluate(pipeline, "shop").candidate.version == "1.0"
    assert maintenance.check(contexts["app"].store) == []
