import pytest

from dashboard.readers.llvm_cov_json import READER


def export(*files):
    return {"data": [{"files": list(files), "totals": {}}], "type": "llvm.coverage.json.export", "version": "2.0.1"}


def file(name="src/a.rs", lines=(6, 3), branches=(4, 3), **more):
    summary = {"lines": dict(zip(("count", "covered"), lines, strict=True))}
    if branches:
        summary["branches"] = dict(zip(("count", "covered"), branches, strict=True))
    return {"filename": name, "summary": summary, **more}


def test_the_summary_gives_the_figures_and_segments_the_lines(reading):
    segments = [
        [1, 1, 2, True, True, False],
        [3, 2, 0, True, False, False],
        [5, 1, 0, False, False, False],
        [8, 1, 1, True, True, False],
    ]
    (record, plain), ledger = reading(READER, export(file(segments=segments), file("b.rs", branches=None)))
    assert record[:5] == ("src/a.rs", 6, 3, 4, 3)
    assert (record.hit, record.missed, record.partial) == ("1-2", "4", "3")
    assert plain[1:5] == (6, 3, None, None)
    assert plain.hit == ""
    assert ledger.facts["schema"] == "2.0.1"


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        (export(file(lines=(3, 6))), "json-shape"),
        (export(file(lines=(None, 1))), "json-shape"),
        (export(file(), file()), "repeated-file"),
        (export({"filename": "a"}), "json-shape"),
        (export(file(segments=[[1, 1, 1, True, True], [9999999, 1, 0, False, False]])), "json-shape"),
        ({"data": None, "type": "llvm.coverage.json.export"}, "json-shape"),
    ],
)
def test_refuses(refusal, body, slug):
    assert refusal(READER, body) == slug


def test_no_file_is_noted(reading):
    assert "no-files" in reading(READER, export())[1].notes
