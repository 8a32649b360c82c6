import pytest

from dashboard.readers.cobertura_xml import READER


def report(classes, root='line-rate="1"', sources=""):
    return (
        f'<?xml version="1.0"?><coverage {root}><sources>{sources}</sources><packages><package name="p"><classes>'
        f"{classes}</classes></package></packages></coverage>"
    )


def cls(lines, filename="a.py", methods=""):
    return f'<class name="A" filename="{filename}"><methods>{methods}</methods><lines>{lines}</lines></class>'


def line(number, hits, more=""):
    return f'<line number="{number}" hits="{hits}" {more}/>'


def branches(text):
    return f'branch="true" condition-coverage="{text}"'


@pytest.mark.parametrize(
    ("classes", "figures"),
    [
        (cls(line(1, 1) + line(2, 0)), (2, 1, None, None)),
        (cls(line(1, 0)) + cls(line(1, 3) + line(2, 0)), (2, 1, None, None)),
        (cls(line(1, 1, branches("50% (1/2)"))) + cls(line(1, 1, branches("75% (3/4)"))), (1, 1, 4, 3)),
        (cls(line(1, 1, branches("75% (3/4)"))) + cls(line(1, 0, branches("0% (0/2)"))), (1, 1, 4, 3)),
        (cls(line(1, 1, 'branch="False"')), (1, 1, None, None)),
        (cls(line(1, 1, 'branch="true"')), (1, 1, None, None)),
        (cls(line(1, 1, branches("100% (7/4)"))), (1, 1, 4, 4)),
        (cls(line(1, "3.0e9") + line(2, "0.0")), (2, 1, None, None)),
        (cls(line(0, 1) + line("undefined", 1) + line(3, "x") + line(4, 1)), (1, 1, None, None)),
        (
            cls(line(1, 1), methods=f'<method name="m"><lines>{line(1, 1)}{line(9, 0)}</lines></method>'),
            (1, 1, None, None),
        ),
        (cls("", methods=f'<method name="m"><lines>{line(1, 1)}{line(9, 0)}</lines></method>'), (2, 1, None, None)),
    ],
)
def test_lines_are_folded_by_file_and_number(reading, classes, figures):
    (record,), _ = reading(READER, report(classes))
    assert record[1:5] == figures


def test_ranges_and_partial(reading):
    lines = line(1, 1) + line(2, 1, branches("50% (1/2)")) + line(3, 1) + line(5, 0, branches("0% (0/2)"))
    (record,), _ = reading(READER, report(cls(lines)))
    assert (record.hit, record.missed, record.partial) == ("1-3", "5", "2")


@pytest.mark.parametrize(
    ("sources", "filename", "path"),
    [
        ("", "a.py", "a.py"),
        ("<source>src</source>", "a.py", "src/a.py"),
        ("<source>src/</source>", "src/a.py", "src/a.py"),
        ("<source>.</source>", "./a.py", "a.py"),
        ("<source></source>", ".github/a.py", ".github/a.py"),
        ("<source>/ci/work</source>", "a.py", "a.py"),
        ("<source>C:\\work</source>", "Shop\\A.cs", "Shop/A.cs"),
        ("<source>src</source><source>lib</source>", "a.py", "a.py"),
    ],
)
def test_paths(reading, sources, filename, path):
    (record,), ledger = reading(READER, report(cls(line(1, 1), filename), sources=sources))
    assert record.path == path
    assert len(ledger.facts["sources"]) == sources.count("<source>")


def test_declared_totals_are_compared_and_never_believed(reading):
    root = 'lines-valid="10" lines-covered="10" branches-valid="0" branches-covered="0" timestamp="1795508100000"'
    (record,), ledger = reading(READER, report(cls(line(1, 0)), root))
    assert record[1:3] == (1, 0)
    assert "totals-differ" in ledger.notes
    assert ledger.collected_at == "2026-11-24T08:15:00+00:00"


def test_branches_that_were_measured_and_not_there_are_zero(reading):
    classes = cls(line(1, 1), "plain.py") + cls(line(1, 1, branches("50% (1/2)")), "branchy.py")
    records, _ = reading(READER, report(classes, 'branches-valid="2" branches-covered="1"'))
    assert [(r.branches_total, r.branches_hit) for r in records] == [(0, 0), (2, 1)]


def test_totals_without_lines_give_no_figure(reading):
    (record,), ledger = reading(READER, report(cls(""), 'lines-valid="10" lines-covered="9"'))
    assert record[1:3] == (None, None)
    assert "no-line-elements" in ledger.notes


@pytest.mark.parametrize("classes", ["", cls(""), '<class name="x"/>'])
def test_nothing_to_cover_is_noted(reading, classes):
    records, ledger = reading(READER, report(classes))
    assert records == []
    assert ledger.notes.keys() & {"no-files", "file-without-lines"}


def test_a_plain_doctype_is_passed_over(reading):
    body = report(cls(line(1, 1))).replace("?><", '?><!DOCTYPE coverage SYSTEM "http://127.0.0.1:9/coverage-04.dtd"><')
    assert len(reading(READER, body)[0]) == 1


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (report(cls(line(1, 1)))[:-20], "truncated"),
        (report("<class name='x'><lines><line number='1' hits='1'/></lines></class>"), "cobertura-no-filename"),
        ("<testsuite/>", "cobertura-root"),
        ('<!DOCTYPE coverage [<!ENTITY a "b">]><coverage>&a;</coverage>', "xml-entity-declaration"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug
