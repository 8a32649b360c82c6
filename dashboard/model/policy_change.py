"""One demand of a policy that is no longer what it was; dashboard.policy.changes finds them."""

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a change does to the demand it is about."""

    STRICTER = "stricter"
    LOOSER = "looser"
    SHIFTED = "shifted"
    """It asks something else, or weighs otherwise: neither more nor less."""
    WORDING = "wording"
    """It changes no judgement by itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """One demand that is no longer what it was."""

    subject: str
    """Gate id, or the section of the file."""
    what: str
    """Which part of it: ``pass``, ``tier``, ``max_age`` ...; "" for the whole of it."""
    before: str | None
    """``None`` where it was not there."""
    after: str | None
    effect: Effect
    note: str = ""
    """Why, where the values alone do not say."""

    @property
    def text(self) -> str:
        """Say it in one line: ``coverage.total pass >= 80 % -> >= 75 %: looser``."""
        name = f"{self.subject} {self.what}".strip()
        if self.before is None:
            said = f"{name} added" + (f" ({self.after})" if self.after else "")
        elif self.after is None:
            said = f"{name} removed" + (f" (was {self.before})" if self.before else "")
        else:
            said = f"{name} {self.before} -> {self.after}"
        return f"{said}: {self.effect}" + (f", {self.note}" if self.note else "")
