"""JUnit XML as pytest 8 writes it: one suite named ``pytest``, identities the same whatever part a run covers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import quoteattr

from inventory import Test, chance_of

HOST = "genesis-staging-ci"


@dataclass(frozen=True, slots=True)
class NotPassed:
    """What a test did instead of passing."""

    tag: str
    """``failure``, ``error`` or ``skipped``."""
    message: str


def report(tests: Iterable[Test], answers: Mapping[tuple[str, str], NotPassed], at: datetime, run: str) -> bytes:
    """Write the report of one pytest call; ``answers`` holds the tests that did not pass."""
    chance = chance_of(f"durations/{run}")
    cases, counts, total = [], {"failure": 0, "error": 0, "skipped": 0}, 0.0
    for test in tests:
        answer = answers.get((test.classname, test.name))
        seconds = 0.0 if answer and answer.tag == "skipped" else test.usual_s * (0.88 + 0.3 * chance.random() ** 2)
        total += seconds
        head = f'<testcase classname="{test.classname}" name="{test.name}" time="{seconds:.3f}"'
        if answer is None:
            cases.append(f"{head} />")
        else:
            counts[answer.tag] += 1
            cases.append(f"{head}>{_child(test, answer)}</testcase>")
    wall = total * 1.04 + 1.7
    opening = (
        f'<testsuite name="pytest" errors="{counts["error"]}" failures="{counts["failure"]}" '
        f'skipped="{counts["skipped"]}" tests="{len(cases)}" time="{wall:.3f}" '
        f'timestamp="{at:%Y-%m-%dT%H:%M:%S}.{int(chance.random() * 1e6):06d}+00:00" hostname="{HOST}">'
    )
    body = "\n".join(cases)  # pytest writes one line; broken here so that a diff can be read
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="pytest tests">{opening}\n{body}\n'
        "</testsuite></testsuites>\n"
    )
    return text.encode()


def _child(test: Test, answer: NotPassed) -> str:
    if answer.tag == "skipped":
        text = _escaped(f"{test.path}:{test.line}: {answer.message}")
        return f'<skipped type="pytest.skip" message={_attribute(answer.message)}>{text}</skipped>'
    kind, _, rest = answer.message.partition(":")
    function = "def database(tmp_path):" if answer.tag == "error" else f"def {test.name}(self):"
    lines = answer.message.split("\n")
    told = "\n".join(f"E       {line}" for line in lines)
    place = f"{test.path}:{test.line}: {kind}"
    text = f"    {function}\n        ...\n>       {_statement(kind, rest, lines)}\n{told}\n\n{place}"
    message = f"failed on setup with &quot;{_escaped(answer.message)}&quot;" if answer.tag == "error" else None
    attribute = f'"{message}"' if message else _attribute(answer.message)
    return f"<{answer.tag} message={attribute}>{_escaped(text)}</{answer.tag}>"


def _statement(kind: str, rest: str, lines: list[str]) -> str:
    if kind == "AssertionError":
        return lines[-1] if lines[-1].startswith("assert ") else rest.strip()
    return "connection.execute(statement)" if "Operational" in kind else "result = subject.run(task)"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attribute(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;"})
