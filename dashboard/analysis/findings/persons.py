"""Findings about who signed: asked of signed statements and of written reports.

They are never part of the decision that was signed: a signature cannot be a finding of the evaluation it is over.
"""

from collections.abc import Collection, Iterator, Sequence

from dashboard.model.evaluation import Finding, Severity


def signer_involved(
    signers: Sequence[str],
    *,
    uploaders: Collection[str] = (),
    deployers: Collection[str] = (),
    policy_editors: Collection[str] = (),
) -> Iterator[Finding]:
    """Find signers who brought the evidence, deployed the candidate, or wrote the policy they judge it by.

    Takes: names or logins, compared whatever their case.
    """
    parts = (
        ("brought in the evidence", uploaders),
        ("deployed the candidate", deployers),
        ("edited the policy", policy_editors),
    )
    for signer in dict.fromkeys(signers):
        did = [what for what, who in parts if signer.casefold() in {one.casefold() for one in who}]
        if did:
            text = f"{signer} signed and also {' and '.join(did)}: nobody else has looked."
            yield Finding("signer-involved", Severity.BLOCKER, text)
