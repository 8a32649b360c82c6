"""The Markdown that the reports write, as HTML: exactly that subset, so that both formats tell the same.

Whatever a line holds, it ends as escaped text: only the marks that the writers set become elements.
"""

import html
import re
from collections.abc import Callable, Iterable, Sequence

_TOKEN = re.compile(r"\\(?P<literal>[^\w\s]|_)|(?P<bold>\*\*)|`(?P<code>[^`\n]+)`")
_CELL_END = re.compile(r"(?<!\\)\|")
_NUMBERED = re.compile(r"\d+\. ")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_DIGEST = re.compile(r"`[0-9a-f]{40,}`")
_RIGHT = re.compile(r"-+:")


def blocks(lines: Sequence[str]) -> str:
    """Write lines of Markdown as HTML blocks."""
    written: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        until = at + 1
        if not line.strip():
            pass
        elif heading := _HEADING.fullmatch(line):
            level = len(heading[1])
            written.append(f"<h{level}>{inline(heading[2])}</h{level}>")
        elif line.startswith("|"):
            until = _while(lines, at, lambda row: row.startswith("|"))
            written.append(_table(lines[at:until]))
        elif line.startswith("- "):
            until = _while(lines, at, lambda row: row.startswith("- "))
            written.append(_list("ul", (row[2:] for row in lines[at:until])))
        elif _NUMBERED.match(line):
            until = _while(lines, at, lambda row: bool(_NUMBERED.match(row)))
            written.append(_list("ol", (row.partition(". ")[2] for row in lines[at:until])))
        else:
            written.append(f"<p>{inline(line)}</p>")
        at = until
    return "\n".join(written)


def inline(text: str) -> str:
    """Write one line: bold and code become elements, what was escaped for Markdown becomes itself again."""
    out: list[str] = []
    bold, end = False, 0
    for found in _TOKEN.finditer(text):
        out.append(_plain(text[end : found.start()]))
        end = found.end()
        if found["literal"]:
            out.append(html.escape(found["literal"]))
        elif found["bold"]:
            out.append("</strong>" if bold else "<strong>")
            bold = not bold
        else:
            out.append(f"<code>{html.escape(found['code'])}</code>")
    out += [_plain(text[end:]), "</strong>" if bold else ""]
    return "".join(out)


def _plain(text: str) -> str:
    # The writers put entities for what Markdown or HTML would read; somebody's own "&lt;" is "&amp;lt;" here.
    return html.escape(html.unescape(text))


def _while(lines: Sequence[str], at: int, belongs: Callable[[str], bool]) -> int:
    while at < len(lines) and belongs(lines[at]):
        at += 1
    return at


def _list(name: str, items: Iterable[str]) -> str:
    return f"<{name}>{''.join(f'<li>{inline(item)}</li>' for item in items)}</{name}>"


def _table(lines: Sequence[str]) -> str:
    heads, rule, *rows = [[cell.strip() for cell in _CELL_END.split(line)[1:-1]] for line in lines]
    right = [bool(_RIGHT.fullmatch(cell)) for cell in rule]

    def row(cells: Sequence[str], name: str) -> str:
        written = (
            f"<{name}{_class(cell, numbers=numbers)}>{inline(cell)}</{name}>"
            for cell, numbers in zip(cells, right, strict=False)
        )
        return f"<tr>{''.join(written)}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    return f"<table><thead>{row(heads, 'th')}</thead><tbody>{body}</tbody></table>"


def _class(cell: str, *, numbers: bool) -> str:
    if numbers:
        return ' class="r"'
    return ' class="d"' if _DIGEST.fullmatch(cell) else ""
