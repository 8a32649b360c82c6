import pytest

from dashboard.readers.go_cover import READER


def profile(*blocks, mode="set"):
    return "\n".join((f"mode: {mode}", *blocks)) + "\n"


@pytest.mark.parametrize(
    ("blocks", "figures"),
    [
        (("m/a.go:1.2,3.4 2 1", "m/a.go:5.2,6.4 3 0"), (5, 2)),
        (("m/a.go:1.2,3.4 2 0", "m/a.go:1.2,3.4 2 7", "m/a.go:1.2,3.4 2 0"), (2, 2)),
        (("m/a.go:1.2,3.4 0 0",), (0, 0)),
        (("m/with:colon/a b.go:1.2,3.4 1 1",), (1, 1)),
    ],
)
@pytest.mark.parametrize("mode", ["set", "count", "atomic"])
def test_statements_of_distinct_blocks(reading, blocks, figures, mode):
    (record,), ledger = reading(READER, profile(*blocks, mode=mode))
    assert (record.statements_total, record.statements_hit) == figures
    assert record[1:5] == (None, None, None, None)
    assert ledger.facts["mode"] == mode


def test_spans_of_blocks(reading):
    (record,), _ = reading(READER, profile("a.go:1.2,4.2 2 1", "a.go:6.2,8.10 1 0", "a.go:8.10,9.2 1 1"))
    assert (record.hit, record.missed, record.partial) == ("1-3", "6-7", "8")


@pytest.mark.parametrize(
    "line",
    [
        "this is not a line",
        "a.go:3.1,4.2 x 1",
        "a.go:3.1,4.2 1",
        "a.go:9.1,4.2 1 1",
        "a.go:1.1,9999999.2 1 1",
        "a.go:1.1,2.2 1 -1",
    ],
)
def test_refuses(refusal, line):
    assert refusal(READER, profile(line)) == "go-cover-line"


def test_merged_profiles_repeat_the_mode(reading):
    (record,), _ = reading(READER, profile("a.go:1.2,3.4 2 1") + profile("a.go:5.2,6.4 2 0"))
    assert (record.statements_total, record.statements_hit) == (4, 2)


def test_no_block_is_noted(reading):
    assert "no-files" in reading(READER, profile())[1].notes
