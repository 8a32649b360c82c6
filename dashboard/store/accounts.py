"""Accounts, their sessions, and the tokens of pipelines. Secrets come and go as hashes or sealed, never open.

Every function takes a connection, so that what it does stands or falls with the event that records it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from dashboard.model.person import Person, Role
from dashboard.store.moments import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from dashboard.store.transaction import Connection, first, rows, run, scalar

_ACCOUNT = (
    "a.id, a.login, a.name, a.role, a.password_hash, a.public_key, a.sealed_key, a.created_at, a.disabled_at, "
    "a.failed_attempts, a.locked_until"
)
_PIPELINE = (
    "t.id, p.slug AS project, t.label, t.created_by, t.created_at, t.expires_at, t.revoked_at, t.last_used_at "
    "FROM token t JOIN project p ON p.id = t.project_id"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    id: int
    login: str
    name: str
    role: Role
    password_hash: str
    public_key: bytes | None
    sealed_key: bytes | None
    created_at: datetime
    disabled_at: datetime | None
    failed_attempts: int
    locked_until: datetime | None

    @property
    def person(self) -> Person:
        """Give the person as services see them."""
        return Person(self.id, self.login, self.name, self.role)


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a pipeline, without its secret."""

    id: int
    project: str
    label: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def find(connection: Connection, login: str) -> Account | None:
    """Give the account of an identifier, open or closed."""
    return _account(first(connection, f"SELECT {_ACCOUNT} FROM account a WHERE a.login = :login", login=login))


def get(connection: Connection, account_id: int) -> Account | None:
    """Give the account of a number."""
    return _account(first(connection, f"SELECT {_ACCOUNT} FROM account a WHERE a.id = :id", id=account_id))


def all_accounts(connection: Connection) -> list[Account]:
    """Give every account, by identifier."""
    found = (_account(row) for row in rows(connection, f"SELECT {_ACCOUNT} FROM account a ORDER BY a.login"))
    return [account for account in found if account is not None]


def add(connection: Connection, *, at: datetime, **values: Any) -> int:
    """Add an account (login, name, role, password_hash, public_key, sealed_key); gives its number."""
    sql = (
        "INSERT INTO account (login, name, role, password_hash, public_key, sealed_key, created_at, failed_attempts) "
        "VALUES (:login, :name, :role, :password_hash, :public_key, :sealed_key, :at, 0) RETURNING id"
    )
    return int(scalar(connection, sql, at=to_ms(at), **values))


def set_secret(
    connection: Connection, account_id: int, *, password_hash: str, public_key: bytes, sealed_key: bytes
) -> None:
    """Replace passphrase and key."""
    sql = "UPDATE account SET password_hash = :hash, public_key = :public, sealed_key = :sealed WHERE id = :id"
    run(connection, sql, id=account_id, hash=password_hash, public=public_key, sealed=sealed_key)


def drop_key(connection: Connection, account_id: int) -> None:
    """Take the signing key away; the log still knows its public half."""
    run(connection, "UPDATE account SET public_key = NULL, sealed_key = NULL WHERE id = :id", id=account_id)


def set_role(connection: Connection, account_id: int, role: str) -> None:
    """Change the role."""
    run(connection, "UPDATE account SET role = :role WHERE id = :id", id=account_id, role=role)


def set_disabled(connection: Connection, account_id: int, at: datetime | None) -> None:
    """Close the account, or open it with ``None``."""
    run(connection, "UPDATE account SET disabled_at = :at WHERE id = :id", id=account_id, at=to_ms_or_none(at))


def set_failures(connection: Connection, account_id: int, *, attempts: int, locked_until: datetime | None) -> None:
    """Set how many attempts failed in a row, and until when none is accepted."""
    sql = "UPDATE account SET failed_attempts = :attempts, locked_until = :until WHERE id = :id"
    run(connection, sql, id=account_id, attempts=attempts, until=to_ms_or_none(locked_until))


