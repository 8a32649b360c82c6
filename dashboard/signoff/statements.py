"""A statement as the bytes of an in-toto Statement v1, and back.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. The four subjects stand in one statement, so
a signature cannot be moved to another candidate, other evidence, another policy or another report.
"""

from dataclasses import asdict, fields
from typing import Any, cast, get_args, get_origin, get_type_hints

from dashboard.errors import MalformedArtefactError
from dashboard.model.statement import Statement
from dashboard.signoff.envelope import canonical, strict_json

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:countersign:sign-off:v1"

#: Name of each subject, in the order they are written.
_SUBJECTS = {"candidate": "candidate", "evidence-manifest": "manifest", "policy": "policy", "report": "report"}


def to_payload(statement: Statement) -> bytes:
    """Give the bytes that are signed and shown."""
    predicate = asdict(statement)
    subjects = predicate.pop("subjects")
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": name, "digest": {_algorithm(name, subjects[field]): subjects[field]}}
                for name, field in _SUBJECTS.items()
            ],
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }
    )


def from_payload(payload: bytes) -> Statement:
    """Read the bytes back; whoever calls has verified the signature over these very bytes.

    Raises:
        MalformedArtefactError: slug ``statement-malformed``: another type, a field missing, added or of another
            type, or bytes that are not the canonical ones.
    """
    try:
        document = strict_json(payload)
        if canonical(document) != payload:
            _breach("the bytes are not canonical")
        if set(document) != {"_type", "subject", "predicateType", "predicate"}:
            _breach("fields are missing or added")
        if (document["_type"], document["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
            _breach(f"the type is {document['predicateType']!r}")
        found = {subject["name"]: subject["digest"] for subject in document["subject"]}
        if list(found) != list(_SUBJECTS) or any(len(digest) != 1 for digest in found.values()):
            _breach("the subjects are not candidate, evidence manifest, policy and report")
        subjects = {_SUBJECTS[name]: next(iter(digest.values())) for name, digest in found.items()}
        return cast("Statement", _build(Statement, document["predicate"] | {"subjects": subjects}))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"The signed payload is not a statement of this product: {error}."
        hint = "Do not rely on it; ask for the envelope again from its source."
        raise MalformedArtefactError(msg, slug="statement-malformed", hint=hint) from error


def _algorithm(name: str, digest: str) -> str:
    # in-toto's name for a commit is gitCommit; everything else here is a sha256.
    return "gitCommit" if name == "candidate" and len(digest) != 64 else "sha256"


def _breach(what: str) -> None:
    raise ValueError(what)


def _build(kind: Any, value: Any) -> Any:
    """Build ``kind`` from plain JSON, refusing every other shape."""
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if not isinstance(value, list):
            _breach("a list is expected")
        return tuple(_build(inner, item) for item in value)
    if hasattr(kind, "__dataclass_fields__"):
        hints = get_type_hints(kind)
        names = {field.name for field in fields(kind)}
        if set(value) != names:
            _breach(f"{kind.__name__} has {', '.join(sorted(set(value) ^ names))} missing or added")
        return kind(**{name: _build(hints[name], value[name]) for name in names})
    if issubclass(kind, str) and isinstance(value, str):
        return kind(value)
    if type(value) is not kind:
        _breach(f"{value!r} is not {kind.__name__}")
    return value
