"""Signing through the services: who may, what is signed, what makes it fall, and what is found out."""

import hashlib
import io
import json
import shutil
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.errors import AccessError, ConflictError, CountersignError, NotFoundError, UsageError
from dashboard.model.evaluation import Decision, Finding, Severity
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.model.statement import Meaning, SignOffState, StatementKind
from dashboard.model.verdict import Ruling
from dashboard.services import admin, conditions, log, policies, sign, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import assess, evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.services.report import report
from dashboard.settings import Settings
from dashboard.signoff.envelope import from_json
from dashboard.signoff.log import included, inclusion_proof, root
from dashboard.signoff.statements import from_payload
from dashboard.store import ledger
from dashboard.store.engine import open_store
from dashboard.store.transaction import reading, run, writing

PASSPHRASE = "correct horse battery staple"
SUBJECT = "3f9c2a1" + "0" * 33
K, S = StatementKind, SignOffState

POLICY = """
name = "small"
version = 1
[decision]
go = "9.0"
conditional = "5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "tests.pass_rate"
tier = "critical"
key = true
pass = ">= 95 %"
warn = ">= 90 %"
max_age = "2d"
[[gate]]
id = "tests.skipped"
tier = "medium"
pass = "<= 1 %"
warn = "<= 5 %"
max_age = "2d"
[signoff]
validity = "7d"
[signoff.quorum]
auditor = 1
manager = 1
"""


class Clock:
    def __init__(self):
        self.now = datetime(2025, 10, 18, 14, 2, 3, 456_000, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **step):
        self.now += timedelta(**step)


def junit(passed=49, skipped=1, failed=0, suite="s"):
    cases = [f'<testcase classname="a" name="p{i}" time="0.1"/>' for i in range(passed)]
    cases += [f'<testcase classname="a" name="s{i}"><skipped message="later"/></testcase>' for i in range(skipped)]
    cases += [
        f'<testcase classname="a" name="f{i}"><failure message="no">x</failure></testcase>' for i in range(failed)
    ]
    total = passed + skipped + failed
    head = f'<testsuite name="{suite}" tests="{total}" failures="{failed}" skipped="{skipped}" errors="0">'
    return f"<testsuites>{head}{''.join(cases)}</testsuite></testsuites>".encode()


@pytest.fixture
def clock():
    return Clock()


def operating(folder, clock):
    settings = Settings(f"sqlite:///{folder / 'a.db'}", folder, True, 10**6, 10**6, 12, "")
    return Context(settings, open_store(settings.database_url), clock, Person(None, "root", "root", Role.OPERATOR))


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """A database with one account for each role and two for those that sign: hashing them takes a while."""
    folder = tmp_path_factory.mktemp("accounts")
    context = operating(folder, Clock())
    made = [
        admin.add_user(context, login, login.title(), role, PASSPHRASE).person
        for login, role in (
            ("vera", Role.VIEWER),
            ("erin", Role.ENGINEER),
            ("cora", Role.AUDITOR),
            ("cleo", Role.AUDITOR),
            ("max", Role.MANAGER),
            ("mia", Role.MANAGER),
            ("ada", Role.ADMIN),
        )
    ]
    context.store.close()
    return folder / "a.db", made


@pytest.fixture
def operator(tmp_path, clock, accounts):
    shutil.copy(accounts[0], tmp_path / "a.db")
    context = operating(tmp_path, clock)
    yield context
    context.store.close()


@pytest.fixture
def people(operator, accounts):
    return {person.login: operator.acting_as(person) for person in accounts[1]}


def at_the_command_line(context):
    """The same person, as the operator of the machine."""
    return context.acting_as(replace(context.person, id=None, role=Role.OPERATOR))


def bring(context, body, run_name="r1", name="junit.xml"):
    target = make_target(
        context, project="shop", subject=SUBJECT, version="2.4.0", branch="main", environment="staging", run=run_name
    )
    return ingest_body(context, io.BytesIO(body), name, target, origin="api")


