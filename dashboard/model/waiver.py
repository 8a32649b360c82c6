"""Exceptions that persons answer for: a failed gate that is waived for a while, and a finding that is accepted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WaiverState(StrEnum):
    """How a waiver stands at a moment."""

    REQUESTED = "requested"
    LIVE = "live"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A request to let a release go on although a gate fails, and who granted it until when."""

    id: int
    candidate_id: int
    gate: str
    reason: str
    requested_by: str
    """Actor; the same person can neither approve it nor sign."""
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    expires_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None

    def state_at(self, moment: datetime) -> WaiverState:
        """Say how it stands at a moment; one that nobody approved is a wish and lifts nothing."""
        if self.withdrawn_at is not None:
            return WaiverState.WITHDRAWN
        if moment >= self.expires_at:
            return WaiverState.EXPIRED
        return WaiverState.REQUESTED if self.approved_at is None else WaiverState.LIVE


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A signed reason why a finding may stand as it is.

    It is bound to the finding's digest: when text or evidence of the finding change, it speaks of something else.
    """

    id: int
    rule: str
    digest: str
    """Digest of the finding (``Finding.digest``)."""
    login: str
    name: str
    role: str
    reason: str
    at: datetime
    payload_sha256: str
    """sha256 of the signed statement."""
