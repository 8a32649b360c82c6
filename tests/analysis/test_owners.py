"""CODEOWNERS as GitHub and GitLab document it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.analysis.owners import Dialect, parse

#: The example of GitHub's documentation, "About code owners", line by line.
GITHUB = """# This is a comment.
# Each line is a file pattern followed by one or more owners.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README", ("@global-owner1", "@global-owner2")),
        ("deep/down/x.py", ("@global-owner1", "@global-owner2")),
        ("x.js", ("@js-owner",)),
        ("lib/deep/x.js", ("@js-owner",)),
        ("main.go", ("docs@example.com",)),
        ("a.txt", ("@octo-org/octocats",)),
        ("other/build/logs.d/a", ("@global-owner1", "@global-owner2")),
        ("docs/getting-started.md", ("@doctocat",)),  # /docs/ stands below docs/*
        ("docs/build-app/troubleshooting.md", ("@doctocat",)),
        ("scripts/a.sh", ("@doctocat", "@octocat")),
        ("build/logs/a.log", ("@octocat",)),
        ("scripts/logs/a.log", ("@octocat",)),
        ("deeply/nested/logs/a.log", ("@octocat",)),
        ("apps/x.py", ("@octocat",)),
        ("web/apps/x.py", ("@octocat",)),
        ("apps/github", ()),
        ("apps/github/x.py", ()),
        ("./apps/x.py", ("@octocat",)),
        ("apps\\x.py", ("@octocat",)),
    ],
)
def test_the_example_of_github(path, owners):
    assert parse(GITHUB).owner_of(path) == owners


@pytest.mark.parametrize(
    ("pattern", "fits", "not_fits"),
    [
        ("docs/*", ["docs/a.md"], ["docs/b/a.md", "x/docs/a.md"]),
        ("/build/logs/", ["build/logs/a", "build/logs/b/c"], ["x/build/logs/a", "build/logs"]),
        ("apps/", ["apps/a", "x/apps/a", "x/apps/b/c"], ["apps", "myapps/a"]),
        ("**/logs", ["logs/a", "build/logs/a", "logs"], ["logs2/a"]),
        ("/a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/x/b/c"], ["x/a/b", "ab"]),
        ("a/**", ["a/x", "a/x/y"], ["a", "x/a/y"]),
        ("**", ["a", "a/b"], []),
        ("/*", ["a"], ["a/b"]),
        ("*", ["a", "a/b"], []),
        ("foo*", ["foo", "foobar", "foobar/x", "x/foobar"], ["afoo"]),
        ("/foo*/bar.py", ["foox/bar.py"], ["foo/x/bar.py"]),
        ("src/main", ["src/main", "src/main/x.py"], ["src/mainly", "x/src/main"]),
        ("a?c.py", ["abc.py"], ["ac.py", "a/c.py"]),
        ("README.md", ["README.md", "x/README.md"], ["readme.md", "READMExmd"]),
        (r"path\ with\ spaces/", ["path with spaces/a"], ["path/a"]),
        ("/", [], ["a", "a/b"]),
        ("a+b(c).py", ["a+b(c).py"], ["aab(c).py"]),
    ],
)
def test_patterns_of_github(pattern, fits, not_fits):
    owners = parse(f"{pattern} @x", Dialect.GITHUB)
    assert not owners.problems
    assert [path for path in fits if owners.owner_of(path) != ("@x",)] == []
    assert [path for path in not_fits if owners.owner_of(path)] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("!docs/ @x", "which code owners do not know"),
        ("docs/[ab].md @x", "which code owners do not know"),
        (r"\#x @x", "which code owners do not know"),
        ("docs/ someone", "someone is neither @person"),
        ("a/***/b @x", "three asterisks"),
    ],
)
def test_lines_that_github_leaves_out(line, why):
    owners = parse(f"* @all\n{line}\n", Dialect.GITHUB)
    assert owners.owner_of("docs/a.md") == ("@all",)
    assert len(owners.problems) == 1
    assert owners.problems[0].startswith("Line 2: ")
    assert why in owners.problems[0]


#: From "Code Owners syntax" of GitLab's documentation.
GITLAB = r"""* @admin
README.md @user1
/docs/*.md @doc-md
internal/README.md @user2

[Documentation]
ee/docs @docs
docs @docs

[README Owners]
README.md @user3
internal/README.md @user4

^[Database][2] @database-team @dba
model/db/
config/db/database-setup.md @docs-team

[Ruby]
*.rb @ruby
!/config/**/*.rb

\#file_with_pound.rb @owner-file-with-pound
path\ with\ spaces/ @space-owner
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("x.py", ("@admin",)),
        ("README.md", ("@user1", "@user3")),
        ("internal/README.md", ("@user2", "@user4")),
        ("x/internal/README.md", ("@user2", "@user4")),  # GitLab begins every pattern without / anywhere
        ("docs/a.md", ("@doc-md", "@docs")),
        ("docs/x/a.md", ("@admin", "@docs")),
        ("model/db/x.sql", ("@admin", "@database-team", "@dba")),
        ("config/db/database-setup.md", ("@admin", "@docs-team")),
        ("lib/a.rb", ("@admin", "@ruby")),
        ("config/a.rb", ("@admin",)),
        ("config/x/a.rb", ("@admin",)),
        ("#file_with_pound.rb", ("@admin", "@owner-file-with-pound")),
        ("path with spaces/a", ("@admin", "@space-owner")),
    ],
)
def test_the_examples_of_gitlab(path, owners):
    found = parse(GITLAB)
    assert found.dialect is Dialect.GITLAB
    assert found.owner_of(path) == owners


def test_an_empty_file_owns_nothing():
    for text in ("", "\ufeff\n\n", "# only words\n   # and more\n"):
        assert parse(text).owner_of("a") == ()
        assert parse(text).problems == ()


def test_a_byte_order_mark_and_windows_lines():
    assert parse("\ufeff* @x\r\n/a @y\r\n").owner_of("a") == ("@y",)


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_breaks_it(text, path):
    for dialect in (None, *Dialect):
        assert isinstance(parse(text, dialect).owner_of(path), tuple)
