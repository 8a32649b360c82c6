from pathlib import Path

import pytest

from dashboard.errors import UsageError
from dashboard.settings import data_path, read_settings, streamlit_config_path


def test_defaults_keep_everything_in_the_home_folder(tmp_path):
    settings = read_settings({"HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/.local/share/countersign/countersign.db"
    assert settings.open_reading
    assert settings.max_artefact_bytes == 1024 * 1024 * 1024


def test_the_argument_wins_over_the_environment(tmp_path):
    environ = {"COUNTERSIGN_HOME": str(tmp_path), "COUNTERSIGN_DATABASE_URL": "sqlite:///a.db"}
    assert read_settings(environ).database_url == "sqlite:///a.db"
    assert read_settings(environ, database_url="sqlite:///b.db").database_url == "sqlite:///b.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COUNTERSIGN_MAX_ARTEFACT_MIB", "0"),
        ("COUNTERSIGN_MAX_ARTEFACT_MIB", "-1"),
        ("COUNTERSIGN_MAX_JSON_MIB", "many"),
        ("COUNTERSIGN_SESSION_HOURS", "1.5"),
        ("COUNTERSIGN_OPEN_READING", "perhaps"),
    ],
)
def test_a_setting_that_means_nothing_is_refused_by_name(name, value):
    with pytest.raises(UsageError, match=name) as caught:
        read_settings({"HOME": "/home/somebody", name: value})
    assert caught.value.slug == "setting-invalid"


@pytest.mark.parametrize(("text", "meaning"), [("false", False), ("0", False), ("On", True), ("yes", True), ("", True)])
def test_switches(text, meaning):
    assert read_settings({"HOME": "/home/somebody", "COUNTERSIGN_OPEN_READING": text}).open_reading is meaning


def test_the_products_own_files_are_found():
    assert data_path("policy.toml").is_file()
    assert streamlit_config_path().is_file()
    with pytest.raises(UsageError, match="no-such-file"):
        data_path("no-such-file")
    assert isinstance(data_path("policy.toml"), Path)
