"""People, their sessions, and the tokens of pipelines. Secrets are here only as hashes, or sealed."""

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, SQLModel


class AccountRow(SQLModel, table=True):
    """A person who may sign in."""

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    """Lower case."""
    name: str
    role: str
    password_hash: str
    public_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    sealed_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The private key, sealed by the person's own passphrase."""
    created_at: int = Field(sa_type=BigInteger)
    disabled_at: int | None = Field(default=None, sa_type=BigInteger)
    failed_attempts: int = 0
    locked_until: int | None = Field(default=None, sa_type=BigInteger)


class SessionRow(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "session"

    token_hash: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    last_seen_at: int = Field(sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)


class TokenRow(SQLModel, table=True):
    """A token by which a pipeline ingests into one project."""

    __tablename__ = "token"

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    label: str
    token_hash: str = Field(unique=True)
    created_by: str
    created_at: int = Field(sa_type=BigInteger)
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    last_used_at: int | None = Field(default=None, sa_type=BigInteger)
