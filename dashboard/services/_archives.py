"""An archive is a folder: each regular member is a file of its own, and none is ever written under its name."""

from typing import BinaryIO

from dashboard.errors import UnknownFormatError
from dashboard.services._containers import archive_format
from dashboard.services._limits import Purse
from dashboard.services._members import Member
from dashboard.services._tar import tar_members
from dashboard.services._zip import zip_members

__all__ = ["PASSED_OVER", "Member", "members_of", "no_report", "sentence"]

#: Slugs of what is no evidence at all: passed over when met in a folder or an archive, refused when named.
PASSED_OVER = frozenset(
    {"unknown-format", "unsupported-format", "html-page", "binary-file", "not-xml-we-know", "no-report-in-archive"}
)
_NAMED = 3


def members_of(content: BinaryIO, purse: Purse) -> list[Member] | None:
    """Give the members of an archive that is whole, checked to its end; ``None`` when this is no archive.

    Raises:
        ArtefactError: the archive is empty, damaged, cut off, or beyond a limit. Nothing of it may be stored.
    """
    format_ = archive_format(content)
    if format_ is None:
        return None
    members = zip_members(content, purse) if format_ == "zip" else tar_members(content)
    if not members:
        msg = f"The {format_} archive has no file in it: whatever should have packed the reports found none."
        hint = "Look at the log of the step that packs the archive; no report is not a passed test run."
        raise UnknownFormatError(msg, slug="empty-archive", hint=hint)
    return members


def no_report(why: list[str]) -> UnknownFormatError:
    """Say that an archive holds no report; ``why`` has a sentence for each member."""
    first = " ".join(why[:_NAMED]) + (f" And {len(why) - _NAMED:,} more." if len(why) > _NAMED else "")
    msg = f"No member of the archive is a report that can be read: {first}"
    hint = "Look at what was packed; the README has the formats that are read."
    return UnknownFormatError(msg, slug="no-report-in-archive", hint=hint)


def sentence(name: str, slug: str, message: str) -> str:
    """Say why a member is not read, with its name in it."""
    return message if slug.startswith("member-") else f"{name}: {message}"
