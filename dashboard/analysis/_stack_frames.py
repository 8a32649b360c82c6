"""Where in the project a failure arose: the innermost frame of a stack trace that is the project's own.

Takes: the text of a failure, as Python, JavaScript, Java (Kotlin, Scala), .NET, Go, Ruby, PHP, C++ and Rust write stack
traces. Gives: file and function, without the line number, which moves with every edit above it, and without the
folders above, which differ from machine to machine. Source: the forms named below, each proved by a real trace in the
tests. Empty: "" when there is no frame, or all are of libraries.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MOST_LINES = 500
"""Lines looked at from either end, and characters of a line: a text may be a megabyte, and may mean harm."""
_FOLDERS = 1
"""Folders kept above a file: enough to tell one ``index.js`` from another."""


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    newest_last: bool
    """Python lists the innermost call last, everybody else first."""


def _form(pattern: str, *, newest_last: bool = False) -> _Form:
    return _Form(re.compile(pattern), newest_last)


_C = r"(?:c|cc|cpp|cxx|h|hh|hpp)"
_FORMS = (
    # Python: its own form, and the two of pytest
    _form(r'^\s*File "(?P<file>[^"]+)", line \d+(?:, in (?P<name>.+))?$', newest_last=True),
    _form(r"^(?P<file>[^\s:][^:\n]*\.pyx?):\d+: ?(?:in (?P<name>\S+)|[\w.]*)$", newest_last=True),
    # Java, Kotlin, Scala: at module/com.acme.Shop.buy(Shop.java:12)
    _form(
        r"^\s*at (?:[\w.@-]*/)*(?P<name>[\w.$<>]+)\((?P<file>[\w$-]+\.(?:java|kt|scala|groovy|clj)|Native Method|"
        r"Unknown Source)(?::\d+)?\)(?: ~?\[.*\])?$"
    ),
    # JavaScript: V8 with and without a function, then Firefox and Safari
    _form(r"^\s*at (?:async )?(?P<name>[^()\n]+?) (?:\[as [^\]]+\] )?\((?P<file>[^()\n]+?):\d+:\d+\)$"),
    _form(r"^\s*at (?:async )?(?P<file>[^()\s]+?):\d+:\d+$"),
    _form(r"^\s*(?P<name>[^@\s]*)@(?P<file>[^@\n]+?):\d+:\d+$"),
    # .NET: at Acme.Shop.Buy(Int32 n) in C:\src\Shop.cs:line 12
    _form(r"^\s*at (?P<name>[\w.`<>|+\[\],]+)\([^\n]*?\)(?: in (?P<file>.+?):line \d+)?$"),
    # Go: the file below the function, and what t.Error prints
    _form(r"^\s+(?P<file>[^\s:]+\.go):\d+(?: \+0x[0-9a-f]+)?(?::.*)?$"),
    # Ruby: shop.rb:12:in 'buy'
    _form(
        r"^\s*(?:from |# )?(?P<file>[^\s:]+\.rb):\d+"
        r"(?::in [`'\"](?:block (?:\(\d+ levels\) )?in )?(?P<name>[^'\"]+)['\"](?:: .*)?)?$"
    ),
    # PHP: #0 /app/Shop.php(12): Shop->buy(), and PHPUnit's own
    _form(r"^\s*#\d+ (?P<file>[^()\n]+\.php)\(\d+\): (?P<name>[^(\n]+)\("),
    _form(r"^\s*(?P<file>[^\s:]+\.php):\d+$"),
    # C and C++: sanitisers, gdb, GoogleTest and Catch2
    _form(rf"^\s*#\d+ +(?:0x[0-9a-f]+ )?(?:in )?(?P<name>.+?) (?:\(.*\) at )?(?P<file>[^\s:()]+\.{_C}):\d+(?::\d+)?$"),
    _form(rf"^(?P<file>[^\s:()]+\.{_C})[:(]\d+\)?: (?:Failure|FAILED|error.*)?$"),
    # Rust: panicked at src/lib.rs:12:5, and its backtrace
    _form(r"^(?:.* panicked at .*?|\s+at )(?P<file>[^\s:']+\.rs):\d+:\d+:?$"),
)

_FOREIGN_FILE = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|bower_components|vendor|gems|\.cargo|\.rustup|\.nuget|\.m2|"
    r"\.gradle|_pytest|pluggy|googletest|gtest|libsanitizer|sysdeps|csu)/"
    r"|^/(?:usr/(?:local/)?(?:lib|include|share|go)|opt/hostedtoolcache|rustc|nix/store)/"
    r"|/(?:lib/python\d[\d.]*|go/src|pkg/mod|ruby/\d[\d.]*|rustlib|libstdc\+\+[^/]*)/"
    r"|[Pp]ython\d*/[Ll]ib/"
    r"|^(?:<|node:|internal/|native |webpack/|Native Method|_rt/)"
)
_FOREIGN_NAME = re.compile(
    r"^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|clojure|junit|"
    r"org\.(?:junit|testng|hamcrest|assertj|mockito|opentest4j|gradle|apache\.(?:maven|tools|commons)|codehaus|"
    r"springframework|hibernate|scalatest|spockframework|slf4j)|io\.kotest|com\.google\.common|"
    r"System|Microsoft|Xunit|NUnit|Moq|FluentAssertions|Shouldly|MSTest|PHPUnit)(?:[.\\]|$)"
    r"|^(?:std|core|alloc|testing|__cxxabiv1)::"
)
_GENERATED = re.compile(r"(?<=[$@_])(?:0x[0-9a-f]+|\d+)|/0x[0-9a-f]+")


def own_frame(text: str | None) -> str:
    """Give the innermost frame of the project: ``shop/cart.py in buy``."""
    found = [(form, file, name) for form, file, name in _frames(text or "") if not _foreign(file, name)]
    if not found:
        return ""
    form = found[0][0]
    _, file, name = found[-1] if form.newest_last else found[0]
    where = "/".join(file.split("/")[-1 - _FOLDERS :])
    return f"{where} in {name}" if where and name else where or name


def _frames(text: str) -> Iterator[tuple[_Form, str, str]]:
    lines = text.splitlines()
    if len(lines) > 2 * MOST_LINES:
        lines = lines[:MOST_LINES] + lines[-MOST_LINES:]
    for line in lines:
        if len(line) > MOST_LINES:
            continue
        for form in _FORMS:
            if found := form.pattern.match(line):
                parts = found.groupdict()
                yield form, _file(parts.get("file") or ""), _GENERATED.sub("<n>", (parts.get("name") or "").strip())
                break


def _file(path: str) -> str:
    """Write a path with slashes, without the scheme, the query and the dots that some tools put before it."""
    path = re.sub(r"^(?:webpack(?:-internal)?|file|https?)://", "", path.replace("\\", "/"))
    return re.sub(r"^(?:\./|\.\./)+|[?#].*$", "", path)


def _foreign(file: str, name: str) -> bool:
    return bool(_FOREIGN_FILE.search(file) or _FOREIGN_NAME.match(name))
