"""Accounts and tokens: added, changed, reset and closed by administrators, each change an event.

One passphrase an account opens its sessions and, with a salt of its own, its signing key. An administrator can
replace both and can open neither: a reset revokes the key, and what it signed before stands.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.errors import ConflictError, NotFoundError, UsageError
from dashboard.model.person import Permission, Person, Role
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.services.sessions import TOKEN_PREFIX, hashed, new_secret
from dashboard.signoff.keys import SealedKey, key_id, new_key, public_key
from dashboard.signoff.passwords import check_strength, hash_passphrase, new_passphrase
from dashboard.store import accounts
from dashboard.store.accounts import Account, Token
from dashboard.store.transaction import reading, writing

_LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

#: The command line and nobody are not accounts.
_PERSONAL = frozenset({Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.MANAGER, Role.ADMIN})

MAX_DAYS = 3650


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What was made: the passphrase is here only when it was made for the person, and never again."""

    person: Person
    passphrase: str | None
    key_id: str

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        person = self.person
        return {
            "login": person.login,
            "name": person.name,
            "role": str(person.role),
            "passphrase": self.passphrase,
            "key_id": self.key_id,
        }


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as it is listed, without anything secret."""

    person: Person
    state: str
    """``active``, ``locked`` or ``closed``."""
    created_at: datetime
    key_id: str | None

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        person = self.person
        return {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "role": str(person.role),
            "state": self.state,
            "created_at": self.created_at.isoformat(),
            "key_id": self.key_id,
        }


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token, shown once."""

    id: int
    project: str
    label: str
    secret: str

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        return {"id": self.id, "project": self.project, "label": self.label, "token": self.secret}


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token as it is listed, without its secret."""

    id: int
    project: str
    label: str
    state: str
    """``active``, ``expired`` or ``revoked``."""
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Give it as ``--json`` prints it."""
        return {
            "id": self.id,
            "project": self.project,
            "label": self.label,
            "state": self.state,
            "created_by": self.created_by,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "last_used_at": self.last_used_at.isoformat() if self.last_used_at else None,
        }


def add_user(context: Context, login: str, name: str, role: Role, passphrase: str | None = None) -> NewAccount:
    """Add an account with a signing key; without a passphrase a random one is made and given back once.

    Raises:
        UsageError: the identifier, the name, the role or the passphrase cannot be taken.
        ConflictError: slug ``account-exists``. Identifiers are never given to another person.
    """
    context.require(Permission.ADMINISTER)
    login, name = _checked(login, name, role)
    secret = _secret(passphrase, login, name)
    key = new_key(login, secret)
    password_hash, now = hash_passphrase(secret), context.clock()
    with writing(context.store) as connection:
        if accounts.find(connection, login) is not None:
            msg = f"There is an account {login} already."
            raise ConflictError(msg, slug="account-exists", hint="Take another identifier, or reset that account.")
        account_id = accounts.add(
            connection,
            login=login,
            name=name,
            role=str(role),
            password_hash=password_hash,
            public_key=key.public,
            sealed_key=key.sealed.encode(),
            at=now,
        )
        facts: dict[str, log.Fact] = {"account": account_id, "login": login, "name": name, "role": str(role)}
        log.add(context, connection, "account.added", facts | _key_facts(key))
    return NewAccount(Person(account_id, login, name, role), secret if passphrase is None else None, key.key_id)


def reset(context: Context, login: str, passphrase: str | None = None) -> NewAccount:
    """Give an account a new passphrase and a new key; the old key is revoked and all sessions end."""
    context.require(Permission.ADMINISTER)
    account = _known(context, login)
    secret = _secret(passphrase, account.login, account.name)
    key = new_key(account.login, secret)
    password_hash, now = hash_passphrase(secret), context.clock()
    with writing(context.store) as connection:
        accounts.set_secret(
            connection, account.id, password_hash=password_hash, public_key=key.public, sealed_key=key.sealed.encode()
        )
        accounts.set_failures(connection, account.id, attempts=0, locked_until=None)
        accounts.end_sessions(connection, account.id, now)
        facts: dict[str, log.Fact] = {"account": account.id, "login": account.login, "name": account.name}
        log.add(context, connection, "account.reset", facts | _key_facts(key))
    return NewAccount(account.person, secret if passphrase is None else None, key.key_id)


def set_role(context: Context, login: str, role: Role) -> Person:
    """Change the role of an account; it applies at the next thing the person does."""
    context.require(Permission.ADMINISTER)
    account = _known(context, login)
    _not_oneself(context, account)
    _checked(account.login, account.name, role)
    with writing(context.store) as connection:
        accounts.set_role(connection, account.id, str(role))
        facts: dict[str, log.Fact] = {"account": account.id, "login": account.login}
        log.add(context, connection, "account.role", facts | {"before": str(account.role), "after": str(role)})
    return Person(account.id, account.login, account.name, role)


def disable(context: Context, login: str) -> Person:
    """Close an account: sessions end, the key is revoked, signatures given before stand."""
    context.require(Permission.ADMINISTER)
    account = _known(context, login)
    _not_oneself(context, account)
    now = context.clock()
    with writing(context.store) as connection:
        accounts.set_disabled(connection, account.id, now)
        accounts.drop_key(connection, account.id)
        accounts.end_sessions(connection, account.id, now)
        log.add(context, connection, "account.closed", {"account": account.id, "login": account.login})
    return account.person


