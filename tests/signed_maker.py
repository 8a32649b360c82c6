"""A small shop whose candidates are brought in one a day, judged, and some of them signed."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

from dashboard.model.person import Person, Role
from dashboard.services import admin, policies, sign
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.services.ingest import ingest_body, make_target
from dashboard.settings import Settings

PASSPHRASE = "correct horse battery staple"
PROJECT = "shop"

POLICY = """
name = "small"
version = 1
[decision]
go = "9.0"
conditional = "5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "tests.pass_rate"
tier = "critical"
key = true
pass = ">= 95 %"
warn = ">= 90 %"
[signoff]
validity = "90d"
[signoff.quorum]
auditor = 1
"""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = datetime(2025, 10, 1, 9, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **step):
        self.now += timedelta(**step)


class Shop:
    """The services on one store, as the operator and as the auditor Cora."""

    def __init__(self, store, home, clock=None):
        self.clock = clock or Clock()
        settings = Settings(store.url, home, True, 10**7, 10**6, 12, "")
        self.operator = Context(settings, store, self.clock, Person(None, "root", "root", Role.OPERATOR))
        self.store = store
        self.candidates = []

    def open(self):
        """Take Cora on, bring the first candidate in and set the policy."""
        self.cora = self.operator.acting_as(
            admin.add_user(self.operator, "cora", "Cora Diaz", Role.AUDITOR, PASSPHRASE).person
        )
        self.bring()
        policies.change(self.operator, PROJECT, POLICY)
        return self

    def bring(self, failed=0, **target):
        """Bring in the candidate of the day: a test report and a few samples."""
        number = len(self.candidates)
        subject = hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()
        values = {"subject": subject, "version": f"1.{number}", "branch": "main", "run": f"run {number}"} | target
        for name, body in (("junit.xml", junit(number, failed)), ("load.csv", samples(self.clock.now))):
            where = make_target(self.operator, project=PROJECT, **values)
            ingest_body(self.operator, io.BytesIO(body), name, where, origin="cli")
        made = evaluate(self.operator, PROJECT, subject=values["subject"]).candidate
        self.candidates.append(made)
        return made

    def days(self, count):
        """Bring in a candidate on each of the next days."""
        for _ in range(count):
            self.clock.forward(days=1)
            self.bring()

    def sign(self, candidate):
        """Let Cora sign what she is shown."""
        view = sign.preview(self.cora, candidate)
        return sign.sign(
            self.cora, candidate.id, view.evaluation_id, "cora", PASSPHRASE, view.meaning, view.kind, "Read it."
        )


def junit(number, failed=0):
    """Give a report of 40 tests, one of which is new every day."""
    names = [*(f"p{i}" for i in range(39)), f"new{number}"]
    cases = [
        f'<testcase classname="a" name="{name}" time="0.1">'
        + (f'<failure message="no">day {number}</failure>' if i < failed else "")
        + "</testcase>"
        for i, name in enumerate(names)
    ]
    return f'<testsuites><testsuite name="s">{"".join(cases)}</testsuite></testsuites>'.encode()


def samples(at):
    """Give three samples of a metric."""
    lines = [f"{(at + timedelta(minutes=i)).isoformat()},latency_ms,{100 + i}" for i in range(3)]
    return "\n".join(["timestamp,metric,value", *lines, ""]).encode()
