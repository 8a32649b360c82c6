"""Signing in: who stands behind a browser's cookie or a pipeline's token.

Secrets are random and kept only as their sha256; a session ends by time, by signing out, and at once when its
account is closed, reset or demoted. An unknown identifier, a wrong passphrase and a locked account look and last
the same from outside.
"""

import hashlib
import secrets
from datetime import timedelta

from dashboard.errors import AccessError
from dashboard.model.person import ANONYMOUS, Person, Role
from dashboard.services import log
from dashboard.services.context import Context
from dashboard.signoff.passwords import MAX_LENGTH, NOBODY, matches
from dashboard.store import accounts
from dashboard.store.transaction import reading, writing

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)

#: How a machine token begins, so that secret scanners can find one that leaked.
TOKEN_PREFIX = "countersign_"  # noqa: S105 - the beginning of every token, not one

_SECRET_BYTES = 32


def new_secret() -> str:
    """Make 256 random bits, as text that fits a cookie or a header."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def hashed(secret: str) -> str:
    """Give what is stored of a secret. It is 256 random bits, so one round of sha256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def log_in(context: Context, login: str, passphrase: str) -> tuple[str, Person]:
    """Check identifier and passphrase; gives the new session's token and the person.

    Raises:
        AccessError: slug ``sign-in-refused``, the same for every reason.
    """
    login = login.strip().lower()
    person = check_passphrase(context, login, passphrase, purpose="log-in")
    if person is None:
        raise _refused()
    token, now = new_secret(), context.clock()
    acting = context.acting_as(person)
    with writing(context.store, bump=False) as connection:
        accounts.add_session(
            connection,
            token_hash=hashed(token),
            account_id=person.id or 0,
            created_at=now,
            expires_at=now + timedelta(hours=context.settings.session_hours),
        )
        log.add(acting, connection, "session.opened", {})
    return token, person


def check_passphrase(context: Context, login: str, passphrase: str, *, purpose: str) -> Person | None:
    """Check a passphrase and count failures; gives nobody when it is wrong or the account is locked or closed.

    After ``MAX_FAILURES`` in a row the account is locked for ``LOCKED_FOR``; the failure and the lock are events.
    """
    now = context.clock()
    with reading(context.store) as connection:
        account = accounts.find(connection, login)
    phc = NOBODY if account is None else account.password_hash
    # Always one full check, whatever is known already: the time taken must not tell.
    right = matches(passphrase[: MAX_LENGTH + 1], phc)
    locked = account is not None and account.locked_until is not None and now < account.locked_until
    if account is None or account.disabled_at is not None or locked or not right:
        _count_failure(context, login, known=account is not None, locked=locked, purpose=purpose)
        return None
    if account.failed_attempts or account.locked_until is not None:
        with writing(context.store, bump=False) as connection:
            accounts.set_failures(connection, account.id, attempts=0, locked_until=None)
    return account.person


def _count_failure(context: Context, login: str, *, known: bool, locked: bool, purpose: str) -> None:
    """Record a failure; the identifier is recorded only where it is an account's, since people mistype passphrases."""
    facts: dict[str, log.Fact] = {"login": login if known else "", "known": known, "locked": locked, "for": purpose}
    now = context.clock()
    with writing(context.store, bump=False) as connection:
        log.add(context, connection, "session.refused", facts)
        account = accounts.find(connection, login) if known else None
        if account is None or locked:
            return
        attempts = account.failed_attempts + 1
        lock = attempts >= MAX_FAILURES
        until = now + LOCKED_FOR if lock else None
        # A lock that has run out starts the count anew.
        accounts.set_failures(connection, account.id, attempts=0 if lock else attempts, locked_until=until)
        if until is not None:
            log.add(context, connection, "account.locked", {"login": login, "failures": attempts})


def who(context: Context, token: str) -> Person:
    """Give the person behind a session token: ``ANONYMOUS`` when it is unknown, ended, or the account is closed."""
    if not token or len(token) > 200:
        return ANONYMOUS
    with reading(context.store) as connection:
        account = accounts.by_session(connection, hashed(token), context.clock())
    return ANONYMOUS if account is None else account.person


def log_out(context: Context, token: str) -> None:
    """End a session; one that is unknown or ended already is no error."""
    person = who(context, token)
    if person is ANONYMOUS:
        return
    with writing(context.store, bump=False) as connection:
        accounts.end_session(connection, hashed(token), context.clock())
        log.add(context.acting_as(person), connection, "session.closed", {})


def bearer(context: Context, token: str, project: str) -> Person:
    """Give the machine behind a token, which may ingest into this one project and nothing else.

    Raises:
        AccessError: slug ``token-refused``, the same whether it is unknown, ended, or another project's.
    """
    if token.startswith(TOKEN_PREFIX) and len(token) <= 200:
        with reading(context.store) as connection:
            found = accounts.token(connection, hashed(token), context.clock())
        if found is not None and found.project == project:
            with writing(context.store, bump=False) as connection:
                accounts.token_used(connection, found.id, context.clock())
            return Person(None, f"token:{found.id}", found.label, Role.ENGINEER)
    msg = "The token is unknown, was revoked, has expired, or belongs to another project."
    raise AccessError(msg, slug="token-refused", hint="Make one with `countersign token add --project ...`.")


def _refused() -> AccessError:
    msg = "Identifier or passphrase is wrong, or the account is locked or closed."
    minutes = int(LOCKED_FOR.total_seconds() // 60)
    hint = f"Check both. After {MAX_FAILURES} failures in a row an account is locked for {minutes} minutes."
    return AccessError(msg, slug="sign-in-refused", hint=hint)
