"""How much may come out of what was compressed: the limits, what they say, and one purse for a whole archive."""

from dataclasses import dataclass

from dashboard.errors import LimitError
from dashboard.settings import MIB, Settings

#: A text compresses 5 to 30 times; beyond this share it is a bomb, once the first 10 MiB are out.
MAX_RATIO = 200
RATIO_FREE_BYTES = 10 * MIB
#: Entries of one archive, folders and links included. The largest report folders have a few hundred files.
MAX_MEMBERS = 2_000


def too_large(what: str, settings: Settings) -> LimitError:
    """Say that something is beyond ``COUNTERSIGN_MAX_ARTEFACT_MIB``."""
    cap = settings.max_artefact_bytes // MIB
    msg = f"{what} is larger than {cap:,} MiB, the limit set by COUNTERSIGN_MAX_ARTEFACT_MIB."
    hint = "Split the report, or set COUNTERSIGN_MAX_ARTEFACT_MIB higher if you trust the source."
    return LimitError(msg, slug="too-large", hint=hint)


def too_many(members: int) -> LimitError:
    """Say that an archive has more members than are read."""
    msg = f"The archive has {members:,} members or more; {MAX_MEMBERS:,} are the limit."
    return LimitError(msg, slug="too-many-members", hint="Pack only the reports, or split the archive.")


def is_bomb(given: int, packed: int) -> bool:
    """Whether ``given`` bytes are more than ``packed`` bytes of a report can have held."""
    return given > RATIO_FREE_BYTES and given > MAX_RATIO * packed


def bomb(what: str, slug: str) -> LimitError:
    """Say that something inflates like no report does."""
    msg = f"{what} inflates more than {MAX_RATIO}-fold: it is refused as a decompression bomb."
    hint = f"Ingest the file uncompressed if you trust it; the limit is {MAX_RATIO}:1 beyond 10 MiB."
    return LimitError(msg, slug=slug, hint=hint)


@dataclass(slots=True)
class Purse:
    """What may still come out of one file, however deep it lies: members and what they inflate to together."""

    settings: Settings
    packed: int
    """Size of the outermost file in bytes."""
    given: int = 0
    """Bytes that came out so far."""

    def spend(self, size: int) -> None:
        """Take ``size`` bytes out.

        Raises:
            LimitError: all that came out is beyond the cap, or too many times what went in.
        """
        self.given += size
        if self.given > self.settings.max_artefact_bytes:
            raise too_large("The decompressed content", self.settings)
        if is_bomb(self.given, self.packed):
            raise bomb("The archive", "archive-bomb")
