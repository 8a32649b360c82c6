"""What every use case is handed: settings, store, clock and the person who acts."""

import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dashboard.errors import AccessError
from dashboard.model.person import Permission, Person, Role
from dashboard.settings import Settings, read_settings
from dashboard.store.engine import Store, open_store


def utc_now() -> datetime:
    """Give the present, in UTC."""
    return datetime.now(UTC)


def operator() -> Person:
    """Give the person at the command line of the machine that owns the database."""
    login = _system_user()
    return Person(None, login, login, Role.OPERATOR)


def _system_user() -> str:
    """Give the account the process runs under, as the system knows it.

    ``getpass.getuser`` would believe the environment first, and then one variable made a second person of the first.
    """
    try:
        if sys.platform == "win32":
            return getpass.getuser()
        import pwd  # noqa: PLC0415 - not on Windows

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, OSError):  # a container's user may have no name
        return "operator"


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a use case needs from outside; nothing below reads clock or environment itself."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    person: Person

    def acting_as(self, person: Person) -> "Context":
        """Give the same context for another person."""
        return replace(self, person=person)

    def may(self, permission: Permission) -> bool:
        """Say whether the person may do this; reading can be open to everybody by setting."""
        if permission is Permission.READ and self.settings.open_reading:
            return True
        return self.person.may(permission)

    def require(self, permission: Permission) -> None:
        """Refuse unless the person may do this.

        Raises:
            AccessError: slug ``sign-in-needed`` when nobody is signed in, ``forbidden`` otherwise.
        """
        if self.may(permission):
            return
        if self.person.role is Role.ANONYMOUS:
            msg = f"This needs somebody who is signed in and may {permission}."
            raise AccessError(msg, slug="sign-in-needed", hint="Sign in and try again.")
        msg = f"{self.person.name} has the role {self.person.role}, which may not {permission}."
        raise AccessError(msg)


def open_context(settings: Settings | None = None, person: Person | None = None, *, create: bool = True) -> Context:
    """Open the store the settings name, migrated to the current schema.

    ``create`` false is for those who only read: a database that is not there is then an error, not a new file.
    """
    chosen = settings or read_settings()
    return Context(chosen, open_store(chosen.database_url, create=create), utc_now, person or operator())
