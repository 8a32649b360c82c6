"""Roles of least privilege on the embedded server, in a schema of their own and under names of their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import create_engine

_ROLES = ("owner", "app", "ingest", "reader")
_numbers = count(1)


@dataclass(frozen=True)
class RoleServer:
    """A schema and the roles for it; ``url`` is that of the superuser."""

    url: str
    schema: str
    prefix: str

    def apply(self) -> None:
        """Run ``roles.sql`` as its comment says, for another schema and other names."""
        sql = files("dashboard.store").joinpath("roles.sql").read_text(encoding="utf-8")
        sql = re.sub(r"\bpublic\b", self.schema, sql)
        for role in _ROLES:
            sql = sql.replace(f"countersign_{role}", f"{self.prefix}_{role}")
        self.execute(sql)

    def execute(self, sql: str) -> None:
        """Run statements as the superuser."""
        engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
        try:
            with engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute(sql)
                driver.commit()
        finally:
            engine.dispose()

    def of(self, role: str) -> str:
        """Give the address for a role."""
        scheme, rest = self.url.split("://", 1)
        return f"{scheme}://{self.prefix}_{role}@{rest.split('@', 1)[1]}"


@contextmanager
def roles(postgres_url: str) -> Iterator[RoleServer]:
    """Make the roles, before there are tables, and take them away again."""
    options = parse_qs(urlsplit(postgres_url).query)["options"][0]
    made = RoleServer(postgres_url, options.partition("search_path=")[2], f"cs{next(_numbers)}")
    made.apply()
    try:
        yield made
    finally:
        for role in _ROLES:
            name = f"{made.prefix}_{role}"
            made.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER; DROP OWNED BY {name}; DROP ROLE {name}")
