"""Notes beside a test case: what the next person who looks should know."""

from dashboard.errors import NotFoundError, UsageError
from dashboard.model.person import Permission
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.store import frames
from dashboard.store import notes as stored
from dashboard.store.notes import Note
from dashboard.store.transaction import reading, writing

MAX_TEXT = 2000


def add(context: Context, project: str, case_id: int, text: str) -> None:
    """Write a note.

    Raises:
        AccessError: the person may not; who may mute may write notes.
        UsageError: there is no text, or too much of it.
        NotFoundError: the project has no such case.
    """
    context.require(Permission.MUTE)
    tidy = text.strip()
    if not tidy or len(tidy) > MAX_TEXT:
        msg = f"A note has 1 to {MAX_TEXT:,} characters."
        raise UsageError(msg, slug="note-empty", hint="Say what the next person should know.")
    case = frames.case(context.store, case_id)
    if case is None or case["project"] != project:
        msg = f"The project {project} has no test case {case_id}."
        raise NotFoundError(msg, slug="case-not-found", hint="Open it from a list of tests.")
    with writing(context.store) as connection:
        number = stored.add(connection, case_id, tidy, by=log.actor_of(context.person), at=context.clock())
        log.add(context, connection, "note.added", {"note": number, "case": case_id}, project=project)


def listed(context: Context, case_id: int) -> tuple[Note, ...]:
    """Give the notes of a case, newest first."""
    context.require(Permission.READ)
    with reading(context.store) as connection:
        return tuple(stored.of_case(connection, case_id))
