"""What another policy would ask: each change in words, with its direction, and nothing where nothing changes."""

import pytest

from dashboard.model.policy_change import Effect
from dashboard.policy.changes import changes, counts, summary, text_diff
from dashboard.policy.load import default_text, parse

BASE = default_text()
S, L, H, W = Effect.STRICTER, Effect.LOOSER, Effect.SHIFTED, Effect.WORDING
COVERAGE = '[[gate]]\nid = "coverage.total"\ntier = "medium"\npass = ">= 80 %"\nwarn = ">= 60 %"\n\n'
EXPECTED = '[[expected]]\nkind = "tests"\nname = "junit-*.xml"\n'


def edited(*edits):
    text = BASE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def found(*edits, back=False):
    old, new = parse(BASE), parse(edited(*edits))
    return changes(new, old) if back else changes(old, new)


CASES = [
    ('pass = ">= 80 %"', 'pass = ">= 75 %"', "coverage.total pass >= 80 % -> >= 75 %: looser", L),
    ('warn = ">= 60 %"', 'warn = ">= 70 %"', "coverage.total warn >= 60 % -> >= 70 %: stricter", S),
    ('pass = ">= 80 %"', 'pass = "> 80 %"', "coverage.total pass >= 80 % -> > 80 %: stricter", S),
    ('pass = "< 200 ms"', 'pass = "<= 200 ms"', "ops.p95 pass < 200 ms -> <= 200 ms: looser", L),
    ('pass = "< 200 ms"', 'pass = "< 100 ms"', "ops.p95 pass < 200 ms -> < 100 ms: stricter", S),
    ('warn = "<= 0.5 %"\n', "", "tests.flaky warn removed (was <= 0.5 %): stricter", S),
    ('pass = ">= 100 %"', 'pass = ">= 100 %"\nwarn = ">= 99 %"', "tests.security warn added (>= 99 %): looser", L),
    ('id = "tests.flaky"\ntier = "medium"', 'id = "tests.flaky"\ntier = "low"', "tests.flaky tier medium -> low", L),
    ('id = "cost"\ntier = "low"', 'id = "cost"\ntier = "high"', "cost tier low -> high: stricter", S),
    ('id = "cost"\ntier = "low"', 'id = "cost"\ntier = "low"\nkey = true', "cost key no -> yes: stricter", S),
    ('max_age = "24h"', 'max_age = "3d"', "health.checks max_age 24h -> 3d: looser", L),
    ('margin = "10"', 'margin = "5"', "coverage.component margin 10 -> 5: stricter", S),
    ('min_requests = "1000"', 'min_requests = "10"', "ops.error_rate min_requests 1000 -> 10: looser", L),
    ('max_holes_pct = "10"', 'max_holes_pct = "50"', "ops.error_rate max_holes_pct 10 -> 50: looser", L),
    ('otlp = "optional"', 'otlp = "ignored"', "observability otlp optional -> ignored: looser", L),
    ('otlp = "optional"', 'otlp = "required"', "observability otlp optional -> required: stricter", S),
    ('statistic = "max"', 'statistic = "median"', "ops.p95 statistic max -> median: looser", L),
    ('except = "*cost*"', 'except = "*"', "perf.regression except *cost* -> *: shifted", H),
    ('go = "9.0"', 'go = "8.5"', "decision go 9 -> 8.5: looser", L),
    ('conditional = "7.5"', 'conditional = "8"', "decision conditional 7.5 -> 8: stricter", S),
    ("critical = 4 ", "critical = 8 ", "tiers critical 4 -> 8: shifted", H),
    ('security = ["*security*"]', 'security = ["marker:security"]', "categories security *security* -> marker:", H),
    ('floor = "85 %"', 'floor = "80 %"', "component infrastructure floor 85 % -> 80 %: looser", L),
    ('floor = "85 %"\n', "", "component infrastructure floor removed (was 85 %): looser", L),
    ('safety = "off"', 'safety = "any"', 'flags."*" safety off -> any: looser', L),
    ('experimental = "any"', 'experimental = "off"', 'flags."*" experimental any -> off: stricter', S),
    ('safety = "off"', 'safety = "on"', 'flags."*" safety off -> on: shifted', H),
    ('baseline = "previous-version"', 'baseline = "version:1"', "benchmarks baseline previous-version -> version:1", H),
    ('minimum = "24h"', 'minimum = "12h"', "soak minimum 24h -> 12h: looser", L),
    ('every = "6h"\nmax_gap = "7h"', 'every = "6h"', "soak max_gap removed (was 7h): looser", L),
    ("auditor = 1\nmanager = 1", "auditor = 2\nmanager = 1", "signoff auditor 1 -> 2: stricter", S),
    ("auditor = 1\nmanager = 1", "auditor = 1", "signoff manager 1 -> 0: looser", L),
    ('validity = "7d"', 'validity = "30d"', "signoff validity 7d -> 30d: looser", L),
    ("min_samples = 100", "min_samples = 500", "trigger error-rate min_samples 100 -> 500: looser", L),
    ('for = "5m"', 'for = "2m"', "trigger error-rate for 5m -> 2m: stricter", S),
    ('action = "rollback"', 'action = "notify"', "trigger error-rate action rollback -> notify: looser", L),
    ('threshold = "5"', 'threshold = "3"', "trigger health threshold >= 5 failures -> >= 3 failures: stricter", S),
    ("# [flaky]", '[flaky]\nf1_window = "7d"', "flaky f1_window 14d -> 7d: shifted", H),
    ("version = 1", "version = 2", "policy version 1 -> 2: wording", W),
    ("# The default policy", "# A default policy", "only comments, order or layout differ", W),
]


