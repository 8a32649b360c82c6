"""Findings about feature flags: what is on and serves nobody, what needs what is off, plans that never arrive."""

from collections.abc import Iterator

from dashboard.analysis._phrases import named
from dashboard.analysis.flags import broken_dependencies, plan_reaches_everybody, serves_nobody, staged
from dashboard.model.evaluation import Finding, Severity
from dashboard.model.evidence import Evidence


def flag_dependency_off(evidence: Evidence) -> Iterator[Finding]:
    """Find flags that are served while what they need is not."""
    broken = broken_dependencies(evidence.flags.flags) if evidence.flags else {}
    if evidence.flags and broken:
        pairs = [f"{key} needs {on}" for key, on in broken.items()]
        text = f"Served flags depend on flags that nobody is served: {named(pairs)}."
        yield Finding("flag-dependency-off", Severity.MAJOR, text, evidence.flags.sources)


def enabled_serves_nobody(evidence: Evidence) -> Iterator[Finding]:
    """Find flags that are switched on, serve nobody, and have no plan by which they ever will.

    Whoever counts switches counts them as enabled; whoever uses the product has never seen them.
    """
    held = evidence.flags.flags if evidence.flags else ()
    idle = [f.key for f in held if f.enabled and f.served_max_pct is not None and serves_nobody(f) and not f.plan]
    if evidence.flags and idle:
        on = sum(1 for f in held if f.enabled)
        text = f"{on:,} flags are switched on, {len(idle):,} of them serve 0 % and have no plan: {named(idle)}."
        yield Finding("enabled-serves-nobody", Severity.MAJOR, text, evidence.flags.sources)


def rollout_plan_broken(evidence: Evidence) -> Iterator[Finding]:
    """Find rollout plans that go back, or never reach everybody."""
    held = staged(evidence.flags.flags) if evidence.flags else ()
    broken = [f.key for f in held if f.plan and not plan_reaches_everybody(f.plan)]
    if evidence.flags and broken:
        text = f"Rollout plans that go back or do not reach 100 %: {named(broken)}."
        yield Finding("rollout-plan-broken", Severity.MINOR, text, evidence.flags.sources)