def enable(context: Context, login: str) -> Person:
    """Open a closed account again; it has no signing key until it is reset."""
    context.require(Permission.ADMINISTER)
    account = _known(context, login)
    with writing(context.store) as connection:
        accounts.set_disabled(connection, account.id, None)
        log.add(context, connection, "account.opened", {"account": account.id, "login": account.login})
    return account.person


def list_users(context: Context) -> list[ListedAccount]:
    """List the accounts, by identifier."""
    context.require(Permission.ADMINISTER)
    now = context.clock()
    with reading(context.store) as connection:
        found = accounts.all_accounts(connection)
    return [ListedAccount(a.person, _state(a, now), a.created_at, _key_name(a)) for a in found]


def add_token(context: Context, project: str, label: str, *, days: int | None = None) -> NewToken:
    """Make a token that may ingest into one project; its secret is given back once."""
    context.require(Permission.ADMINISTER)
    label = label.strip()
    if not label or len(label) > 100:
        msg = "A token needs a label of 1 to 100 characters."
        raise UsageError(msg, slug="label-invalid", hint="Name the pipeline that will use it.")
    if days is not None and not 1 <= days <= MAX_DAYS:
        msg = f"A token lives 1 to {MAX_DAYS} days, not {days}."
        raise UsageError(msg, slug="days-invalid", hint="Leave --days away for a token that does not expire.")
    secret, now = TOKEN_PREFIX + new_secret(), context.clock()
    expires = now + timedelta(days=days) if days is not None else None
    with writing(context.store) as connection:
        token_id = accounts.add_token(
            connection,
            project=project,
            label=label,
            token_hash=hashed(secret),
            by=log.actor_of(context.person),
            at=now,
            expires_at=expires,
        )
        if token_id is None:
            msg = f"There is no project {project}."
            raise NotFoundError(msg, slug="project-not-found", hint="The first `countersign ingest` makes a project.")
        log.add(context, connection, "token.added", {"token": token_id, "label": label}, project=project)
    return NewToken(token_id, project, label, secret)


def list_tokens(context: Context, project: str | None = None) -> list[ListedToken]:
    """List the tokens, newest first."""
    context.require(Permission.ADMINISTER)
    now = context.clock()
    with reading(context.store) as connection:
        found = accounts.all_tokens(connection, project)
    return [
        ListedToken(
            t.id, t.project, t.label, _token_state(t, now), t.created_by, t.created_at, t.expires_at, t.last_used_at
        )
        for t in found
    ]


def revoke_token(context: Context, token_id: int) -> None:
    """Refuse a token from now on.

    Raises:
        NotFoundError: there is no such token, or it is revoked already.
    """
    context.require(Permission.ADMINISTER)
    with writing(context.store) as connection:
        if not accounts.revoke_token(connection, token_id, context.clock()):
            msg = f"There is no token {token_id} that could be revoked."
            raise NotFoundError(msg, slug="token-not-found", hint="`countersign token list` shows the tokens.")
        log.add(context, connection, "token.revoked", {"token": token_id})


def _checked(login: str, name: str, role: Role) -> tuple[str, str]:
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        msg = f"{login!r} cannot be an identifier."
        hint = (
            "Take 1 to 64 lower-case letters, digits, dots, dashes or underscores, with a letter or digit at both ends."
        )
        raise UsageError(msg, slug="login-invalid", hint=hint)
    if not name or len(name) > 100 or not name.isprintable():
        msg = "The printed name must have 1 to 100 printable characters."
        raise UsageError(msg, slug="name-invalid", hint="Give the name as it should stand beside a signature.")
    if role not in _PERSONAL:
        msg = f"{role} is not a role that an account can have."
        raise UsageError(msg, slug="role-invalid", hint=f"Roles are {', '.join(sorted(_PERSONAL))}.")
    return login, name


def _secret(passphrase: str | None, login: str, name: str) -> str:
    if passphrase is None:
        return new_passphrase()
    check_strength(passphrase, login=login, name=name)
    return passphrase


def _known(context: Context, login: str) -> Account:
    with reading(context.store) as connection:
        account = accounts.find(connection, login.strip().lower())
    if account is None:
        msg = f"There is no account {login}."
        raise NotFoundError(msg, slug="account-not-found", hint="`countersign user list` shows the accounts.")
    return account


def _not_oneself(context: Context, account: Account) -> None:
    if context.person.id == account.id:
        msg = "Nobody changes their own role or closes their own account."
        raise ConflictError(msg, slug="own-account", hint="Ask another administrator.")


def _key_facts(key: SealedKey) -> dict[str, log.Fact]:
    """Put the public key into the log: there it can be found after the account has another one."""
    return {"key_id": key.key_id, "public_key": key.public.hex()}


def _key_name(account: Account) -> str | None:
    return None if account.public_key is None else key_id(public_key(account.public_key))


def _state(account: Account, now: datetime) -> str:
    if account.disabled_at is not None:
        return "closed"
    return "locked" if account.locked_until is not None and now < account.locked_until else "active"


def _token_state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and now >= token.expires_at else "active"