@pytest.fixture
def candidate(people):
    """A candidate that Erin brought in, judged by a policy that Mia set: CONDITIONAL GO without a condition."""
    bring(people["erin"], junit())
    policies.change(at_the_command_line(people["mia"]), "shop", POLICY)
    return evaluate(people["vera"], "shop").candidate


@pytest.fixture
def covered(people, candidate, clock):
    """The same with the condition it needs."""
    suggestion = conditions.suggest(evaluate(people["cora"], "shop"))[0]
    conditions.add(
        people["cora"],
        candidate.id,
        gate=suggestion.gate,
        text=suggestion.text,
        owner="Quality",
        due=suggestion.due,
        verification=suggestion.verification,
        stage=suggestion.stage,
    )
    return candidate


def do_sign(context, candidate, **change):
    view = sign.preview(context, candidate)
    values = {
        "candidate_id": candidate.id,
        "evaluation_id": view.evaluation_id,
        "login": context.person.login,
        "passphrase": PASSPHRASE,
        "meaning": view.meaning,
        "kind": view.kind,
        "reason": "Read the evidence.",
    }
    return sign.sign(context, **(values | change))


def events(context, kind):
    with reading(context.store) as connection:
        return [json.loads(event.body) for event in ledger.events(connection, (kind,))]


def states(context, candidate):
    return [s.state for s in sign.status(context, candidate)]


def test_two_signatures_make_an_approval(people, covered):
    cora, max_ = people["cora"], people["max"]
    assert sign.standing(cora, covered).state is S.UNSIGNED
    view = sign.preview(cora, covered)
    assert view.may_sign
    assert view.kind is K.APPROVE_WITH_CONDITIONS
    assert view.kinds == (K.APPROVE_WITH_CONDITIONS, K.REJECT)
    assert view.meanings == (Meaning.REVIEW, Meaning.APPROVAL)
    first = do_sign(cora, covered)
    assert first.state is S.APPROVED_WITH_CONDITIONS
    assert first.verified
    assert sign.standing(cora, covered).missing == {"manager": 1}
    do_sign(max_, covered)
    standing = sign.standing(people["vera"], covered)
    assert standing.state is S.APPROVED_WITH_CONDITIONS
    assert standing.missing == {}
    assert standing.text == "Signed by Cora (auditor), Max (manager)."


def test_a_signature_on_either_engine(store, tmp_path, clock):
    """The whole way on SQLite and on PostgreSQL; everything else here runs on SQLite alone."""
    settings = Settings(store.url, tmp_path, True, 10**6, 10**6, 12, "")
    operator = Context(settings, store, clock, Person(None, "root", "root", Role.OPERATOR))
    roles = {"erin": Role.ENGINEER, "cora": Role.AUDITOR, "max": Role.MANAGER}
    people = {
        login: operator.acting_as(admin.add_user(operator, login, login.title(), role, PASSPHRASE).person)
        for login, role in roles.items()
    }
    bring(people["erin"], junit())
    policies.change(operator, "shop", POLICY)
    candidate = evaluate(operator, "shop").candidate
    do_sign(people["cora"], candidate, kind=K.REJECT)
    made = do_sign(people["max"], candidate, kind=K.REJECT)
    assert signatures.proof(operator, made.id).holds
    sign.withdraw(people["max"], made.id, "max", PASSPHRASE, "Looked again.")
    assert states(operator, candidate) == [S.REJECTED, S.WITHDRAWN, S.WITHDRAWN]
    bring(people["erin"], junit(passed=60), "r2")
    assert states(operator, candidate)[0] is S.STALE


