"""``countersign serve``: a real process on a free port, and what it is told."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from dashboard.cli.serve import serve, streamlit_options
from dashboard.errors import UsageError
from dashboard.settings import read_settings

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    port = free_port()
    command = [sys.executable, "-m", "dashboard", "serve", "--db", f"sqlite:///{home / 'a.db'}", "--port", str(port)]
    env = {**os.environ, "COUNTERSIGN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=env, stdout=log, stderr=log)
        base = f"http://127.0.0.1:{port}"
        try:
            wait_for(base, process, home / "log")
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def wait_for(base, process, log):
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{base}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(log.read_text())


def test_pages_api_and_log_in_are_one_process(server):
    with httpx.Client(base_url=server) as http:
        assert http.get("/healthz").json() == {"status": "pass"}
        page = http.get("/")
        assert page.status_code == 200
        assert "'sha256-" in page.headers["content-security-policy"]
        assert http.get("/api/v1/projects").json() == {"projects": []}
        assert "Passphrase" in http.get("/auth/login").text
        script = page.text.split('src="./static/')[1].split('"')[0]
        bundle = http.get(f"/static/{script}")
        assert bundle.headers["content-encoding"] == "gzip"
        assert http.get("/_stcore/metrics").status_code == 401
        assert http.post("/_stcore/agent/interact", json={}).status_code in {403, 404, 405}
        assert http.get("/", headers={"host": "evil.example"}).status_code == 421


def test_the_tracking_cookie_is_not_there(server):
    answer = httpx.get(server)
    assert "ajs_anonymous_id" not in str(answer.headers)


def test_a_taken_port_is_said_before_anything_starts(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = read_settings({"HOME": str(tmp_path)})
        with pytest.raises(UsageError) as caught:
            serve(settings, port=taken.getsockname()[1])
    assert caught.value.slug == "port-taken"
    with pytest.raises(UsageError):
        serve(settings, port=99_999)


def test_streamlits_settings_come_from_the_one_file(tmp_path):
    options = streamlit_options()
    assert options["server.fileWatcherType"] == "none"
    assert options["browser.gatherUsageStats"] is False
    assert options["server.enableAgentApi"] is False
    assert options["server.trustedUserHeaders"]["X-Countersign-Login"] == "login"
    assert options["theme.light.primaryColor"].startswith("#")
    for body in (None, "not = [toml"):
        path = tmp_path / "config.toml"
        if body is not None:
            path.write_text(body)
        with pytest.raises(UsageError) as caught:
            streamlit_options(path)
        assert caught.value.slug == "installation-incomplete"
