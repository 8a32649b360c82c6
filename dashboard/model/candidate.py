"""What is proposed for release, and the references by which evidence belongs to it."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.model.records import Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject (commit sha or artefact sha256) of a project, proposed for an environment."""

    id: int
    project: str
    """Slug of the project."""
    project_name: str
    subject: str
    version: str | None
    branch: str | None
    environment: str | None
    opened_at: datetime
    as_of: datetime | None
    """The declared cut-off at which evidence is judged; ``None`` for an open candidate, judged at the present.
    It is shown wherever the decision is shown, and signed with it."""

    @property
    def label(self) -> str:
        """Give the name a person uses: version and short subject."""
        short = self.subject[:7]
        return f"{self.version} · {short}" if self.version else short

    @property
    def full_label(self) -> str:
        """Give the label with the environment: a subject may be proposed for several."""
        return f"{self.label} · {self.environment}" if self.environment else self.label


@dataclass(frozen=True, slots=True)
class Source:
    """A stored artefact, as verdicts, findings and the manifest refer to it."""

    sha256: str
    name: str
    kind: Kind
    format: str
    size: int
    reader: str
    """``format@version``."""
    records_sha256: str
    collected_at: datetime
    """When it was measured: what the file says trustworthily, else the run's start, else the ingest."""
    origin: str
    """How it came in: ``cli``, ``api`` or ``browser``, with the uploader where known."""
    run: str | None
    incomplete: bool
