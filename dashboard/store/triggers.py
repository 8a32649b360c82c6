"""Keeps the ledger and the signed statements append-only inside the database as well.

The signed checkpoints are the control; this stops accidents and makes tampering leave marks.
"""

from sqlalchemy import Connection, text

APPEND_ONLY = ("event", "signoff")


def create(connection: Connection) -> None:
    """Create the triggers of the first schema."""
    statements = _sqlite() if connection.dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        connection.execute(text(statement))


def _sqlite() -> list[str]:
    statements = [
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in APPEND_ONLY
        for action in ("UPDATE", "DELETE")
    ]
    # INSERT OR REPLACE deletes the old row without firing the trigger against DELETE, so inserting is watched too.
    statements.append(
        "CREATE TRIGGER event_in_order BEFORE INSERT ON event "
        "WHEN NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM event) "
        "BEGIN SELECT RAISE(ABORT, 'event is append-only and has no gaps'); END"
    )
    statements.append(
        "CREATE TRIGGER signoff_no_replace BEFORE INSERT ON signoff "
        "WHEN EXISTS (SELECT 1 FROM signoff WHERE id = NEW.id OR event_seq = NEW.event_seq) "
        "BEGIN SELECT RAISE(ABORT, 'signoff is append-only'); END"
    )
    return statements


def _postgresql() -> list[str]:
    statements = [_APPEND_ONLY, _IN_ORDER, _ORDER_TRIGGER]
    for table in APPEND_ONLY:
        change = f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
        truncate = f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
        statements += [f"{head} EXECUTE FUNCTION countersign_append_only()" for head in (change, truncate)]
    return statements


_APPEND_ONLY = """CREATE FUNCTION countersign_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""
_IN_ORDER = """CREATE FUNCTION countersign_event_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.seq <> (SELECT coalesce(max(seq) + 1, 0) FROM event) THEN
RAISE EXCEPTION 'event is append-only and has no gaps'; END IF; RETURN NEW; END $$"""
_ORDER_TRIGGER = """CREATE TRIGGER event_in_order BEFORE INSERT ON event
FOR EACH ROW EXECUTE FUNCTION countersign_event_in_order()"""