def test_what_is_signed_is_what_was_shown(people, covered, clock):
    cora = people["cora"]
    view = sign.preview(cora, covered, reason="Read the evidence.")
    made = do_sign(cora, covered)
    with reading(cora.store) as connection:
        stored = from_json(ledger.signature(connection, made.id).envelope)
        leaves = ledger.leaves(connection)
    signed = from_payload(stored.payload)
    of_the_moment = {"signed_at", "log_size", "log_root", "as_of", "valid_until"}
    for name in signed.__slots__:
        if name not in of_the_moment and name != "subjects":
            assert getattr(signed, name) == getattr(view.statement, name), name
    assert replace(signed.subjects, report="") == replace(view.statement.subjects, report="")
    assert signed.sentence == view.sentence
    assert "I, Cora (auditor), approve, with conditions, candidate 2.4.0 · 3f9c2a1 of shop for staging" in view.text
    assert signed.signed_at == "2025-10-18T14:02:03+00:00"
    assert (signed.decision, signed.score_halves, signed.possible_halves) == ("CONDITIONAL GO", 10, 12)
    assert signed.signer.login == "cora"
    assert signed.factors == ("identifier", "passphrase")
    assert signed.valid_until == "2025-10-20T14:02:03+00:00"  # the key evidence is fresh for two days
    assert signed.log_root == root(leaves[: signed.log_size]).hex()
    assert made.leaf == signed.log_size
    assert included(leaves[made.leaf], made.leaf, len(leaves), inclusion_proof(leaves, made.leaf), root(leaves))
    event = events(cora, "signoff.signed")[0]
    assert event["facts"]["payload_sha256"] == made.payload_sha256
    body = event["facts"]["report"].encode()
    assert hashlib.sha256(body).hexdigest() == signed.subjects.report
    assert body == report(cora, "shop", signed=False)
    assert PASSPHRASE not in json.dumps(event)


def test_every_step_of_the_proof_is_made(people, covered):
    made = do_sign(people["cora"], covered)
    proof = signatures.proof(people["vera"], made.id)
    assert proof.holds
    assert len(proof.steps) == 7
    assert signatures.proof(people["vera"], 99) is None
    assert signatures.envelope(people["vera"], 99) is None
    assert from_json(signatures.envelope(people["vera"], made.id)).key_id == made.key_id


MAY = {
    "preview": set(Role),
    "status": set(Role),
    "sign": {Role.AUDITOR, Role.MANAGER},
    "condition": {Role.AUDITOR, Role.MANAGER, Role.OPERATOR},
    "policy": {Role.MANAGER, Role.ADMIN, Role.OPERATOR},
    "ingest": {Role.ENGINEER, Role.AUDITOR, Role.ADMIN, Role.OPERATOR},
}


def actor(people, operator, role):
    logins = {Role.VIEWER: "vera", Role.ENGINEER: "erin", Role.AUDITOR: "cora", Role.MANAGER: "max", Role.ADMIN: "ada"}
    if role is Role.OPERATOR:
        return operator
    return operator.acting_as(ANONYMOUS) if role is Role.ANONYMOUS else people[logins[role]]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", MAY)
def test_each_role_does_what_it_may_and_nothing_else(people, operator, covered, role, action):
    context = actor(people, operator, role)
    what = {
        "preview": lambda: sign.preview(context, covered),
        "status": lambda: sign.status(context, covered),
        "sign": lambda: do_sign(context, covered, meaning=Meaning.APPROVAL),
        "condition": lambda: conditions.add(
            context,
            covered.id,
            gate="tests.skipped",
            text="t",
            owner="o",
            due=date(2025, 11, 1),
            verification="v",
            stage="after",
        ),
        "policy": lambda: policies.propose(context, "shop", POLICY.replace("version = 1", "version = 2"), "Again."),
        "ingest": lambda: bring(context, junit(passed=40), "r2"),
    }[action]
    if role in MAY[action]:
        what()
        return
    with pytest.raises(AccessError) as caught:
        what()
    assert caught.value.slug == ("sign-in-needed" if role is Role.ANONYMOUS else "forbidden")


def test_closed_reading_is_closed_in_the_services_too(operator, covered):
    closed = replace(operator, settings=replace(operator.settings, open_reading=False)).acting_as(ANONYMOUS)
    for call in (sign.preview, sign.status, sign.standing):
        with pytest.raises(AccessError):
            call(closed, covered)


def refused(slug, call):
    with pytest.raises(CountersignError) as caught:
        call()
    assert caught.value.slug == slug
    return str(caught.value)


