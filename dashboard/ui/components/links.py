"""Where a view stands, and links that carry it: every view can be shared by its address."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard.model.candidate import Candidate
from dashboard.ui.components.markup import Markup, tag


@dataclass(frozen=True, slots=True)
class Place:
    """The project and candidate that are looked at; "" and ``None`` before anything is ingested."""

    project: str
    project_name: str
    candidate: Candidate | None

    def params(self, **more: object) -> dict[str, str]:
        """Give the query parameters of this place, and more of them; ``None`` and "" are left out."""
        chosen: Mapping[str, object] = {
            "project": self.project,
            "candidate": self.candidate.id if self.candidate else None,
            **more,
        }
        return {key: str(value) for key, value in chosen.items() if value not in (None, "")}

    def href(self, page: str, **more: object) -> str:
        """Give the address of a page, relative so that it holds under any prefix."""
        query = urlencode(self.params(**more))
        return f"./{page}?{query}" if query else f"./{page}"

    def ingest(self, files: str) -> str:
        """Give the command that brings evidence here; subject and environment are whole: they name the candidate."""
        subject = self.candidate.subject if self.candidate else "$(git rev-parse HEAD)"
        environment = self.candidate.environment if self.candidate else None
        where = f" --environment {shlex.quote(environment)}" if environment else ""
        project = shlex.quote(self.project or "my-project")
        return f"countersign ingest {files} --project {project} --subject {subject}{where}"

    def link(self, label: object, page: str, **more: object) -> Markup:
        """Give a link to a page at this place."""
        return tag("a", label, href=self.href(page, **more), target="_self")


def raw_link(sha256: str, label: object = "download") -> Markup:
    """Give a link to an artefact's bytes, as they were ingested."""
    return tag("a", label, href=f"./api/v1/artefacts/{sha256}", target="_self", download=True)
