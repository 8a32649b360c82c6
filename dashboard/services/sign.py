"""Signing: what is signed is what was shown, by the person who says so, or nothing is.

The candidate is judged again inside the transaction that files the signature. If the evaluation is no longer the
one that was on the screen, nothing is signed: evidence, policy, conditions or engine changed in between.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from dashboard.errors import AccessError, ConflictError, CountersignError, NotFoundError, UsageError
from dashboard.model.candidate import Candidate
from dashboard.model.evaluation import Evaluation
from dashboard.model.person import Permission
from dashboard.model.statement import Envelope, Meaning, Signer, SignOff, Statement, StatementKind
from dashboard.services import log, policies, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import assess, evaluate
from dashboard.services.preparation import (
    FACTORS,
    SigningView,
    Wish,
    case_of,
    preview,
    stamp,
    statement_of,
    written,
)
from dashboard.services.sessions import check_passphrase
from dashboard.services.signatures import SIGNED, WITHDRAWN, standing, status
from dashboard.signoff.envelope import from_json, payload_digest, seal, to_json
from dashboard.signoff.keys import PrivateKey, SealedKey, key_id, public_key, unseal
from dashboard.signoff.log import root
from dashboard.signoff.reading import MEANINGS, withdrawal_sentence
from dashboard.signoff.statements import from_payload, to_payload
from dashboard.signoff.workflow import VERDICTS, Obstacle, forbidding, may_withdraw, obstacles
from dashboard.store import accounts, ledger
from dashboard.store.ledger import StoredSignature
from dashboard.store.transaction import Connection, reading, writing

__all__ = ["SigningView", "preview", "sign", "standing", "status", "withdraw"]

MAX_REASON = 2000


def sign(
    context: Context,
    candidate_id: int,
    evaluation_id: str,
    login: str,
    passphrase: str,
    meaning: Meaning | str,
    kind: StatementKind | str,
    reason: str,
) -> SignOff:
    """Sign the evaluation that was shown.

    Raises:
        AccessError: slugs ``forbidden`` or ``sign-in-needed`` (role), ``wrong-signer`` (the identifier is not the
            signed-in person's), ``wrong-passphrase``, ``signing-forbidden`` (what forbids it, in words).
        ConflictError: slug ``evidence-changed``: look again.
        UsageError: kind, meaning or reason cannot be taken.
    """
    context.require(Permission.SIGN)
    wish = _wish(context, kind, meaning, reason)
    candidate = signatures.find_candidate(context, candidate_id)
    try:
        private = open_key(context, login, passphrase)
        return _file(context, candidate, evaluation_id, wish, private)
    except CountersignError as error:
        facts: dict[str, log.Fact] = {"candidate": candidate_id, "kind": str(wish.kind), "because": error.slug}
        log.append(context, "signoff.refused", facts, project=candidate.project)
        raise


def _file(context: Context, candidate: Candidate, evaluation_id: str, wish: Wish, private: PrivateKey) -> SignOff:
    made = assess(context, candidate.project, candidate_id=candidate.id)
    _same(made.evaluation, evaluation_id)
    body = written(made)
    with writing(context.store) as connection:
        # From here on nobody else writes: what is judged now is what is signed.
        current = signatures.judged_now(context, connection, candidate)
        _same(current, evaluation_id)
        policy = policies.current(context, candidate.project)
        before = signatures.read_all(context, connection, candidate.id, current.id)
        _allow(forbidding(obstacles(case_of(context, connection, current, policy, before)), wish.kind))
        statement = statement_of(
            context,
            current,
            policy,
            wish,
            report_digest=hashlib.sha256(body).hexdigest(),
            at=context.clock().replace(microsecond=0),
            leaves=ledger.locked_leaves(connection),
        )
        new = _keep(context, connection, candidate, statement, private, report=body.decode())
        return _found(signatures.read_all(context, connection, candidate.id, current.id), new)


def withdraw(context: Context, signoff_id: int, login: str, passphrase: str, reason: str) -> SignOff:
    """Take a signature back by a signed statement of its own; the withdrawn one stays in the record.

    Raises:
        AccessError: as ``sign``; its signer may withdraw a signature, and any manager.
        NotFoundError: slug ``signoff-not-found``.
        UsageError: slug ``reason-missing``.
    """
    context.require(Permission.SIGN)
    reason = _reason(reason)
    with reading(context.store) as connection:
        row = ledger.signature(connection, signoff_id)
    if row is None:
        msg = f"There is no signature {signoff_id}."
        raise NotFoundError(msg, slug="signoff-not-found", hint="Reload the page.")
    candidate = signatures.find_candidate(context, row.candidate_id)
    try:
        private = open_key(context, login, passphrase)
        return _take_back(context, candidate, row, reason, private)
    except CountersignError as error:
        facts: dict[str, log.Fact] = {"signoff": signoff_id, "kind": "withdraw", "because": error.slug}
        log.append(context, "signoff.refused", facts, project=candidate.project)
        raise


def _take_back(
    context: Context, candidate: Candidate, row: StoredSignature, reason: str, private: PrivateKey
) -> SignOff:
    evaluation = evaluate(context, candidate.project, candidate_id=candidate.id)
    person = context.person
    with writing(context.store) as connection:
        signed = signatures.read_all(context, connection, candidate.id, evaluation.id)
        _allow(may_withdraw(person, _found(signed, row.id)))
        envelope = from_json(row.envelope)
        old = from_payload(envelope.payload)
        leaves = ledger.locked_leaves(connection)
        statement = replace(
            old,
            kind=StatementKind.WITHDRAW,
            signer=Signer(person.id or 0, person.login, person.name, str(person.role)),
            meaning=MEANINGS[person.role][0],
            sentence=withdrawal_sentence(person, old),
            reason=reason,
            signed_at=stamp(context.clock()),
            factors=FACTORS,
            valid_until="",
            supersedes=payload_digest(envelope),
            log_size=len(leaves),
            log_root=root(leaves).hex(),
        )
        new = _keep(context, connection, candidate, statement, private, report="")
        return _found(signatures.read_all(context, connection, candidate.id, evaluation.id), new)


def _keep(
    context: Context,
    connection: Connection,
    candidate: Candidate,
    statement: Statement,
    private: PrivateKey,
    *,
    report: str,
) -> int:
    """Seal the statement, put it into the log and file it; gives its number."""
    envelope: Envelope = seal(to_payload(statement), private)
    facts: dict[str, log.Fact] = {
        "candidate": candidate.id,
        "subject": candidate.subject,
        "evaluation": statement.evaluation,
        "kind": str(statement.kind),
        "payload_sha256": payload_digest(envelope),
        "key_id": envelope.key_id,
        "report": report,  # the very bytes whose digest is signed; nothing can make them again later
    }
    event = WITHDRAWN if statement.kind is StatementKind.WITHDRAW else SIGNED
    seq = log.add(context, connection, event, facts, project=candidate.project)
    return ledger.add_signature(
        connection,
        StoredSignature(
            id=0,
            candidate_id=candidate.id,
            evaluation_id=statement.evaluation,
            kind=str(statement.kind),
            account_id=statement.signer.account,
            login=statement.signer.login,
            name=statement.signer.name,
            role=statement.signer.role,
            key_id=envelope.key_id,
            signed_at=datetime.fromisoformat(statement.signed_at),
            valid_until=datetime.fromisoformat(statement.valid_until) if statement.valid_until else None,
            event_seq=seq,
            envelope=to_json(envelope),
        ),
    )


def open_key(context: Context, login: str, passphrase: str) -> PrivateKey:
    """Open the person's own signing key, with identifier and passphrase asked again."""
    person = context.person
    if person.id is None or login.strip().lower() != person.login:
        msg = f"The identifier is not that of {person.name}, who is signed in."
        raise AccessError(msg, slug="wrong-signer", hint="Everybody signs for themselves: sign out and in as yourself.")
    if check_passphrase(context, person.login, passphrase, purpose="signing") is None:
        msg = "The passphrase is wrong, or the account is locked after repeated failures."
        raise AccessError(msg, slug="wrong-passphrase", hint="Type the passphrase of your own account again.")
    with reading(context.store) as connection:
        account = accounts.get(connection, person.id)
    if account is None or account.public_key is None or account.sealed_key is None:
        msg = f"{person.name} has no signing key."
        raise AccessError(msg, slug="signing-forbidden", hint="Ask an administrator to reset the account.")
    name = key_id(public_key(account.public_key))
    return unseal(SealedKey(name, account.public_key, account.sealed_key.decode()), account.login, passphrase)


def _wish(context: Context, kind: StatementKind | str, meaning: Meaning | str, reason: str) -> Wish:
    try:
        wish = Wish(StatementKind(kind), Meaning(meaning), _reason(reason))
    except ValueError as error:
        msg = f"There is no such kind or meaning of a signature: {error}."
        raise UsageError(msg, slug="statement-invalid", hint="Choose one of those that the page offers.") from error
    if wish.kind not in VERDICTS:
        msg = "A signature is withdrawn by withdrawing it, not by signing the candidate."
        raise UsageError(msg, slug="statement-invalid", hint="Use «withdraw» beside the signature.")
    if wish.meaning not in MEANINGS.get(context.person.role, ()):
        msg = f"The signature of the role {context.person.role} cannot mean {wish.meaning}."
        raise UsageError(msg, slug="meaning-invalid", hint="Choose one of the meanings that the page offers.")
    return wish


def _reason(reason: str) -> str:
    tidy = reason.strip()
    if not tidy or len(tidy) > MAX_REASON:
        msg = f"A signature needs a reason of 1 to {MAX_REASON:,} characters."
        raise UsageError(msg, slug="reason-missing", hint="Say in a sentence what you looked at and why you decide so.")
    return tidy


def _same(current: Evaluation, shown: str) -> None:
    if current.id != shown:
        msg = "Evidence, policy or conditions changed since this page was shown; nothing was signed."
        raise ConflictError(
            msg, slug="evidence-changed", hint="Read the new evaluation and sign that one if it is right."
        )


def _allow(found: tuple[Obstacle, ...]) -> None:
    if found:
        msg = " ".join(obstacle.text for obstacle in found)
        raise AccessError(msg, slug="signing-forbidden", hint="The Sign-off page lists what forbids it.")


def _found(signed: tuple[SignOff, ...], number: int) -> SignOff:
    return next(s for s in signed if s.id == number)
