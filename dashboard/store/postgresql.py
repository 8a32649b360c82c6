"""PostgreSQL's two engines, for teams: psycopg 3, a reader that sees one moment, waits that end."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from dashboard.errors import StoreError

_POOL = 20
_CONNECT_S = 10
_LOCK_MS = 60_000


def engines(url: str) -> tuple[str, Engine, Engine]:
    """Give the address without its password, and the reading and the writing engine.

    Raises:
        StoreError: the address makes no sense, or psycopg is not installed.
    """
    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
        settings = f"-clock_timeout={_LOCK_MS}"
        options = " ".join((settings, *_texts(address.query.get("options"))))
        address = address.update_query_dict({"options": options})
        reader = create_engine(
            address,
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_S},
            # One moment for all statements of a transaction: evidence is read with several.
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        )
        writer = create_engine(
            address,
            pool_size=_POOL,
            max_overflow=_POOL,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_S},
        )
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        msg = "The database URL cannot be understood."
        raise StoreError(
            msg, slug="store-url-invalid", hint="Write it as postgresql://user:password@host:5432/database."
        ) from error
    except ModuleNotFoundError as error:
        msg = "PostgreSQL needs psycopg, which is not installed."
        raise StoreError(
            msg, slug="psycopg-missing", hint="Install it with: pip install 'countersign[postgres]'."
        ) from error
    shown = address.difference_update_query(["options"]).set(drivername="postgresql")
    return shown.render_as_string(hide_password=True), reader, writer


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
