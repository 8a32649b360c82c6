"""Temporary tables that take a report as it streams by, before anything is locked.

The write lock is held only for set-based statements over what is already here. Memory stays flat: rows go to the
database in batches, and on SQLite the temporary tables live in a file.
"""

from itertools import chain
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, RootTransaction, text

from dashboard.store.staged_tables import COLUMNS, ddl

_BATCH = 2000
_TOGETHER = 40  # times at most 16 columns: below the 999 placeholders that every SQLite takes


class Staging:
    """The staging tables of one ingest on one connection.

    Inside the ``with`` block rows are added; ``begin`` then takes the write lock and ``commit`` ends it. Leaving
    the block without ``commit`` undoes everything.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        self._transaction: RootTransaction | None = None
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}

    @property
    def driver(self) -> Any:
        """The driver's own connection, for the bulk paths."""
        return self.connection.connection.driver_connection

    def __enter__(self) -> Self:
        if self._sqlite:
            # A plain BEGIN that touches temporary tables only does not lock the database.
            self._drop()
            self.driver.execute("BEGIN")
        else:
            self._transaction = self.connection.begin()
        for statement in ddl(self.connection.dialect.name):
            self.execute(statement)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._transaction is not None and self._transaction.is_active:
            self._transaction.rollback()
        if self._sqlite and not self.connection.closed:
            if self.driver.in_transaction:
                self.driver.rollback()
            self._drop()

    def _drop(self) -> None:
        for table in COLUMNS:
            self.driver.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def batch(self, table: str) -> list[tuple[Any, ...]]:
        """Give the list that collects rows of a table; hand it to ``flush_full`` now and then."""
        return self._rows[table]

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        """Add one row."""
        batch = self._rows[table]
        batch.append(row)
        if len(batch) >= _BATCH:
            self.flush(table)

    def flush(self, table: str) -> None:
        """Send the collected rows of a table to the database."""
        batch = self._rows[table]
        if not batch:
            return
        if self._sqlite:
            self._insert(table, batch)
        else:
            columns = ", ".join(COLUMNS[table])
            with self.driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
        batch.clear()

    def _insert(self, table: str, batch: list[tuple[Any, ...]]) -> None:
        """Insert many rows a statement, which costs a quarter less than one by one."""
        one = f"({', '.join('?' * len(COLUMNS[table]))})"
        head = f"INSERT INTO {table} ({', '.join(COLUMNS[table])}) VALUES "
        whole = len(batch) - len(batch) % _TOGETHER
        many = head + ", ".join([one] * _TOGETHER)
        for start in range(0, whole, _TOGETHER):
            self.driver.execute(many, list(chain.from_iterable(batch[start : start + _TOGETHER])))
        self.driver.executemany(head + one, batch[whole:])

    def flush_all(self) -> None:
        """Send all collected rows."""
        for table in COLUMNS:
            self.flush(table)

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """Run a statement on staging tables alone; placeholders are ``?``."""
        return self.driver.execute(sql if self._sqlite else sql.replace("?", "%s"), values)

    def executemany(self, sql: str, values: list[tuple[Any, ...]]) -> None:
        """Run a statement on staging tables alone for many rows; placeholders are ``?``."""
        if self._sqlite:
            self.driver.executemany(sql, values)
        else:
            with self.driver.cursor() as cursor:
                cursor.executemany(sql.replace("?", "%s"), values)

    def has_failure(self, digest: bytes) -> bool:
        """Say whether a failure text is known to be stored: a look costs less than compressing it in vain.

        Over a network it would cost more, so PostgreSQL is not asked. One that is pruned before it is used
        is noticed (``results``).
        """
        if not self._sqlite:
            return False
        found = self.driver.execute("SELECT 1 FROM failure_text WHERE digest = ?", (digest,)).fetchone()
        return found is not None

    def begin(self) -> None:
        """Close the staging phase and begin the real transaction, with the write lock in hand on SQLite."""
        self.flush_all()
        if self._sqlite:
            self.driver.commit()
            self._transaction = self.connection.begin()
        else:
            for table in COLUMNS:
                self.connection.execute(text(f"ANALYZE {table}"))

    def commit(self) -> None:
        """Make the transaction last."""
        if self._transaction is None:
            msg = "commit() before begin()"
            raise RuntimeError(msg)
        self._transaction.commit()