@pytest.mark.parametrize(("old", "new", "says", "effect"), CASES)
def test_one_change_in_words(old, new, says, effect):
    [change] = found((old, new))
    assert says in change.text
    assert change.effect is effect
    [back] = found((old, new), back=True)
    assert back.effect is {S: L, L: S}.get(effect, effect), "undone, it goes the other way"


def test_another_unit_is_no_other_demand():
    pass_and_warn = 'pass = "< 200 ms"\nwarn = "< 500 ms"'
    first, second = found((pass_and_warn, 'pass = "< 0.3 s"\nwarn = "< 0.5 s"'))
    assert first.text == "ops.p95 pass < 200 ms -> < 0.3 s: looser"
    assert second.text == "ops.p95 warn < 500 ms -> < 0.5 s: wording, the same in another unit"


def test_a_gate_added_and_a_gate_removed():
    [gone] = found((COVERAGE, ""))
    assert gone.text == ("coverage.total removed (was >= 80 %, warn >= 60 %; medium): looser, it is not asked any more")
    [come] = found((COVERAGE, ""), back=True)
    assert come.text == "coverage.total added (>= 80 %, warn >= 60 %; medium): stricter"


def test_triggers_components_and_expected_reports_come_and_go():
    health = BASE[BASE.index('[[trigger]]\nid = "health"') : BASE.index("# Reports that every")]
    [gone] = found((health, ""))
    assert (gone.subject, gone.what, gone.after, gone.effect) == ("trigger", "health", None, L)
    [report] = changes(parse(BASE), parse(BASE + EXPECTED))
    assert report.text == "expected tests junit-*.xml added (1): stricter"
    [more] = changes(parse(BASE + EXPECTED), parse(BASE + EXPECTED + "count = 2\n"))
    assert more.text == "expected tests junit-*.xml 1 -> 2: stricter"
    agents = '[[component]]\nname = "agents"\npaths = ["agents/*", "*/agents/*"]\n'
    [component] = found((agents, ""))
    assert component.effect is H, "without a floor it was not gated"


def test_the_same_policy_changes_nothing():
    assert changes(parse(BASE), parse(BASE)) == ()
    assert summary(()) == "nothing changes"
    assert text_diff(BASE, BASE) == ""


def test_the_summary_names_what_is_looser_first():
    several = found(('pass = ">= 80 %"', 'pass = ">= 75 %"'), ('minimum = "24h"', 'minimum = "48h"'))
    assert summary(several) == "1 looser, 1 stricter"
    assert counts(several) == {S: 1, L: 1, H: 0, W: 0}


def test_the_text_diff_is_unified():
    diff = text_diff("a\nb\n", "a\nc\n", old_name="one", new_name="two")
    assert diff.split("\n") == ["--- one", "+++ two", "@@ -1,2 +1,2 @@", " a", "-b", "+c"]
