"""The policy file: what is read, and what is refused with its line."""

import re
from datetime import timedelta
from fractions import Fraction

import pytest

from dashboard.errors import PolicyError
from dashboard.gates import all_gates
from dashboard.model.policy import ExpectedReport, Tier
from dashboard.model.records import Kind
from dashboard.policy.catalogue import CATALOGUE, OPTIONAL
from dashboard.policy.load import default_text, parse

SMALL = """name = "small"
version = 3
[decision]
go = "9.0"
conditional = "7.5"
[tiers]
critical = 4
high = 3
medium = 2
low = 1
[[gate]]
id = "tests.pass_rate"
tier = "critical"
pass = ">= 95 %"
warn = ">= 90 %"
[[gate]]
id = "health.checks"
tier = "high"
max_age = "24h"
"""


def test_default_policy_has_the_eighteen_gates_in_order():
    policy = parse(default_text())
    assert list(policy.rules) == [gate for gate in CATALOGUE if gate not in OPTIONAL]
    assert len(policy.rules) == 18
    assert sum(policy.weights[rule.tier] for rule in policy.rules.values()) == 43
    assert [gate for gate, rule in policy.rules.items() if rule.key] == [
        "tests.pass_rate", "tests.security", "health.checks", "ops.error_rate", "ops.p95", "ops.p99",
    ]  # fmt: skip
    assert policy.soak == {"minimum": timedelta(hours=24), "every": timedelta(hours=6), "max_gap": timedelta(hours=7)}
    assert (policy.go, policy.conditional) == (Fraction(9), Fraction(15, 2))
    assert policy.quorum == {"auditor": 1, "manager": 1}
    assert policy.validity == timedelta(days=7)
    assert policy.flag_expectations == {"*": {"critical": "on", "safety": "off", "experimental": "any"}}
    assert [(c.name, c.floor_pct) for c in policy.components] == [("infrastructure", Fraction(85)), ("agents", None)]


def test_catalogue_knows_exactly_the_gates_there_are():
    assert set(CATALOGUE) == set(all_gates())


def test_a_subset_of_gates_is_legal_and_so_is_none():
    policy = parse(SMALL)
    assert list(policy.rules) == ["tests.pass_rate", "health.checks"]
    assert policy.rules["tests.pass_rate"].key, "a critical gate is key without saying so"
    assert not policy.rules["health.checks"].key
    assert policy.rules["health.checks"].max_age == timedelta(days=1)
    assert policy.rules["health.checks"].required == "all pass, warn any warn"
    assert policy.soak == {}
    assert parse(SMALL.split("[[gate]]", maxsplit=1)[0]).rules == {}


def test_a_whole_number_needs_no_quotes():
    assert parse(SMALL.replace('go = "9.0"', "go = 9")).go == 9


def test_the_digest_is_of_the_bytes():
    assert parse(SMALL).digest != parse(SMALL + "# a comment\n").digest
    assert parse(SMALL).digest == parse(SMALL).digest


def test_options_have_their_defaults_and_fill_the_words():
    policy = parse(SMALL + '[[gate]]\nid = "coverage.component"\ntier = "low"\noptions = { margin = 5 }\n')
    assert policy.rules["coverage.component"].required == "each component at its floor, warn 5 points below"
    latency = parse(SMALL + '[[gate]]\nid = "ops.p95"\ntier = "high"\npass = "< 1.5 s"\n').rules["ops.p95"]
    assert latency.options["metric"] == "latency_p95" and latency.options["statistic"] == "max"
    assert latency.passes is not None and latency.passes.number == Fraction(3, 2) and latency.passes.unit == "s"


