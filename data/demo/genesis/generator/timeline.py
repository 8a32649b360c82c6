"""When the pipeline ran, on which commit, and what was broken then: 23 runs of main, then the candidate."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inventory import INTERMITTENT, SEED, Test, suite

#: The commit proposed for release; the report calls its version "Phase 4 Deployment".
CANDIDATE = "3f9c2a1" + hashlib.sha1(f"{SEED}/candidate".encode(), usedforsecurity=False).hexdigest()[7:]
CANDIDATE_VERSION = "Phase 4 Deployment"
AS_OF = datetime(2025, 10, 18, 14, tzinfo=UTC)
SOAK_START = datetime(2025, 10, 16, 14, tzinfo=UTC)
SOAK_RUNS = 8
SOAK_EVERY = timedelta(hours=6)
#: Soak runs in which the intermittent test fails; the last is the run of record.
SOAK_FAILURES = frozenset({3, 6, 8})
ISOLATED_AT = datetime(2025, 10, 18, 9, 10, tzinfo=UTC)

PHASE_3_RUNS = 15
HISTORY_RUNS = 23
#: Runs of the history that rehearsed the staging soak, with a day of operational samples each.
REHEARSALS = frozenset({20, 22, 23})

#: Month, day, hour and minute of each run of the history, UTC.
_STARTED = (
    (8, 21, 9, 12), (8, 25, 15, 40), (8, 27, 11, 5), (8, 29, 16, 22), (9, 1, 10, 31), (9, 3, 14, 55), (9, 4, 9, 47),
    (9, 8, 13, 18), (9, 10, 17, 2), (9, 12, 10, 9), (9, 15, 15, 27), (9, 17, 11, 44), (9, 19, 9, 58), (9, 22, 16, 13),
    (9, 24, 12, 36), (9, 26, 10, 20), (9, 29, 14, 8), (10, 1, 9, 33), (10, 3, 15, 51), (10, 7, 11, 17), (10, 9, 16, 40),
    (10, 13, 10, 5), (10, 15, 13, 29),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline in the history."""

    number: int
    """1 to 23."""
    started_at: datetime

    @property
    def name(self) -> str:
        """Give the name the pipeline gives it."""
        return f"ci-{400 + 7 * self.number}"

    @property
    def subject(self) -> str:
        """Give the commit it ran on."""
        return hashlib.sha1(f"{SEED}/commit/{self.number}".encode(), usedforsecurity=False).hexdigest()

    @property
    def version(self) -> str:
        """Give the label the pipeline passed."""
        return "Phase 3" if self.number <= PHASE_3_RUNS else "Phase 4"

    @property
    def progress(self) -> float:
        """Give the share of the history that had passed, 0 to 1."""
        return (self.number - 1) / (HISTORY_RUNS - 1)

    @property
    def rehearsal(self) -> bool:
        """Say whether it was deployed to staging."""
        return self.number in REHEARSALS


def history() -> tuple[Run, ...]:
    """Give the runs before the candidate, oldest first."""
    return tuple(
        Run(number, datetime(2025, month, day, hour, minute, tzinfo=UTC))
        for number, (month, day, hour, minute) in enumerate(_STARTED, 1)
    )


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why some tests did not pass for a while."""

    first: int
    """Number of the first run that shows it."""
    last: int
    kind: str
    """``failure``, or ``error`` when a fixture broke before the test began."""
    message: str

    def shows(self, number: int) -> bool:
        """Say whether run ``number`` shows it."""
        return self.first <= number <= self.last


_CYCLE = "AssertionError: assert ['plan', 'build', 'ship'] == ['plan', 'build', 'test', 'ship']"
_SCORES = "KeyError: 'reward_weights_v2'"
_LOCKED = "sqlite3.OperationalError: database is locked"
_UNFINISHED = (
    "AssertionError: assert None is not None",
    "AssertionError: assert 'degraded' == 'ok'",
    "TypeError: plan() got an unexpected keyword argument 'budget'",
    "NotImplementedError: fallback strategy",
)
#: Failing tests of the first run that were mended one after the other.
_BACKLOG = 36


def troubles() -> dict[tuple[str, str], tuple[Trouble, ...]]:
    """Give what was wrong, by class and name of the test.

    Two regressions (the planner lost a step in runs 6 and 7; the reward model's store changed under it in 17 and 18),
    a broken fixture in run 10, a backlog that shrinks over phase 3, and the intermittent test of phase 4.
    """
    found: dict[tuple[str, str], list[Trouble]] = {}

    def say(tests: list[Test], trouble: Trouble) -> None:
        for test in tests:
            found.setdefault((test.classname, test.name), []).append(trouble)

    tests = suite()
    say(_founding(tests, "test_htdag_planner", 9), Trouble(6, 7, "failure", _CYCLE))
    say(_founding(tests, "test_reward_model", 7), Trouble(17, 18, "failure", _SCORES))
    say(_founding(tests, "test_billing_agent", 5), Trouble(10, 10, "error", _LOCKED))
    say(_founding(tests, "test_e2e_business_flow", 1), Trouble(13, 13, "failure", "TimeoutError: no reply in 30 s"))
    open_at_first = [t for t in tests if t.born == 0.0 and t.part in ("infrastructure", "agents") and not _skipped(t)]
    for place, test in enumerate(open_at_first[11 :: len(open_at_first) // _BACKLOG][:_BACKLOG]):
        say([test], Trouble(1, 1 + place * 5 % 14, "failure", _UNFINISHED[place % len(_UNFINISHED)]))
    intermittent = [t for t in tests if t.name == INTERMITTENT]
    for number in (19, 21):
        say(intermittent, Trouble(number, number, "failure", intermittent_message(f"ci/{number}")))
    return {key: tuple(value) for key, value in found.items()}


def intermittent_message(where: str) -> str:
    """Give the message of the intermittent test; the measured value differs each time."""
    digest = hashlib.sha256(f"{SEED}/{where}".encode()).digest()
    measured = f"{151 + digest[0] % 24}.{digest[1] % 10}"
    told = f"p99 of routing under 32 workers is {measured} ms, budget 150.0 ms"
    return f"AssertionError: {told}\nassert {measured} < 150.0"


#: Module -> (how many of its first founding tests are skipped, why).
_SKIPS: dict[str, tuple[int, str]] = {
    "test_sandbox": (3, "requires a Docker daemon"),
    "test_checkpoint_store": (1, "requires S3-compatible object storage"),
    "test_llm_client": (2, "requires OPENAI_API_KEY; live model calls are off in staging"),
    "test_deploy_agent": (3, "requires a Kubernetes cluster"),
    "test_email_agent": (2, "requires an SMTP relay"),
    "test_seo_agent": (2, "requires outbound internet access"),
    "test_research_agent": (1, "requires outbound internet access"),
    "test_e2e_business_flow": (2, "requires a payment sandbox account"),
    "test_error_handling": (1, "requires cgroup v2 to exhaust memory"),
}


def skips() -> dict[tuple[str, str], str]:
    """Give the 17 tests that are skipped in this environment, with the reason."""
    tests = suite()
    return {
        (test.classname, test.name): reason
        for module, (count, reason) in _SKIPS.items()
        for test in _founding(tests, module, count, last=True)
    }


def _founding(tests: tuple[Test, ...], module: str, count: int, *, last: bool = False) -> list[Test]:
    chosen = [test for test in tests if test.module == module and test.born == 0.0]
    return chosen[-count:] if last else chosen[:count]


def _skipped(test: Test) -> bool:
    return test.module in _SKIPS