def add_session(
    connection: Connection, *, token_hash: str, account_id: int, created_at: datetime, expires_at: datetime
) -> None:
    """Add a session."""
    sql = (
        "INSERT INTO session (token_hash, account_id, created_at, expires_at, last_seen_at) "
        "VALUES (:hash, :account, :at, :expires, :at)"
    )
    run(connection, sql, hash=token_hash, account=account_id, at=to_ms(created_at), expires=to_ms(expires_at))


def by_session(connection: Connection, token_hash: str, at: datetime) -> Account | None:
    """Give the open account behind a session that is valid ``at`` this moment."""
    sql = (
        f"SELECT {_ACCOUNT} FROM session s JOIN account a ON a.id = s.account_id "
        "WHERE s.token_hash = :hash AND s.revoked_at IS NULL AND s.expires_at > :at AND a.disabled_at IS NULL"
    )
    return _account(first(connection, sql, hash=token_hash, at=to_ms(at)))


def end_session(connection: Connection, token_hash: str, at: datetime) -> None:
    """End one session."""
    sql = "UPDATE session SET revoked_at = :at WHERE token_hash = :hash AND revoked_at IS NULL"
    run(connection, sql, hash=token_hash, at=to_ms(at))


def end_sessions(connection: Connection, account_id: int, at: datetime) -> None:
    """End every session of an account."""
    sql = "UPDATE session SET revoked_at = :at WHERE account_id = :id AND revoked_at IS NULL"
    run(connection, sql, id=account_id, at=to_ms(at))


def add_token(
    connection: Connection,
    *,
    project: str,
    label: str,
    token_hash: str,
    by: str,
    at: datetime,
    expires_at: datetime | None,
) -> int | None:
    """Add a token of a project; gives its number, or nothing when there is no such project."""
    sql = (
        "INSERT INTO token (project_id, label, token_hash, created_by, created_at, expires_at) "
        "SELECT id, :label, :hash, :by, :at, :expires FROM project WHERE slug = :project RETURNING id"
    )
    expires = to_ms_or_none(expires_at)
    new = scalar(connection, sql, project=project, label=label, hash=token_hash, by=by, at=to_ms(at), expires=expires)
    return None if new is None else int(new)


def token(connection: Connection, token_hash: str, at: datetime) -> Token | None:
    """Give the token of a hash that is valid ``at`` this moment."""
    sql = (
        f"SELECT {_PIPELINE} WHERE t.token_hash = :hash AND t.revoked_at IS NULL "
        "AND (t.expires_at IS NULL OR t.expires_at > :at)"
    )
    row = first(connection, sql, hash=token_hash, at=to_ms(at))
    return None if row is None else _token(row)


def token_used(connection: Connection, token_id: int, at: datetime) -> None:
    """Note when a token was last used."""
    run(connection, "UPDATE token SET last_used_at = :at WHERE id = :id", id=token_id, at=to_ms(at))


def all_tokens(connection: Connection, project: str | None) -> list[Token]:
    """Give the tokens of a project, or of all, newest first."""
    sql = f"SELECT {_PIPELINE} WHERE (CAST(:project AS TEXT) IS NULL OR p.slug = :project) ORDER BY t.id DESC"
    return [_token(row) for row in rows(connection, sql, project=project)]


def revoke_token(connection: Connection, token_id: int, at: datetime) -> bool:
    """Revoke a token; says whether there was one to revoke."""
    sql = "UPDATE token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL"
    return run(connection, sql, id=token_id, at=to_ms(at)) == 1


def _account(row: RowMapping | None) -> Account | None:
    if row is None:
        return None
    values = dict(row)
    values["role"] = Role(values["role"])
    values["created_at"] = from_ms(values["created_at"])
    for name in ("disabled_at", "locked_until"):
        values[name] = from_ms_or_none(values[name])
    for name in ("public_key", "sealed_key"):
        values[name] = None if values[name] is None else bytes(values[name])
    return Account(**values)


def _token(row: RowMapping) -> Token:
    values = dict(row)
    values["created_at"] = from_ms(values["created_at"])
    for name in ("expires_at", "revoked_at", "last_used_at"):
        values[name] = from_ms_or_none(values[name])
    return Token(**values)
