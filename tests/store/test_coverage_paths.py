"""What the paths of several reports are: mapped on evidence, and otherwise said to be in doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.store.coverage_paths import SAME_FILE, TWO_FILES, UNKNOWN, Report, cleaned, mapped


def names(*reports, patterns=()):
    return [dict(found) for found in mapped(reports, patterns).names]


@pytest.mark.parametrize(
    ("path", "as_cleaned"),
    [
        ("src/a.py", "src/a.py"),
        ("src\\pkg\\a.py", "src/pkg/a.py"),
        ("C:\\agent\\src\\a.cs", "C:/agent/src/a.cs"),
        ("./src/./a.py", "src/a.py"),
        ("/w//repo/src/../lib/a.c", "/w/repo/lib/a.c"),
        ("//w/a.c", "/w/a.c"),
        ("webpack://shop/./src/a.ts", "src/a.ts"),
        ("webpack:///./src/a.ts?9f3c", "src/a.ts"),
        ("webpack:///src/App.vue?1a2b", "src/App.vue"),
        ("file:///w/src/a.js", "/w/src/a.js"),
        # must not: what only looks alike
        (".github/a.py", ".github/a.py"),
        ("src/what?.py", "src/what?.py"),
        ("a:b.py", "a:b.py"),
        ("", ""),
    ],
)
def test_cleaned(path, as_cleaned):
    assert cleaned(path) == as_cleaned


PLAIN = Report("unit.json", ["src/shop/cart.py", "src/shop/money.py", "src/shop/util.py"])


@pytest.mark.parametrize(
    ("report", "targets"),
    [
        # absolute paths of two build machines, a container, Windows
        (Report("b", ["/home/runner/work/shop/shop/src/shop/cart.py"]), ["src/shop/cart.py"]),
        (Report("b", ["/app/src/shop/cart.py", "/app/src/shop/new.py"]), ["src/shop/cart.py", "src/shop/new.py"]),
        (Report("b", ["C:\\agent\\_work\\1\\src\\shop\\cart.py"]), ["src/shop/cart.py"]),
        # a source folder the report declares
        (Report("b", ["shop/cart.py", "shop/new.py"], ("/b/repo/src",)), ["src/shop/cart.py", "src/shop/new.py"]),
        (Report("b", ["cart.py"], ("/b/repo/lib", "/b/repo/src/shop")), ["src/shop/cart.py"]),
        # the source folder left out without a word: the longest common end
        (Report("b", ["shop/cart.py", "shop/new.py"]), ["src/shop/cart.py", "src/shop/new.py"]),
        (Report("b", ["shop/cart.py"], packages=True), ["src/shop/cart.py"]),
        # a module's name, a bundler's prefix
        (
            Report("b", ["github.com/x/src/shop/cart.py", "github.com/x/src/new.go"], modular=True),
            ["src/shop/cart.py", "src/new.go"],
        ),
        (Report("b", ["webpack://shop/./src/shop/cart.py"]), ["src/shop/cart.py"]),
        # the same already
        (Report("b", ["src/shop/cart.py", "src/only/here.py"]), ["src/shop/cart.py", "src/only/here.py"]),
    ],
)
def test_is_mapped_to_what_another_report_uses(report, targets):
    found = mapped((PLAIN, report))
    assert list(found.names[1].values()) == targets
    assert list(found.names[0].values()) == PLAIN.paths
    assert not found.ambiguous
    assert not found.unmapped


def test_three_ways_to_name_a_file_are_one_whatever_their_order():
    reports = (
        Report("a", ["shop/cart.py"], ("/x/repo/src",)),
        Report("b", ["/y/repo/src/shop/cart.py"]),
        Report("c", ["src/shop/cart.py"]),
    )
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        assert {t for found in names(*(reports[n] for n in order)) for t in found.values()} == {"src/shop/cart.py"}


def test_two_shards_that_leave_the_folder_out_are_mapped_together():
    shard = ["shop/cart.py", "shop/money.py"]
    found = names(PLAIN, Report("one", shard), Report("two", shard))
    assert found[1] == found[2] == {path: f"src/{path}" for path in shard}


# Must not


def test_a_path_that_ends_two_files_is_kept_apart():
    whole = Report("all", ["packages/web/src/a.js", "packages/api/src/a.js"])
    found = mapped((whole, Report("web", ["src/a.js"]), Report("api", ["src/a.js"])))
    assert [doubt.reason for doubt in found.ambiguous] == [TWO_FILES, TWO_FILES]
    targets = [*found.names[0].values(), *found.names[1].values(), *found.names[2].values()]
    assert len(set(targets)) == 4


def test_two_files_of_a_report_never_become_one():
    paths = ["/w/a/shop/models.py", "/w/b/shop/models.py"]
    found = mapped((Report("plain", ["shop/models.py"]), Report("abs", paths)))
    assert found.names[1] == {path: path for path in paths}
    assert [(doubt.path, doubt.reason) for doubt in found.ambiguous] == [(path, SAME_FILE) for path in paths]


@pytest.mark.parametrize("path", ["cart.py", "/elsewhere/cart.py"])
def test_the_name_of_one_file_alone_is_no_evidence(path):
    other = Report("a", ["src/shop/cart.py"] if path == "cart.py" else ["cart.py"])
    found = mapped((other, Report("b", [path, "gen/parser.c"])))
    assert found.names[1][path] == path
    assert path in {doubt.path for doubt in found.unmapped}


@pytest.mark.parametrize(
    ("plain", "other"),
    [
        (["cart.py", "money.py"], ["/w/cart.py", "/w/money.py", "/w/new.py"]),
        (["src/shop/cart.py", "src/shop/money.py"], ["cart.py", "money.py", "new.py"]),
    ],
)
def test_the_names_of_two_files_in_one_folder_are(plain, other):
    found = mapped((Report("a", plain), Report("b", other)))
    folder = plain[0].removesuffix("cart.py")
    assert list(found.names[1].values()) == [*plain, f"{folder}new.py"]


def test_a_bare_name_at_the_root_is_not_the_file_of_that_name_in_a_folder():
    found = mapped((Report("a", ["docs/setup.py", "src/x.py"]), Report("b", ["setup.py", "src/x.py"])))
    assert found.names[1]["setup.py"] == "setup.py"
    assert not found.ambiguous and not found.unmapped


def test_an_absolute_path_stands_in_no_folder_of_the_repository():
    found = mapped((PLAIN, Report("b", ["shop/cart.py", "shop/money.py", "/opt/gen/parser.c"])))
    assert found.names[1]["/opt/gen/parser.c"] == "/opt/gen/parser.c"
    assert [doubt.path for doubt in found.unmapped] == ["/opt/gen/parser.c"]


def test_whole_folders_only():
    found = mapped((PLAIN, Report("b", ["/w/other_src/shop/cart.py", "op/cart.py"])))
    assert list(found.names[1].values()) == ["/w/other_src/shop/cart.py", "op/cart.py"]
    assert {doubt.path for doubt in found.unmapped} == {*PLAIN.paths, *found.names[1]}


def test_a_declared_folder_that_says_otherwise_is_believed():
    found = mapped((PLAIN, Report("b", ["shop/cart.py"], ("/b/repo/lib",))))
    assert found.names[1] == {"shop/cart.py": "shop/cart.py"}
    assert [(doubt.path, doubt.reason) for doubt in found.unmapped if doubt.report == "b"] == [
        ("shop/cart.py", UNKNOWN)
    ]


# Components


def test_a_component_says_where_the_root_is():
    found = mapped((Report("a", ["/w/repo/billing/tax.py", "/w/repo/tools/x.py", "/usr/lib/y.py"]),), ["billing/*"])
    assert found.names[0] == {
        "/w/repo/billing/tax.py": "billing/tax.py",
        "/w/repo/tools/x.py": "tools/x.py",
        "/usr/lib/y.py": "/usr/lib/y.py",
    }
    assert [doubt.path for doubt in found.unmapped] == ["/usr/lib/y.py"]


def test_a_component_that_fits_twice_decides_nothing():
    found = mapped((Report("a", ["/w/src/repo/src/x.py"]),), ["src/*"])
    assert found.names[0] == {"/w/src/repo/src/x.py": "/w/src/repo/src/x.py"}
    assert [doubt.reason for doubt in found.ambiguous] == [TWO_FILES]


@pytest.mark.parametrize("path", ["lib/billing/tax.py", "/w/lib/billing/tax.py"])
def test_a_path_a_component_knows_as_it_stands_is_left_alone(path):
    found = mapped((Report("a", [path]),), ["billing/*", "*/billing/*"])
    assert found.names[0] == {path: path}
    assert not found.unmapped


@pytest.mark.parametrize(
    ("report", "patterns", "unmapped"),
    [
        (Report("a", ["src/a.py"]), [], 0),
        (Report("a", ["src/a.py"]), ["lib/*"], 0),
        (Report("a", ["m.org/x/a.go"], modular=True), [], 0),
        (Report("a", ["m.org/x/a.go"], modular=True), ["lib/*"], 1),
        (Report("a", ["com/shop/A.java"], packages=True), ["lib/*"], 1),
        (Report("a", ["/w/a.py"]), [], 1),
        (Report("a", ["/w/a.py"]), ["*"], 0),
        (Report("a", []), ["*"], 0),
    ],
)
def test_a_lone_report(report, patterns, unmapped):
    found = mapped((report,), patterns)
    assert len(found.unmapped) == unmapped
    assert list(found.names[0].values()) == report.paths


def test_no_report():
    assert mapped(()).names == ()


PATHS = st.lists(st.text(st.sampled_from("ab/\\.:?"), max_size=8), max_size=5)
REPORTS = st.lists(
    st.builds(
        Report,
        name=st.sampled_from(["x", "y"]),
        paths=PATHS,
        roots=PATHS.map(tuple),
        modular=st.booleans(),
        packages=st.booleans(),
    ),
    max_size=3,
)


@given(REPORTS, st.lists(st.text(st.sampled_from("ab/*?"), max_size=4), max_size=2))
def test_every_path_has_a_name_and_two_clean_paths_of_a_report_have_two(reports, patterns):
    found = mapped(reports, patterns)
    for report, given_names in zip(reports, found.names, strict=True):
        assert given_names.keys() == set(report.paths)
        assert len(set(given_names.values())) == len({cleaned(path) for path in report.paths})