def test_only_for_oneself_and_only_with_the_own_passphrase(people, covered, operator):
    cora = people["cora"]
    refused("wrong-signer", lambda: do_sign(cora, covered, login="max"))
    refused("wrong-signer", lambda: do_sign(people["max"], covered, login="cora"))
    refused("wrong-passphrase", lambda: do_sign(cora, covered, passphrase="wrong wrong wrong"))
    assert sign.status(cora, covered) == ()
    assert [e["facts"]["because"] for e in events(operator, "signoff.refused")][:1] == ["wrong-passphrase"]
    assert "wrong wrong wrong" not in json.dumps(events(operator, "signoff.refused"))
    admin.reset(operator, "cora", "another long passphrase")
    refused("wrong-passphrase", lambda: do_sign(cora, covered))
    do_sign(cora, covered, passphrase="another long passphrase")


def test_wrong_passphrases_lock_the_account(people, covered, clock):
    cora = people["cora"]
    for _ in range(5):
        refused("wrong-passphrase", lambda: do_sign(cora, covered, passphrase="wrong wrong wrong"))
    refused("wrong-passphrase", lambda: do_sign(cora, covered))
    assert events(cora, "account.locked")
    clock.forward(minutes=15)
    do_sign(cora, covered)


def test_an_account_without_a_key_cannot_sign(people, covered, operator):
    admin.disable(operator, "cora")
    admin.enable(operator, "cora")
    assert [o.code for o in sign.preview(people["cora"], covered).obstacles] == ["no-key"]
    refused("signing-forbidden", lambda: do_sign(people["cora"], covered))


def test_missing_conditions_forbid_approving_and_not_rejecting(people, candidate):
    view = sign.preview(people["cora"], candidate)
    assert [o.code for o in view.obstacles] == ["conditions-missing"]
    refused("signing-forbidden", lambda: do_sign(people["cora"], candidate))
    assert do_sign(people["cora"], candidate, kind=K.REJECT).state is S.REJECTED
    assert sign.standing(people["cora"], candidate).state is S.REJECTED


def test_a_no_go_can_only_be_rejected(people, candidate):
    bring(people["erin"], junit(passed=30, skipped=0, failed=20, suite="t"), "r9")
    view = sign.preview(people["cora"], candidate)
    assert view.evaluation.readiness.decision is Decision.NO_GO
    assert (view.kind, view.kinds) == (K.REJECT, (K.REJECT,))
    for kind in (K.APPROVE, K.APPROVE_WITH_CONDITIONS):
        refused("signing-forbidden", lambda kind=kind: do_sign(people["cora"], candidate, kind=kind))
    do_sign(people["cora"], candidate)


def test_four_eyes(people, covered, operator):
    """Mia set the policy; Cleo brings in evidence; neither may sign. Nor may whoever proposed the candidate."""
    assert [o.code for o in sign.preview(people["mia"], covered).obstacles] == ["policy-editor"]
    refused("signing-forbidden", lambda: do_sign(people["mia"], covered))
    bring(people["cleo"], junit(), "r2", "again.xml")  # the same bytes: nothing was added, so nothing is hers
    assert sign.preview(people["cleo"], covered).obstacles == ()
    bring(people["cleo"], junit(passed=98, skipped=2), "r3")
    found = sign.preview(people["cleo"], covered).obstacles
    assert [o.code for o in found] == ["uploader"]
    assert "Cleo" in refused("signing-forbidden", lambda: do_sign(people["cleo"], covered))
    admin.set_role(operator, "erin", Role.AUDITOR)
    promoted = operator.acting_as(replace(people["erin"].person, role=Role.AUDITOR))
    assert "creator" in {o.code for o in sign.preview(promoted, covered).obstacles}


def test_who_wrote_and_who_approved_the_policy_in_force_stay_away(people, covered):
    changed = policies.propose(people["max"], "shop", POLICY + "\n# stricter\n", "Stricter.")
    assert sign.preview(people["max"], covered).obstacles == (), "a proposal is not in force"
    policies.approve(at_the_command_line(people["cora"]), changed.id)
    for login, code in (("max", "policy-editor"), ("cora", "policy-approver")):
        assert [o.code for o in sign.preview(people[login], covered).obstacles] == [code]
        refused("signing-forbidden", lambda login=login: do_sign(people[login], covered))
    assert sign.preview(people["mia"], covered).obstacles == (), "hers is no longer in force"


