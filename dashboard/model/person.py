"""Who acts, and what each role may do. Checked in the services, never only on a page."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles of people, and of the two machines that act without one."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    AUDITOR = "auditor"
    MANAGER = "manager"
    ADMIN = "admin"
    OPERATOR = "operator"
    """The command line on the machine that owns the database: may do everything except sign."""
    ANONYMOUS = "anonymous"
    """Nobody has signed in; may read where the settings leave reading open."""


class Permission(StrEnum):
    """Actions that services guard."""

    READ = "read"
    INGEST = "ingest"
    MUTE = "mute"
    CONDITION = "condition"
    SIGN = "sign"
    POLICY = "policy"
    ADMINISTER = "administer"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ANONYMOUS: frozenset(),
    Role.VIEWER: frozenset({Permission.READ}),
    Role.ENGINEER: frozenset({Permission.READ, Permission.INGEST, Permission.MUTE}),
    Role.AUDITOR: frozenset(
        {Permission.READ, Permission.INGEST, Permission.MUTE, Permission.CONDITION, Permission.SIGN}
    ),
    Role.MANAGER: frozenset(
        {Permission.READ, Permission.MUTE, Permission.CONDITION, Permission.SIGN, Permission.POLICY}
    ),
    Role.ADMIN: frozenset({Permission.READ, Permission.INGEST, Permission.POLICY, Permission.ADMINISTER}),
    Role.OPERATOR: frozenset(
        {
            Permission.READ,
            Permission.INGEST,
            Permission.MUTE,
            Permission.CONDITION,
            Permission.POLICY,
            Permission.ADMINISTER,
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts."""

    id: int | None
    login: str
    name: str
    """Printed name."""
    role: Role

    def may(self, permission: Permission) -> bool:
        """Say whether the role carries the permission."""
        return permission in PERMISSIONS[self.role]


ANONYMOUS = Person(None, "", "Nobody", Role.ANONYMOUS)
