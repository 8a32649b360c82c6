"""Every error a user can meet: a stable slug, a sentence that says what is wrong, a hint that says what to do."""


class CountersignError(Exception):
    """Root of the tree. Doors catch this and nothing else; any other exception is a bug.

    ``slug`` is stable and documented, ``str(error)`` is the sentence, ``hint`` is what to do next.
    """

    slug = "countersign-error"
    hint = "Read the message; if it does not help, report it together with the command you ran."

    def __init__(self, message: str, *, slug: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        if slug is not None:
            self.slug = slug
        if hint is not None:
            self.hint = hint

    def as_dict(self) -> dict[str, str]:
        """Give the three parts as the API and ``--json`` print them."""
        return {"slug": self.slug, "message": str(self), "hint": self.hint}


class ArtefactError(CountersignError):
    """An evidence file that cannot be trusted: it is refused whole and nothing of it is stored."""

    slug = "artefact-refused"
    hint = "Write the report again with the tool that made it, and ingest the new file."


class MalformedArtefactError(ArtefactError):
    """The file breaks the grammar of its own format (cut off, not well-formed, wrong types)."""

    slug = "malformed"
    hint = "The file is damaged or was cut off while being written or uploaded. Write it again and ingest the new file."


class UnknownFormatError(ArtefactError):
    """No reader, or more than one, claims the file."""

    slug = "unknown-format"
    hint = "See `countersign inspect --help` or the README for the formats that are read."


class LimitError(ArtefactError):
    """The file is within its format but beyond a configured limit."""

    slug = "limit-exceeded"
    hint = "Split the report, or raise the limit named in the message if you trust the source."


class PolicyError(CountersignError):
    """The policy file cannot be used."""

    slug = "policy-invalid"
    hint = "Mend the line named in the message; `data/policy.toml` is the documented default."


class NotFoundError(CountersignError):
    """The project, candidate, run or artefact that was asked for is not in the store."""

    slug = "not-found"
    hint = "Check the name; `countersign ingest` creates projects and candidates."


class UsageError(CountersignError):
    """The request itself makes no sense: an argument is missing or contradicts another."""

    slug = "usage"
    hint = "See the command's --help."


class AccessError(CountersignError):
    """The person is not known, or may not do this."""

    slug = "forbidden"
    hint = "Sign in with an account that has the role named in the message."


class ConflictError(CountersignError):
    """The state changed between looking and acting; nothing was done."""

    slug = "conflict"
    hint = "Look again at the current state and repeat the action if it is still right."


class StoreError(CountersignError):
    """The database cannot be opened, written or trusted."""

    slug = "store-unusable"
    hint = "Check the database URL, free space and file permissions."