def test_the_command_line_user_is_the_same_person(people, operator, clock):
    shell = operator.acting_as(Person(None, "cora", "cora", Role.OPERATOR))
    bring(shell, junit())
    candidate = evaluate(shell, "shop").candidate
    assert "creator" in {o.code for o in sign.preview(people["cora"], candidate).all_obstacles}


def test_nobody_signs_twice_until_the_first_has_fallen(people, covered):
    cora = people["cora"]
    first = do_sign(cora, covered)
    refused("signing-forbidden", lambda: do_sign(cora, covered))
    sign.withdraw(cora, first.id, "cora", PASSPHRASE, "Too early.")
    do_sign(cora, covered)
    assert states(cora, covered) == [S.WITHDRAWN, S.WITHDRAWN, S.APPROVED_WITH_CONDITIONS]


@pytest.mark.parametrize(
    "change",
    [
        lambda people, _: bring(people["erin"], junit(passed=48), "r2"),
        lambda people, _: policies.approve(
            people["mia"], policies.propose(people["ada"], "shop", POLICY + "\n# stricter\n", "Stricter.").id
        ),
        lambda people, candidate: conditions.add(
            people["max"],
            candidate.id,
            gate="tests.skipped",
            text="more",
            owner="o",
            due=date(2025, 12, 1),
            verification="v",
            stage="after",
        ),
    ],
)
def test_any_change_makes_signatures_stale(people, covered, change):
    do_sign(people["cora"], covered)
    do_sign(people["max"], covered)
    change(people, covered)
    assert states(people["vera"], covered) == [S.STALE, S.STALE]
    assert sign.standing(people["vera"], covered).state is S.STALE


def test_what_changed_since_it_was_shown_is_not_signed(people, covered):
    shown = sign.preview(people["cora"], covered).evaluation_id
    bring(people["erin"], junit(passed=48), "r2")
    refused("evidence-changed", lambda: do_sign(people["cora"], covered, evaluation_id=shown))
    refused("evidence-changed", lambda: do_sign(people["cora"], covered, evaluation_id="0" * 64))
    assert sign.status(people["cora"], covered) == ()


def test_evidence_that_arrives_between_look_and_lock_is_seen(people, covered, monkeypatch):
    """Time of check and time of use: the upload is committed after the first judgement, before the transaction."""
    shown = sign.preview(people["cora"], covered).evaluation_id
    written = sign.written

    def slow_report(made):
        bring(people["erin"], junit(passed=48), "late")
        return written(made)

    monkeypatch.setattr(sign, "written", slow_report)
    refused("evidence-changed", lambda: do_sign(people["cora"], covered, evaluation_id=shown))
    assert sign.status(people["cora"], covered) == ()


def test_evidence_cannot_arrive_while_a_signature_is_filed(people, covered, monkeypatch):
    """Once the lock is in hand an upload waits, and then makes the signature stale."""
    judged_now, arrived, threads = signatures.judged_now, threading.Event(), []

    def upload():
        bring(people["erin"], junit(passed=48), "late")
        arrived.set()

    def with_a_rival(context, connection, candidate):
        threads.append(threading.Thread(target=upload))
        threads[0].start()
        assert not arrived.wait(0.5)
        return judged_now(context, connection, candidate)

    monkeypatch.setattr(signatures, "judged_now", with_a_rival)
    made = do_sign(people["cora"], covered)
    assert made.state is S.APPROVED_WITH_CONDITIONS
    threads[0].join(timeout=30)
    assert arrived.is_set()
    assert states(people["cora"], covered) == [S.STALE]


def test_signatures_expire(people, covered, clock):
    do_sign(people["cora"], covered)
    clock.forward(days=1, hours=23)
    assert states(people["vera"], covered) == [S.APPROVED_WITH_CONDITIONS]
    clock.forward(hours=2)
    assert states(people["vera"], covered)[0] in {S.EXPIRED, S.STALE}  # the evidence has grown stale as well
    assert not sign.standing(people["vera"], covered).state.stands


