"""What can be done on pages: bring in evidence, write and close conditions, sign."""

import base64
import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from streamlit.testing.v1 import AppTest

from dashboard.model.person import Person
from dashboard.services import preparation, signatures
from dashboard.services.admin import list_users
from dashboard.services.context import Context
from dashboard.services.ingest import ingest_body, make_target
from dashboard.services.signatures import public_keys
from dashboard.store import candidates, frames
from dashboard.ui.acts import acts_of

Run = Callable[..., AppTest]
Text = Callable[[AppTest], str]
CASES = b'<testcase classname="c" name="a" time="1"/><testcase classname="c" name="b"/>'
JUNIT = b'<testsuite name="s" tests="2">' + CASES + b"</testsuite>"
LCOV = b"SF:src/a.py\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n"


def person(context: Context, login: str) -> Person:
    return next(u.person for u in list_users(context) if u.person.login == login)


def place(context: Context, project: str = "genesis-rebuild") -> dict[str, object]:
    return {"project": project, "candidate": int(frames.candidates(context.store, project, limit=1).iloc[0]["id"])}


def press(app: AppTest, label: str) -> AppTest:
    next(b for b in app.button if b.label == label).click()
    app.run()
    assert not app.exception
    return app


def test_a_file_is_brought_in_and_a_foreign_one_is_refused(own: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(own, "evidence", person(own, "engineer"), **place(own))
    before = frames.count_artefacts(own.store, "genesis-rebuild")
    app.get("file_uploader")[0].upload("a.xml", JUNIT, "text/xml").upload("b.md", b"# words", "text/markdown")
    text = text_of(press(app, "Bring in"))
    assert frames.count_artefacts(own.store, "genesis-rebuild") == before + 1
    assert ">stored<" in text and ">refused<" in text and "2 cases" in text


def test_an_archive_has_a_receipt_for_every_member(own: Context, run_page: Run, text_of: Text) -> None:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", JUNIT.replace(b'classname="c"', b'classname="d"'))
        archive.writestr("cov/b.info", LCOV)
        archive.writestr("../evil.xml", JUNIT)
        archive.writestr("words.md", "# words")
    app = run_page(own, "evidence", person(own, "engineer"), **place(own))
    before = frames.count_artefacts(own.store, "genesis-rebuild")
    app.get("file_uploader")[0].upload("reports.zip", buffer.getvalue(), "application/zip")
    text = text_of(press(app, "Bring in"))
    assert frames.count_artefacts(own.store, "genesis-rebuild") == before + 2
    assert ">refused<" in text and ">skipped<" in text and "reports.zip!cov/b.info" in text


def test_nothing_chosen_is_said(own: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(own, "evidence", person(own, "engineer"), **place(own))
    assert "No file was chosen." in text_of(press(app, "Bring in"))


def test_a_new_project_comes_into_being_in_the_browser(own: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(own, "evidence", person(own, "engineer"), **place(own))
    app.text_input[0].set_value("Brand New")
    app.text_input[1].set_value("c" * 40)
    app.get("file_uploader")[0].upload("a.xml", JUNIT, "text/xml")
    press(app, "Bring in")
    assert "brand-new" in set(frames.projects(own.store)["slug"])


def test_a_signature_is_given_and_its_seal_is_shown(
    own: Context, run_page: Run, text_of: Text, passphrases: dict[str, str]
) -> None:
    app = run_page(own, "sign-off", person(own, "cora"), **place(own))
    app.text_input(key="sign-login").set_value("cora")
    app.text_input(key="sign-secret-0").set_value(passphrases["cora"])
    app.text_area(key="sign-reason").set_value("Evidence reviewed")
    text = text_of(press(app, "Sign"))
    assert "Your signature" in text and ">verifies<" in text and "Evidence reviewed" in text
    assert not any(b.label == "Sign" for b in app.button)
    assert "1 / 2" in text_of(run_page(own, "", **place(own)))


def signed(own: Context, run_page: Run, passphrases: dict[str, str]) -> AppTest:
    app = run_page(own, "sign-off", person(own, "cora"), **place(own))
    app.text_input(key="sign-login").set_value("cora")
    app.text_input(key="sign-secret-0").set_value(passphrases["cora"])
    app.text_area(key="sign-reason").set_value("Evidence reviewed")
    return press(app, "Sign")


def test_a_signature_is_withdrawn_by_its_signer(
    own: Context, run_page: Run, text_of: Text, passphrases: dict[str, str]
) -> None:
    app = signed(own, run_page, passphrases)
    app.text_input(key="withdraw-1-login").set_value("cora")
    app.text_input(key="withdraw-1-secret-0").set_value("not mine at all")
    app.text_area(key="withdraw-1-reason").set_value("Late evidence")
    assert "refused" in text_of(press(app, "Withdraw"))
    assert app.text_input(key="withdraw-1-secret-1").value == ""
    app.text_input(key="withdraw-1-secret-1").set_value(passphrases["cora"])
    text = text_of(press(app, "Withdraw"))
    assert "A later signed statement withdraws it." in text and "Late evidence" in text
    assert any(b.label == "Sign" for b in app.button) and not any(b.label == "Withdraw" for b in app.button)


@pytest.mark.parametrize(("login", "may"), [("cora", True), ("manager", True), ("engineer", False), ("admin", False)])
def test_who_may_not_withdraw_is_not_offered_it(
    login: str, may: bool, own: Context, run_page: Run, passphrases: dict[str, str]
) -> None:
    signed(own, run_page, passphrases)
    app = run_page(own, "sign-off", person(own, login), **place(own))
    assert any(b.label == "Withdraw" for b in app.button) is may


def test_an_envelope_and_its_key_are_enough_to_check_a_signature(
    own: Context, run_page: Run, passphrases: dict[str, str]
) -> None:
    signed(own, run_page, passphrases)
    candidate = candidates.find(own.store, "genesis-rebuild")
    found = signatures.status(own, candidate)
    acts = acts_of(own, preparation.preview(own, candidate))
    envelope = json.loads(acts.envelope(found[0].id))
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    (sealed,) = envelope["signatures"]
    key = load_pem_public_key(public_keys(own, found)[sealed["keyid"]].encode())
    said = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    assert isinstance(key, Ed25519PublicKey)
    key.verify(base64.b64decode(sealed["sig"]), said)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert hashlib.sha256(der).hexdigest() == sealed["keyid"] == found[0].key_id
    assert hashlib.sha256(payload).hexdigest() == found[0].payload_sha256
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(sealed["sig"]), said + b" ")
    origin = acts.verifier().split("+")[0]
    assert acts.checkpoint().startswith(f"{origin}\n")


def test_new_evidence_makes_the_signature_stale(
    own: Context, run_page: Run, text_of: Text, passphrases: dict[str, str]
) -> None:
    app = run_page(own, "sign-off", person(own, "cora"), **place(own))
    app.text_input(key="sign-login").set_value("cora")
    app.text_input(key="sign-secret-0").set_value(passphrases["cora"])
    app.text_area(key="sign-reason").set_value("Evidence reviewed")
    press(app, "Sign")
    candidate = candidates.find(own.store, "genesis-rebuild")
    target = make_target(own, project="genesis-rebuild", subject=candidate.subject)
    ingest_body(own, BytesIO(JUNIT), "late.xml", target, origin="cli")
    text = text_of(run_page(own, "sign-off", person(own, "cora"), **place(own)))
    assert "STALE" in text and "cs-seal-stale" in text


def test_a_condition_is_written_and_then_met(own: Context, run_page: Run, text_of: Text) -> None:
    spot = place(own, "sqlparse")
    app = run_page(own, "sign-off", person(own, "cora"), **spot)
    assert "1 still to write" in text_of(app)
    assert "owner" in text_of(press(app, "Add the condition"))
    app.text_input(key="owner-perf.regression").set_value("Andi")
    text = text_of(press(app, "Add the condition"))
    assert "0 still to write" in text and "Andi" in text
    next(t for t in app.text_input if t.label == "How it was seen").set_value("Measured again")
    text_after = text_of(press(app, "It is met"))
    assert ">met<" in text_after


def test_a_viewer_writes_no_conditions(own: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(own, "sign-off", person(own, "viewer"), **place(own, "sqlparse"))
    assert "An auditor or manager writes conditions" in text_of(app)
    assert not [b for b in app.button if b.label in {"Add the condition", "Sign"}]


def test_another_candidate_and_another_project_are_chosen(own: Context, run_page: Run, text_of: Text) -> None:
    app = run_page(own, "", **place(own))
    older = int(frames.candidates(own.store, "genesis-rebuild", limit=3).iloc[2]["id"])
    app.selectbox(key="cs-candidate").set_value(older).run()
    assert not app.exception and "NO-GO" in text_of(app)
    app.selectbox(key="cs-project").set_value("sqlparse").run()
    assert not app.exception and "sqlparse" in str(app.query_params["project"])


@pytest.mark.parametrize("slug", ["", "tests", "coverage", "performance", "operations", "evidence", "sign-off"])
def test_a_candidate_with_one_kind_of_evidence_says_what_is_missing(
    slug: str, own: Context, run_page: Run, text_of: Text
) -> None:
    body = LCOV if slug == "tests" else JUNIT
    ingest_body(own, BytesIO(body), "only", make_target(own, project="Small", subject="d" * 40), origin="cli")
    app = run_page(own, slug, project="small")
    assert not app.exception
    text = text_of(app)
    if slug in {"tests", "coverage", "performance", "operations"}:
        assert "countersign ingest" in text and "--subject " + "d" * 40 in text
