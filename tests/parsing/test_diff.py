"""Unified diffs: which lines of which file are new, and what is no diff."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import MalformedArtefactError
from dashboard.parsing.diff import changed_lines

# Written by: git diff --no-index old new (git 2.39), of a changed, a new, a deleted and a renamed file
GIT = """diff --git a/src/a.py b/src/a.py
index 1b2c3d4..5e6f7a8 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,4 +1,5 @@
 one
-two
+TWO
+two and a half
 three
 four
@@ -10,2 +11,2 @@ def f():
-ten
+TEN
 eleven
diff --git a/src/new.py b/src/new.py
new file mode 100644
--- /dev/null
+++ b/src/new.py
@@ -0,0 +1,2 @@
+first
+second
\\ No newline at end of file
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-last words
diff --git a/x.py b/y.py
similarity index 100%
rename from x.py
rename to y.py
"""


def test_a_diff_of_git():
    assert changed_lines(GIT) == {"src/a.py": {2, 3, 11}, "src/new.py": {1, 2}}


@pytest.mark.parametrize("text", ["", "\n", "diff --git a/x b/x\nBinary files a/x and b/x differ\n"])
def test_nothing_changed(text):
    assert changed_lines(text) == {}


def test_a_line_that_looks_like_a_head_within_a_hunk_is_a_line():
    text = "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n one\n+++ b/other\n"
    assert changed_lines(text) == {"x": {2}}


@pytest.mark.parametrize(
    "text",
    [
        "some words",
        "--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n one\n",
        "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n-b\n",
        "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n one\n?what\n",
    ],
)
def test_what_is_no_diff_is_refused(text):
    with pytest.raises(MalformedArtefactError) as refused:
        changed_lines(text)
    assert refused.value.slug == "diff-malformed"


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    with suppress(MalformedArtefactError):
        assert all(name == "x" for name in changed_lines(f"+++ b/x\n@@ -1,3 +1,3 @@\n{text}") if "+++" not in text)