def test_a_signature_survives_the_reset_of_its_account(people, covered, operator):
    do_sign(people["cora"], covered)
    admin.reset(operator, "cora")
    admin.disable(operator, "cora")
    assert states(people["vera"], covered) == [S.APPROVED_WITH_CONDITIONS]


TAMPERING = {
    "payload": "UPDATE signoff SET envelope = CAST(replace(CAST(envelope AS TEXT), 'ey', 'eY') AS BLOB)",
    "role": "UPDATE signoff SET role = 'manager'",
    "name": "UPDATE signoff SET name = 'Eve'",
    "validity": "UPDATE signoff SET valid_until = valid_until + 86400000",
    "moment": "UPDATE signoff SET signed_at = signed_at - 86400000",
    "kind": "UPDATE signoff SET kind = 'approve'",
    "evaluation": "UPDATE signoff SET evaluation_id = 'f'",
    "account": "UPDATE signoff SET account_id = 1",
    "leaf": "UPDATE signoff SET event_seq = 0",
    "event": "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'shop', 'sHop') AS BLOB) "
    "WHERE kind = 'signoff.signed'",
    "envelope": "UPDATE signoff SET envelope = x'00'",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_is_found_out(people, covered, what):
    do_sign(people["cora"], covered)
    do_sign(people["max"], covered)
    with writing(people["cora"].store) as connection:
        for table in ("signoff", "event"):
            run(connection, f"DROP TRIGGER {table}_no_update")
        statement = TAMPERING[what]
        extra = "" if "WHERE" in statement else " WHERE login = 'cora'"
        run(connection, statement + extra)
    found = sign.status(people["vera"], covered)
    assert found[0].state is S.INVALID
    assert not found[0].verified
    assert not sign.standing(people["vera"], covered).state.stands


def test_the_database_refuses_changes(people, covered):
    do_sign(people["cora"], covered)
    for statement in (
        "UPDATE signoff SET role = 'manager'",
        "DELETE FROM signoff",
        "INSERT OR REPLACE INTO signoff SELECT * FROM signoff",
    ):
        with pytest.raises(Exception, match="append-only"), writing(people["cora"].store) as connection:
            run(connection, statement)


def test_withdrawing(people, covered):
    cora = people["cora"]
    made = do_sign(cora, covered)
    refused("signing-forbidden", lambda: sign.withdraw(people["cleo"], made.id, "cleo", PASSPHRASE, "Not mine."))
    refused("forbidden", lambda: sign.withdraw(people["ada"], made.id, "ada", PASSPHRASE, "As administrator."))
    refused("wrong-signer", lambda: sign.withdraw(people["max"], made.id, "cora", PASSPHRASE, "As somebody else."))
    refused("reason-missing", lambda: sign.withdraw(cora, made.id, "cora", PASSPHRASE, "  "))
    refused("signoff-not-found", lambda: sign.withdraw(cora, 99, "cora", PASSPHRASE, "Nothing there."))
    assert states(cora, covered) == [S.APPROVED_WITH_CONDITIONS]
    taken = sign.withdraw(people["max"], made.id, "max", PASSPHRASE, "The soak was cut short.")
    assert (taken.kind, taken.supersedes, taken.verified) == (K.WITHDRAW, made.payload_sha256, True)
    assert taken.valid_until is None
    assert states(cora, covered) == [S.WITHDRAWN, S.WITHDRAWN]
    assert sign.standing(cora, covered).state is S.WITHDRAWN
    refused("signing-forbidden", lambda: sign.withdraw(cora, made.id, "cora", PASSPHRASE, "Again."))
    assert events(cora, "signoff.withdrawn")[0]["facts"]["kind"] == "withdraw"


def test_what_cannot_be_said(people, covered):
    cora = people["cora"]
    for change, slug in (
        ({"kind": "bless"}, "statement-invalid"),
        ({"kind": K.WITHDRAW}, "statement-invalid"),
        ({"meaning": "fun"}, "statement-invalid"),
        ({"meaning": Meaning.RESPONSIBILITY}, "meaning-invalid"),
        ({"reason": ""}, "reason-missing"),
        ({"reason": "x" * 3000}, "reason-missing"),
    ):
        with pytest.raises(UsageError) as caught:
            do_sign(cora, covered, **change)
        assert caught.value.slug == slug
    with pytest.raises(NotFoundError):
        do_sign(cora, covered, candidate_id=99)


def test_conditions_are_closed_by_somebody_else(people, candidate):
    def make(owner):
        return conditions.add(
            people["cora"],
            candidate.id,
            gate="tests.skipped",
            text=" name   them ",
            owner=owner,
            due=date(2025, 10, 25),
            verification="list",
            stage="after",
        )

    by_name, by_login = make("Cora"), make("cora")
    assert by_name.text == "name them"
    for condition in (by_name, by_login):
        with pytest.raises(AccessError) as caught:
            conditions.close(people["cora"], condition.id, "done")
        assert caught.value.slug == "own-condition"
    assert conditions.close(people["max"], by_name.id, "seen in run 12").state == "met"
    with pytest.raises(ConflictError):
        conditions.close(people["max"], by_name.id, "again")
    with pytest.raises(UsageError):
        conditions.close(people["max"], by_login.id, " ")
    with pytest.raises(NotFoundError):
        conditions.close(people["max"], 99, "x")
    for missing in ({"owner": " "}, {"verification": ""}, {"gate": ""}, {"text": "x" * 600}, {"stage": "never"}):
        values = {"gate": "g", "text": "t", "owner": "o", "verification": "v", "stage": "after"} | missing
        with pytest.raises(UsageError):
            conditions.add(people["cora"], candidate.id, due=date(2025, 10, 25), **values)


def test_conditions_fall_overdue(people, covered, clock):
    assert [c.state for c in conditions.listed(people["vera"], covered)] == ["open"]
    clock.forward(days=60)
    assert [c.state for c in conditions.listed(people["vera"], covered)] == ["overdue"]


def test_suggestions_cover_what_is_uncovered(people, candidate):
    evaluation = evaluate(people["cora"], "shop")
    found = conditions.suggest(evaluation)
    assert tuple(s.gate for s in found) == evaluation.readiness.uncovered == ("tests.skipped",)
    assert found[0].due > evaluation.evaluated_at.date()
    assert found[0].text
    assert found[0].verification


def test_suggestions_for_absence_and_for_findings(people, candidate):
    made = evaluate(people["cora"], "shop")
    absent = replace(made.results[1], verdict=replace(made.results[1].verdict, ruling=Ruling.MISSING))
    finding = Finding("coverage.shrank", Severity.MAJOR, "Fewer files than before.")
    other = replace(finding, text="And again.")
    changed = replace(
        made,
        results=(made.results[0], absent),
        findings=(finding, other),
        readiness=replace(made.readiness, uncovered=("tests.skipped", "finding:coverage.shrank")),
    )
    first, second = conditions.suggest(changed)
    assert (first.gate, first.stage, first.text) == (
        "tests.skipped",
        "before deploy",
        "Bring in evidence for Skipped tests.",
    )
    assert (second.gate, second.text) == ("finding:coverage.shrank", "Explain or mend: Fewer files than before.")


def test_the_view_is_the_same_however_it_was_judged(people, covered):
    cora = people["cora"]
    made = assess(cora, "shop")
    views = [
        sign.preview(cora, covered),
        sign.preview(cora, covered, evaluation=made),
        sign.preview(cora, covered, evaluation=made.evaluation),
    ]
    assert views[0].statement == views[1].statement == views[2].statement
    refusing = sign.preview(cora, covered, kind=K.REJECT, meaning=Meaning.APPROVAL, reason="No.")
    assert (refusing.kind, refusing.meaning, refusing.statement.reason) == (K.REJECT, Meaning.APPROVAL, "No.")
    assert "reject candidate" in refusing.sentence


def test_every_signature_is_in_the_log(people, covered):
    do_sign(people["cora"], covered)
    do_sign(people["max"], covered)
    size, _ = log.head(people["vera"])
    signed = sign.status(people["vera"], covered)
    assert signed[0].leaf < signed[1].leaf == size - 1
