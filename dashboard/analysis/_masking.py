"""What of a failure's message is of this run only: numbers, addresses, moments, paths, quoted values.

Takes: a line of a message. Gives: the line with each of them replaced by what it is, so that the same failure reads the
same next time. A status code of HTTP is kept where the message speaks of HTTP: 404 and 503 are different failures.
Source: ReportPortal's analyser (numbers removed, status codes kept), Datadog's grouping (numbers and quoted text
ignored), Drain3 (masks before similarity). Empty: an empty line.
"""

import re
from http import HTTPStatus

MOST = 2_000
"""Characters of a message that are looked at."""

_CODES = frozenset(str(status.value) for status in HTTPStatus)
_HTTP = re.compile(r"\bHTTPS?\b|\bstatus(?:[ _-]?code|\b)|\bresponse\b|<Response \[|https?://", re.IGNORECASE)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_SPACE = re.compile(r"\s+")

_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
_ZONE = r"(?:\s?(?:Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b))?"
_CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?:\s?[AaPp][Mm]\b)?"
_TIME = rf"(?:{_CLOCK}|\d{{1,2}}:\d{{2}}(?:\s?[AaPp][Mm]\b)?){_ZONE}"
_DAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)"
)
_YEAR = r"(?:\s+\d{4}\b)?"
_SPOKEN = rf"(?:{_DAY},?\s+)?(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}\b,?){_YEAR}(?:\s+{_TIME})?{_YEAR}"
_PART = r"[\w.@~+-]"

_MASKS = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (rf"\b(?:{_DATE})(?:[T ,]\s?{_TIME})?|\b{_SPOKEN}|(?<![:.\w]){_CLOCK}{_ZONE}", "<time>"),
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<uuid>"),
        (r'"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|“[^”\n]*”|\u2018[^’\n]*’|«[^»\n]*»', "<text>"),
        (r"(?<!\w)[bru]{0,2}'(?:[^'\\\n]|\\.)*'(?!\w)", "<text>"),
        (r"\b[a-z][a-z0-9+.-]{0,20}://[^\s<>)\]},;]+", "<url>"),
        (r"\b[A-Za-z]:[\\/][^\s:*?<>|()]+|\\\\[^\s:*?<>|()]+", "<path>"),
        (rf"(?<![\w<])(?:\.{{0,2}}|~)/{_PART}+(?:/{_PART}+)*/?", "<path>"),
        (rf"(?<![\w.@~+<-])(?=[^\s/]*[A-Za-z]){_PART}+(?:/{_PART}+)*/[\w@~+-]*\.[A-Za-z]\w*", "<path>"),
        (r"\b0[xX][0-9a-fA-F]+\b|(?<=@)[0-9a-fA-F]{4,}\b", "<hex>"),
        (r"\b(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{7,}\b", "<n>"),  # a hash may be all digits
    )
)
_NUMBER = re.compile(
    r"(?<![\w.)\]])[-+](?=\.?\d)"
    r"|(?:(?<![\w)])\.\d+|\d[\d_]*(?:[.,]\d+)*)(?:[eE][-+]?\d+)?"
    r"(?P<measured>(?=\s?(?:[mµun]?s|secs?|seconds?|millis\w*|min\w*|h|hours?|[kKMGT]?i?B|bytes?|px|[a-z]+s)\b))?"
)


def first_line(text: str | None) -> str:
    """Give the first line that says something, without colours and double spaces."""
    for line in _COLOURS.sub("", (text or "")[:MOST]).splitlines():
        if tidy := _SPACE.sub(" ", line).strip():
            return tidy
    return ""


def masked(line: str, message: str = "") -> str:
    """Mask a line; ``message`` is the whole it stands in, which may tell that it speaks of HTTP."""
    about_http = _HTTP.search(line) is not None or _HTTP.search(message[:MOST]) is not None
    for pattern, mask in _MASKS:
        line = pattern.sub(mask, line)
    return _NUMBER.sub(lambda found: _number(found, about_http), line)


def _number(found: re.Match[str], about_http: bool) -> str:
    text = found[0]
    if text in "+-":
        return ""
    return text if about_http and found["measured"] is None and text in _CODES else "<n>"
