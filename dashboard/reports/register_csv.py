"""The register of candidates as CSV: one row a candidate, all that is known of it, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from dashboard.model.figures import points_text, score_text
from dashboard.model.register import NOT_JUDGED, Entry
from dashboard.model.statement import SignOff
from dashboard.reports.evaluation_json import instant

COLUMNS = (
    "project", "candidate", "version", "subject", "environment", "branch", "opened_at", "cut_off", "state",
    "state_by_its_own_signatures", "superseded_by", "superseded_declared_by", "superseded_at", "superseded_because",
    "decision", "score", "points", "possible_points", "policy_version", "policy_digest", "evaluation_id", "judged_at",
    "judgement_outdated", "reasons", "signers", "roles", "meanings", "statements", "signature_states", "signed_at",
    "signature_reasons", "open_conditions", "overdue_conditions", "artefacts", "last_evidence_at",
)  # fmt: skip

#: A cell that begins with one of these is read as a formula by spreadsheets (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

_BETWEEN = "; "


def safe(text: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: an apostrophe in front makes it text."""
    clean = text.encode("utf-8", "replace").decode().replace("\0", "")
    return f"'{clean}" if clean.lstrip(" \u00a0").startswith(_FORMULA) or clean.startswith(_FORMULA) else clean


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Give the file line by line: a header, then a row a candidate. RFC 4180, UTF-8, times in ISO 8601 UTC."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line([safe(row) for row in _cells(entry)])


def as_dict(entry: Entry) -> dict[str, str]:
    """Give the same columns as names and values, as they are: for JSON, where nothing is a formula."""
    return dict(zip(COLUMNS, _cells(entry), strict=True))


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cells(entry: Entry) -> list[str]:
    candidate, judged, declared = entry.candidate, entry.judged, entry.declared
    return [
        candidate.project,
        str(candidate.id),
        candidate.version or "",
        candidate.subject,
        candidate.environment or "",
        candidate.branch or "",
        instant(candidate.opened_at),
        _at(candidate.as_of),
        str(entry.state),
        str(entry.before),
        entry.passed_by,
        declared.by if declared else "",
        _at(declared.at if declared else None),
        declared.because if declared else "",
        str(judged.decision) if judged else NOT_JUDGED,
        score_text(judged.score) if judged else "",
        points_text(judged.earned_halves) if judged else "",
        points_text(judged.possible_halves) if judged else "",
        str(judged.policy_version) if judged else "",
        judged.policy_digest if judged else "",
        judged.id if judged else "",
        _at(judged.at if judged else None),
        judged.outdated if judged else "",
        _BETWEEN.join(judged.reasons) if judged else "",
        *_signatures(entry.signed),
        str(entry.open_conditions),
        str(entry.overdue_conditions),
        str(entry.artefacts),
        _at(entry.last_evidence_at),
    ]


def _signatures(signed: tuple[SignOff, ...]) -> list[str]:
    """Give what stands of every statement, each column in the same order."""
    columns = (
        [f"{s.name} ({s.login})" for s in signed],
        [s.role for s in signed],
        [str(s.meaning) for s in signed],
        [str(s.kind) for s in signed],
        [str(s.state) for s in signed],
        [instant(s.signed_at) for s in signed],
        [" ".join(s.reason.split()) for s in signed],
    )
    return [_BETWEEN.join(column) for column in columns]


def _at(moment: datetime | None) -> str:
    return instant(moment) if moment is not None else ""
