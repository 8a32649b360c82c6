import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Door:
    """The command line as a user has it: a process of its own, with a home folder of its own."""

    home: Path

    def __call__(self, *arguments, code=0, **variables):
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("COUNTERSIGN_", "GITHUB_", "CI_"))}
        environ |= {"COUNTERSIGN_HOME": str(self.home), "HOME": str(self.home), **variables}
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=170,
            env=environ,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--json", **options).stdout)


@pytest.fixture
def countersign(tmp_path):
    return Door(tmp_path / "home")
