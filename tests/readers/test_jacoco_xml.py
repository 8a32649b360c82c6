import pytest

from dashboard.readers.jacoco_xml import READER


def file(lines, counters="", name="A.java"):
    return f'<sourcefile name="{name}">{lines}{counters}</sourcefile>'


def report(inside, *, group=None, more=""):
    package = f'<package name="com/x">{inside}</package>'
    return f'<report name="r">{f"<group name={group!r}>{package}</group>" if group else package}{more}</report>'


def line(number, missed=0, ran=0, branches_missed=0, taken=0):
    return f'<line nr="{number}" mi="{missed}" ci="{ran}" mb="{branches_missed}" cb="{taken}"/>'


@pytest.mark.parametrize(
    ("inside", "figures"),
    [
        (file(line(1, ran=2) + line(2, missed=1)), (2, 1, 0, 0)),
        (file(line(1, ran=2, branches_missed=1, taken=3)), (1, 1, 4, 3)),
        (
            file(
                '<line nr="1"/><line nr="2" mb="1" cb="1"/>',
                '<counter type="LINE" missed="1" covered="1"/><counter type="BRANCH" missed="1" covered="1"/>',
            ),
            (2, 1, 2, 1),
        ),
        (file(""), (0, 0, 0, 0)),
        (file("", '<counter type="LINE" missed="1" covered="2"/>'), (3, 2, 0, 0)),
        (file(line(1)) + file(line(1, ran=1, taken=1) + line(2)), (2, 1, 1, 1)),
        (
            '<class name="com/x/A" sourcefilename="A.java"><method name="m">'
            '<counter type="LINE" missed="9" covered="9"/></method></class>' + file(line(1, ran=1)),
            (1, 1, 0, 0),
        ),
    ],
)
def test_lines_by_instructions_that_ran(reading, inside, figures):
    (record,), _ = reading(READER, report(inside))
    assert record[:5] == ("com/x/A.java", *figures)


def test_a_file_that_stands_twice_is_a_lower_bound(reading):
    (record,), ledger = reading(READER, report(file(line(1, ran=1)) * 2))
    assert record.approximate
    assert "file-repeated" in ledger.notes


def test_ranges_and_groups(reading):
    lines = line(1, ran=1) + line(2, ran=1, branches_missed=1, taken=1) + line(4, missed=3)
    (record,), _ = reading(READER, report(file(lines), group="core"))
    assert record.path == "core/com/x/A.java"
    assert (record.hit, record.missed, record.partial) == ("1-2", "4", "2")


def test_nothing_to_cover_is_noted(reading):
    assert set(reading(READER, "<report/>")[1].notes) == {"no-files"}
    (record,), ledger = reading(READER, report(file(line(0, ran=1))))
    assert record[1:3] == (0, 0)
    assert set(ledger.notes) == {"line-unreadable"}


def test_time_and_totals(reading):
    more = '<sessioninfo id="ci" start="1" dump="1795508100000"/><counter type="LINE" missed="1" covered="1"/>'
    _, ledger = reading(READER, report(file(line(1, ran=1)), more=more))
    assert ledger.collected_at == "2026-11-24T08:15:00+00:00"
    assert "totals-differ" in ledger.notes


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (report(file('<line nr="1"/>') * 2), "jacoco-repeated-file"),
        (report(file('<line nr="1" ci="many"/>')), "jacoco-count"),
        (report(file(line(1)))[:-9], "truncated"),
        ("<coverage/>", "jacoco-root"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
