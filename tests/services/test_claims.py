"""A written report against a candidate's evidence and persons; nothing of it is stored."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dashboard.errors import AccessError, LimitError, NotFoundError
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.services import claims
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import Settings
from dashboard.store.engine import open_store

SUBJECT = "4f9d2c7a1b3e5f60718293a4b5c6d7e8f9012345"
JUNIT = (
    b'<testsuite name="s" tests="2"><testcase classname="c" name="a"/><testcase classname="c" name="b"/></testsuite>'
)
HONEST = f"Commit: {SUBJECT}\n\nPass rate: 2/2 tests passing\n\nApproved by: {{}}\n"


@pytest.fixture
def context(tmp_path) -> Iterator[Context]:
    settings = Settings(f"sqlite:///{tmp_path / 'a.db'}", tmp_path, False, 10**6, 10**6, 12, "")
    now = datetime(2025, 10, 18, tzinfo=UTC)
    made = Context(settings, open_store(settings.database_url), lambda: now, Person(3, "erin", "Erin", Role.ENGINEER))
    target = make_target(made, project="shop", subject=SUBJECT, run="r")
    ingest_body(made, io.BytesIO(JUNIT), "junit.xml", target, origin="api")
    yield made
    made.store.close()


def rules(context, text, **which):
    return [f.rule for f in claims.check(context, text, "shop", **which).findings]


def test_a_signer_who_brought_the_evidence(context):
    assert rules(context, HONEST.format("Erin (QA)"), subject=SUBJECT[:8]) == ["signer-involved"]
    assert rules(context, HONEST.format("Cora")) == []


def test_it_changes_no_decision(context):
    before = evaluate(context, "shop")
    claims.check(context, HONEST.format("Erin"), "shop")
    assert evaluate(context, "shop") == before


def test_alone(context):
    checked = claims.check(context, HONEST.format("Erin"))
    assert (checked.against, checked.findings) == ("", ())
    assert claims.as_dict(checked)["severities"] == {"blocker": 0, "major": 0, "minor": 0, "info": 0}


def test_refusals(context):
    with pytest.raises(LimitError):
        claims.check(context, "x" * (claims.MAX_CHARACTERS + 1))
    with pytest.raises(NotFoundError):
        claims.check(context, "x", "nowhere")
    with pytest.raises(AccessError):
        claims.check(context.acting_as(ANONYMOUS), "x")
