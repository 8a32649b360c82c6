import pytest

from dashboard.readers.lcov_info import READER


def record(*lines, path="a.c"):
    return "\n".join(("TN:", f"SF:{path}", *lines, "end_of_record")) + "\n"


@pytest.mark.parametrize(
    ("body", "figures"),
    [
        (record("DA:1,1", "DA:2,0"), (2, 1, None, None)),
        (record("DA:1,0", "DA:1,5", "DA:2,1.5e3,checksum"), (2, 2, None, None)),
        (record("DA:1,0") + record("DA:1,1"), (1, 1, None, None)),
        (record("DA:1,1", "BRDA:1,0,0,1", "BRDA:1,0,1,-", "BRDA:1,0,2,0"), (1, 1, 3, 1)),
        (record("DA:1,1", "BRDA:1,0,0,0") + record("DA:1,1", "BRDA:1,0,0,4", "BRDA:1,0,1,0"), (1, 1, 2, 1)),
        (record("DA:1,1", "BRDA:1,0,jump to line 3, or so,1"), (1, 1, 1, 1)),
        (record("DA:1,1", "BRDA:0,0,0,1"), (1, 1, None, None)),
        (record("DA:1,1", "BRF:0", "BRH:0"), (1, 1, 0, 0)),
        (record("DA:1,-3", "DA:0,1"), (1, 0, None, None)),
        (record("DA:1,1").replace("\n", "\r\n"), (1, 1, None, None)),
        ("# comment\n" + record("DA:1,1", "FN:1,f", "FNDA:1,f", "MCDC:1,2,t,1,0,x"), (1, 1, None, None)),
    ],
)
def test_lines_and_branches(reading, body, figures):
    (file,), _ = reading(READER, body)
    assert file[1:5] == figures


def test_paths_and_ranges(reading):
    body = record("DA:1,1", "DA:2,1", "DA:9,0", "BRDA:2,0,0,1", "BRDA:2,0,1,0", path="C:\\src\\.\\a.c") + record(
        "DA:1,1", path="./b.c"
    )
    records, _ = reading(READER, body)
    assert [r.path for r in records] == ["C:/src/./a.c", "b.c"]
    assert (records[0].hit, records[0].missed, records[0].partial) == ("1-2", "9", "2")


def test_totals_are_compared(reading):
    assert "totals-differ" in reading(READER, record("DA:1,1", "LF:2", "LH:1"))[1].notes
    assert not reading(READER, record("DA:1,1", "LF:1", "LH:1"))[1].notes


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ("TN:\nSF:a.c\nDA:1,1\n", "lcov-cut-off"),
        (record("DA:1"), "lcov-line"),
        (record("DA:x,1"), "lcov-line"),
        (record("DA:1,nan"), "lcov-line"),
        (record("BRDA:1"), "lcov-line"),
        (record("LF:many"), "lcov-line"),
        ("DA:1,1\n", "lcov-line"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
