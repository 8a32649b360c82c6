"""Checks one signed statement in numbered steps: the first that fails is named, and none is passed over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.errors import MalformedArtefactError, StoreError
from dashboard.model.statement import Envelope, Statement
from dashboard.signoff.envelope import PAYLOAD_TYPE, genuine, payload_digest
from dashboard.signoff.keys import public_key
from dashboard.signoff.statements import from_payload


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered check and its outcome."""

    number: int
    name: str
    passed: bool
    because: str


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key, whose it is, and until when it could sign."""

    account: int
    login: str
    public: bytes
    """32 raw bytes."""
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What stands beside the envelope and has to agree with what is inside."""

    evaluation: str
    payload_sha256: str
    signer: int
    """Account id."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The steps that were made, up to the first that failed, and the statement when all of them passed."""

    steps: tuple[Step, ...]
    statement: Statement | None

    @property
    def holds(self) -> bool:
        """Say whether every step passed."""
        return self.statement is not None

    @property
    def failed(self) -> Step | None:
        """Give the step that failed."""
        return next((step for step in self.steps if not step.passed), None)


def verify(envelope: Envelope, keys: Mapping[str, KnownKey], expected: Expectation) -> Proof:
    """Check an envelope against the known keys and what it is filed under."""
    steps: list[Step] = []
    for name, passed, because in _checks(envelope, keys, expected):
        steps.append(Step(len(steps) + 1, name, passed, because))
        if not passed:
            return Proof(tuple(steps), None)
    return Proof(tuple(steps), from_payload(envelope.payload))


def _checks(envelope: Envelope, keys: Mapping[str, KnownKey], expected: Expectation) -> Iterator[tuple[str, bool, str]]:
    """Give the checks in order; the caller stops at the first that fails, so later ones may rely on earlier ones."""
    digest = payload_digest(envelope)
    yield "payload digest", digest == expected.payload_sha256, f"sha256 of the payload is {digest}"
    yield "payload type", envelope.payload_type == PAYLOAD_TYPE, f"the type is {envelope.payload_type!r}"
    known = keys.get(envelope.key_id)
    if known is None:
        yield "key", False, f"key {envelope.key_id[:12]} is nobody's"
        return
    yield "key", True, f"key {envelope.key_id[:12]} is {known.login}'s"
    yield "signature", _genuine(envelope, known), "Ed25519 over the DSSE encoding of the stored bytes"
    try:
        statement = from_payload(envelope.payload)
    except MalformedArtefactError as error:
        yield "statement", False, str(error)
        return
    yield "statement", True, f"{statement.kind} by {statement.signer.name} ({statement.signer.role})"
    inside = (statement.evaluation, statement.signer.account, known.account)
    filed = (expected.evaluation, expected.signer, expected.signer)
    yield "binding", inside == filed, "evaluation and signer inside the payload are those it is filed under"
    yield "key at that time", _could_sign(known, statement.signed_at), f"the key could sign at {statement.signed_at}"


def _could_sign(known: KnownKey, signed_at: str) -> bool:
    try:
        at = datetime.fromisoformat(signed_at)
    except ValueError:
        return False
    if at.tzinfo is None:
        return False
    begin = known.created_at.replace(microsecond=0)  # statements carry whole seconds
    return begin <= at and (known.revoked_at is None or at < known.revoked_at)


def _genuine(envelope: Envelope, known: KnownKey) -> bool:
    try:
        return genuine(envelope, public_key(known.public))
    except StoreError:
        return False
