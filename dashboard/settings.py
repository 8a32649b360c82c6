"""The environment, read once, and where the files that come with the product lie."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import UsageError

MIB = 1024 * 1024


def home_path(environ: Mapping[str, str] | None = None) -> Path:
    """Give the folder for the default database and the server's keys (``COUNTERSIGN_HOME``)."""
    env = os.environ if environ is None else environ
    configured = env.get("COUNTERSIGN_HOME")
    if configured:
        return Path(configured)
    base = env.get("XDG_DATA_HOME")
    return Path(base) / "countersign" if base else Path(env.get("HOME") or Path.home()) / ".local/share/countersign"


def data_path(name: str) -> Path:
    """Find a file of ``data/``: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_data", package.parent / "data"):
        if (folder / name).exists():
            return folder / name
    msg = f"The product's own file {name} is missing from this installation."
    raise UsageError(msg, slug="installation-incomplete", hint="Install countersign again.")


def streamlit_config_path() -> Path:
    """Find Streamlit's settings: the checkout's ``.streamlit/config.toml`` or the copy in the wheel."""
    package = Path(__file__).resolve().parent
    packaged = package / "_streamlit" / "config.toml"
    return packaged if packaged.exists() else package.parent / ".streamlit" / "config.toml"


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        msg = f"{name} is {text!r}; it must be a whole number above 0."
        raise UsageError(msg, slug="setting-invalid", hint=f"Unset {name} for the default of {default}.")
    return int(text)


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    msg = f"{name} is {text!r}; it must be true or false."
    raise UsageError(msg, slug="setting-invalid", hint=f"Unset {name} for the default.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set from outside."""

    database_url: str
    home: Path
    open_reading: bool
    """Whether pages can be read without signing in; on by default, since the server is bound to 127.0.0.1."""
    max_artefact_bytes: int
    """Upper limit of one evidence file, after decompression."""
    max_text_bytes: int
    """Upper limit of one JSON document, which must be held in memory to be read."""
    session_hours: int
    base_url: str
    """Prefix of links in summaries; "" when the server's address is not known."""
    allowed_hosts: tuple[str, ...] = ()
    """Names this server answers to, beside the loopback names and that of ``base_url``; ``*`` for any."""
    judge_at_once: bool = True
    """Whether candidates are judged again as soon as evidence or policy changed, rather than when somebody looks."""


def read_settings(environ: Mapping[str, str] | None = None, *, database_url: str | None = None) -> Settings:
    """Read the settings. ``database_url`` (from ``--db``) wins over the environment.

    Raises:
        UsageError: a variable is set to something it cannot mean.
    """
    env = os.environ if environ is None else environ
    home = home_path(env)
    url = database_url or env.get("COUNTERSIGN_DATABASE_URL") or f"sqlite:///{home / 'countersign.db'}"
    return Settings(
        database_url=url,
        home=home,
        open_reading=_switch(env, "COUNTERSIGN_OPEN_READING", default=True),
        max_artefact_bytes=_whole(env, "COUNTERSIGN_MAX_ARTEFACT_MIB", 1024) * MIB,
        max_text_bytes=_whole(env, "COUNTERSIGN_MAX_JSON_MIB", 64) * MIB,
        session_hours=_whole(env, "COUNTERSIGN_SESSION_HOURS", 12),
        base_url=env.get("COUNTERSIGN_BASE_URL", "").rstrip("/"),
        allowed_hosts=tuple(env.get("COUNTERSIGN_ALLOWED_HOSTS", "").replace(",", " ").split()),
        judge_at_once=_switch(env, "COUNTERSIGN_JUDGE_AT_ONCE", default=True),
    )