REFUSED = [
    ('pass = ">= 95 %"', 'pass = "95 %"', 14, "a threshold reads like"),
    ('pass = ">= 95 %"', "pass = 95", 14, "must be text in quotes"),
    ('pass = ">= 95 %"', 'pass = ">= 101 %"', 14, "more than 100 %"),
    ('pass = ">= 95 %"', 'pass = "<= 95 %"', 14, "higher is better"),
    ('pass = ">= 95 %"', 'pass = ">= 95 ms"', 14, "must be in %"),
    ('pass = ">= 95 %"', 'passes = ">= 95 %"', 14, "`passes` is not known here"),
    ('pass = ">= 95 %"\n', "", 11, "needs `pass`"),
    ('warn = ">= 90 %"', 'warn = ">= 95 %"', 15, "is not looser"),
    ('warn = ">= 90 %"', 'warn = ">= 99 %"', 15, "is not looser"),
    ('id = "health.checks"', 'id = "tests.pass_rate"', 16, "needs `pass`"),
    ('id = "health.checks"', 'id = "health.checkz"', 17, "is not a gate"),
    ('id = "health.checks"\n', "", 16, "has no `id`"),
    ('tier = "high"', 'tier = "higher"', 18, "must be one of"),
    ('tier = "critical"', 'tier = "critical"\nkey = false', 14, "every critical gate is key"),
    ('tier = "critical"', 'tier = "critical"\nkey = "yes"', 14, "must be true or false"),
    ('max_age = "24h"', 'max_age = "a day"', 19, "a duration reads like"),
    ('max_age = "24h"', 'max_age = "0h"', 19, "a duration reads like"),
    ('max_age = "24h"', 'warn = "< 1 %"', 19, "is not judged by a number"),
    ('max_age = "24h"', 'options = { margin = "3" }', 19, "`margin` is not known here"),
    ("critical = 4", 'critical = "4"', 7, "must be a whole number"),
    ("critical = 4", "critical = true", 7, "must be a whole number"),
    ("critical = 4", "critical = -1", 7, "must be from 0"),
    ("high = 3\n", "", 6, "`high` is missing"),
    ('go = "9.0"', "go = 9.5", 4, "must be text in quotes"),
    ('go = "9.0"', 'go = "10.5"', 4, "above 10"),
    ('conditional = "7.5"', 'conditional = "9.5"', 5, "is above `go`"),
    ('conditional = "7.5"', 'conditonal = "7.5"', 5, "`conditonal` is not known here"),
    ('go = "9.0"\n', "", 3, "`go` is missing"),
    ('go = "9.0"', 'go = "nine"', 4, "must be a number in quotes"),
    ("version = 3", "version = 0", 2, "must be 1 or more"),
    ('name = "small"', 'name = " "', 1, "is empty"),
    ('name = "small"', 'name = "small"\ncolour = 1', 2, "`colour` is not known here"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_its_line(old, new, line, words):
    assert old in SMALL
    with pytest.raises(PolicyError, match=re.escape(words)) as refused:
        parse(SMALL.replace(old, new, 1))
    assert str(refused.value).startswith(f"Line {line} of the policy:")
    assert refused.value.slug == "policy-invalid" and refused.value.hint


EXPECTED = """[[expected]]
kind = "tests"
name = "junit-*.xml"
count = 2
[[expected]]
kind = "coverage"
name = "coverage.xml"
format = "cobertura-xml"
[[expected]]
kind = "coverage"
name = "coverage.xml"
"""


def test_expected_reports():
    assert parse(SMALL).expected == ()
    assert parse(SMALL + EXPECTED).expected == (
        ExpectedReport(Kind.TESTS, "junit-*.xml", 2),
        ExpectedReport(Kind.COVERAGE, "coverage.xml", 1, "cobertura-xml"),
        ExpectedReport(Kind.COVERAGE, "coverage.xml"),
    )


def test_the_example_in_the_default_policy_works_once_it_is_no_comment():
    text = default_text()
    assert parse(text).expected == ()
    lines = [re.sub(r"^# (?=\[+(?:expected|gate|flaky)\b|\w+ = )", "", line) for line in text.splitlines()]
    assert [(e.kind, e.name, e.count, e.format) for e in parse("\n".join(lines)).expected] == [
        ("tests", "junit-*.xml", 2, None),
        ("coverage", "coverage.xml", 1, "cobertura-xml"),
    ]


def test_observability_options():
    options = parse(default_text()).rules["observability"].options
    assert options == {"otlp": "optional", "min_metrics": "15", "min_spans": "1", "max_orphan_spans": "0"}
    bare = parse(SMALL + '[[gate]]\nid = "observability"\ntier = "high"\npass = ">= 95 %"\n').rules["observability"]
    assert bare.options == options


ADDED = [
    (
        '[[gate]]\nid = "observability"\ntier = "low"\npass = ">= 9 %"\noptions = { otlp = "maybe" }\n',
        24,
        "optional, required, ignored",
    ),
    (
        '[[gate]]\nid = "observability"\ntier = "low"\npass = ">= 9 %"\noptions = { min_metrics = "-1" }\n',
        24,
        "whole number",
    ),
    ('[[expected]]\nname = "a"\n', 20, "has no `kind`"),
    ('[[expected]]\nkind = "tests"\n', 20, "has no `name`"),
    ('[[expected]]\nkind = "test"\nname = "a"\n', 21, "`kind` must be one of tests, coverage"),
    ('[[expected]]\nkind = ["tests"]\nname = "a"\n', 21, "`kind` must be one of"),
    ('[[expected]]\nkind = "tests"\nname = ""\n', 22, "must be a pattern"),
    ('[[expected]]\nkind = "tests"\nname = "a\\nb"\n', 22, "must be a pattern"),
    ('[[expected]]\nkind = "tests"\nname = 7\n', 22, "must be text"),
    ('[[expected]]\nkind = "tests"\nname = "a"\ncount = 0\n', 23, "from 1 to 10,000"),
    ('[[expected]]\nkind = "tests"\nname = "a"\ncount = true\n', 23, "must be a whole number"),
    ('[[expected]]\nkind = "tests"\nname = "a"\ncount = "2"\n', 23, "must be a whole number"),
    ('[[expected]]\nkind = "tests"\nname = "a"\nformat = "cobertura-xml"\n', 23, "is no format of tests"),
    ('[[expected]]\nkind = "tests"\nname = "a"\npattern = "*"\n', 23, "`pattern` is not known here"),
    ('[[expected]]\nkind = "tests"\nname = "a"\n[[expected]]\nkind = "tests"\nname = "a"\n', 25, "expected twice"),
    ('[expected]\nkind = "tests"\n', 20, "must be a list"),
    ("[soak]\nminimum = 5\n[[expected]]\nkind = 5\nname = 5\n", 21, "must be text"),
    ('[[gate]]\nid = "health.checks"\ntier = "low"\n', 21, "stands in the policy twice"),
    ('[[gate]]\nid = "ops.p95"\ntier = "low"\npass = "< 2 ms"\nwarn = "< 3 s"\n', 24, "in another unit"),
    ('[[gate]]\nid = "ops.p95"\ntier = "low"\npass = "< 2 ms"\noptions = { statistic = "mean" }\n', 24, "max, median"),
    ('[[gate]]\nid = "ops.p95"\ntier = "low"\npass = "< 2 ms"\noptions = { max_holes_pct = "101" }\n', 24, "up to 100"),
    (
        '[[gate]]\nid = "ops.error_rate"\ntier = "low"\npass = "< 2 %"\noptions = { min_requests = "few" }\n',
        24,
        "whole number",
    ),
    ("[categories]\nsecurity = []\n", 21, "at least one"),
    ('[categories]\nsecurity = "*x*"\n', 21, "must be a list"),
    ('[[component]]\nname = "a"\n', 20, "has no `paths`"),
    ('[[component]]\nname = "a"\npaths = ["a/*"]\nfloor = "101 %"\n', 23, "above 100 %"),
    ('[[component]]\nname = "a"\npaths = ["a/*"]\n[[component]]\nname = "a"\npaths = ["b/*"]\n', 24, "twice"),
    ('[flags."*"]\ncritical = "yes"\n', 21, "must be one of on, off, any"),
    ('[benchmarks]\nbaseline = "yesterday"\n', 21, "previous-version"),
    ('[soak]\nevery = "6h"\n', 20, "`minimum` is missing"),
    ('[soak]\nminimum = "24h"\nevery = "6h"\nmax_gap = "5h"\n', 23, "shorter than `every`"),
    ("[signoff.quorum]\nauditor = 0\n", 20, "nobody has to sign"),
    ("[signoff.quorum]\nengineer = 1\n", 21, "`engineer` is not known here"),
    ("[signoff.quorum]\nauditor = 101\n", 21, "from 0 to 100"),
]


@pytest.mark.parametrize(("text", "line", "words"), ADDED)
def test_what_cannot_be_meant_further_down_is_refused_too(text, line, words):
    with pytest.raises(PolicyError, match=re.escape(words)) as refused:
        parse(SMALL + text)
    assert str(refused.value).startswith(f"Line {line} of the policy:")


def test_weights_that_sum_to_nothing_are_refused():
    with pytest.raises(PolicyError, match="all weights are 0"):
        parse(re.sub(r"(critical|high|medium|low) = \d", r"\1 = 0", SMALL))
    with pytest.raises(PolicyError, match="every gate of the policy weighs 0"):
        parse(SMALL.replace("critical = 4", "critical = 0").replace("high = 3", "high = 0"))


@pytest.mark.parametrize("section", ["name", "version", "decision", "tiers"])
def test_what_every_policy_needs(section):
    text = re.sub(rf"(?m)^(\[{section}\]\n(?:(?!\[).*\n)*|{section} = .*\n)", "", SMALL)
    with pytest.raises(PolicyError, match=f"`{section}` is missing"):
        parse(text)


def test_what_is_no_toml_is_refused_with_toml_s_own_line():
    with pytest.raises(PolicyError, match="line 2, column"):
        parse('name = "x"\nversion = = 1\n')
    with pytest.raises(PolicyError, match="nested too deeply"):
        parse("a = " + "[" * 50_000)
    with pytest.raises(PolicyError, match="longer than"):
        parse("#" * 300_000)


def test_tiers_are_heaviest_first():
    assert list(Tier) == [Tier.CRITICAL, Tier.HIGH, Tier.MEDIUM, Tier.LOW]
