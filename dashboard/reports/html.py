"""The deployment report as one HTML page for paper: the same text as the Markdown, no script, nothing from elsewhere.

The page is written from the Markdown report's own lines, so the two cannot tell different things.
"""

import base64
import hashlib
from html import escape
from string import Template

from dashboard.model.evaluation import Decision
from dashboard.model.figures import moment_text, points_text, score_text
from dashboard.reports import markdown
from dashboard.reports._blocks import blocks
from dashboard.reports.dossier import Dossier

FORMAT = "html"

#: Icon, word and colour: the icon is drawn, so that it is there in black and white too.
_MARKS = {
    Decision.GO: ("go", "M3 8.5 6.5 12 13 4.5"),
    Decision.CONDITIONAL_GO: ("warn", "M8 2 14.5 13.5H1.5Z M8 6.5V9.5 M8 11.4V11.6"),
    Decision.NO_GO: ("stop", "M4 4 12 12 M12 4 4 12"),
}

STYLE = """
@page{size:A4;margin:16mm 15mm 18mm;@bottom-right{content:counter(page) " / " counter(pages)}}
:root{color-scheme:light;--ink:#101418;--quiet:#55606b;--line:#cfd6dd;--soft:#f5f7f9}
*{box-sizing:border-box}
html{background:#fff}
body{margin:0 auto;max-width:190mm;padding:22px 20px 40px;color:var(--ink);
font:13.5px/1.5 "Source Sans 3","Source Sans",system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif}
h1{font-size:25px;line-height:1.2;margin:0 0 12px;letter-spacing:-.01em}
h2{font-size:17px;margin:26px 0 8px;padding-bottom:4px;border-bottom:1px solid var(--line)}
h3{font-size:14px;margin:16px 0 4px}h4{font-size:13.5px;margin:12px 0 4px}
h1,h2,h3,h4{break-after:avoid;overflow-wrap:anywhere}
p{margin:6px 0;overflow-wrap:anywhere}
ul,ol{margin:6px 0;padding-left:22px}li{margin:2px 0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;margin:8px 0 12px;font-size:12px}
th,td{border-bottom:1px solid var(--line);padding:4px 7px;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{font-weight:600;color:var(--quiet)}td{max-width:78mm}
.d{min-width:54mm}.d code{font-size:10.5px}
.r{text-align:right;font-variant-numeric:tabular-nums}
tr{break-inside:avoid}thead{display:table-header-group}
code{font:11.5px/1.4 ui-monospace,"Source Code Pro","DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.seal{display:flex;gap:16px;align-items:center;border:1px solid var(--line);border-left:4px solid currentColor;
border-radius:6px;padding:12px 16px;margin:0 0 18px;break-inside:avoid}
.seal svg{flex:none;width:34px;height:34px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;
stroke-linejoin:round}
.seal b{display:block;font-size:20px;line-height:1.2}.seal span{color:var(--quiet)}
.go{color:#0f7a5a}.warn{color:#9a5b00}.stop{color:#b3261e}
footer{margin-top:26px;padding-top:8px;border-top:1px solid var(--line);color:var(--quiet);font-size:11.5px}
footer code{font-size:11px}
@media screen and (max-width:640px){table{display:block;overflow-x:auto}body{padding:16px 14px}}
@media print{body{max-width:none;padding:0;font-size:10.5pt}a{color:inherit}}
"""

#: For the header that goes with the page: nothing but this very style sheet.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>$style</style>
</head>
<body>
<div class="seal $tone"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="$mark"/></svg>
<div><b>$headline</b><span>$figures</span></div></div>
<main>
$body
</main>
<footer>
$foot
</footer>
</body>
</html>
""")


def render(dossier: Dossier) -> bytes:
    """Write the page."""
    evaluation, ready = dossier.evaluation, dossier.evaluation.readiness
    tone, mark = _MARKS[ready.decision]
    figures = (
        f"Score {score_text(ready.score)} of 10 ({points_text(ready.earned_halves)} of "
        f"{points_text(ready.possible_halves)} points) · {ready.measured} of {ready.gates} gates measured · "
        f"{_standing(dossier)}"
    )
    lines = markdown.render(dossier).decode().splitlines()
    page = _PAGE.substitute(
        title=_text(f"{evaluation.candidate.project_name} {evaluation.candidate.full_label}: {ready.headline}"),
        style=STYLE,
        tone=tone,
        mark=mark,
        headline=_text(ready.headline),
        figures=_text(figures),
        body=blocks(lines),
        foot=_foot(dossier),
    )
    return page.encode("utf-8", "replace")


def _standing(dossier: Dossier) -> str:
    return str(dossier.standing.state) if dossier.standing is not None else "without signatures"


def _foot(dossier: Dossier) -> str:
    evaluation = dossier.evaluation
    said = [
        f"Evaluation <code>{_text(evaluation.id)}</code>",
        f"subject <code>{_text(evaluation.candidate.subject)}</code>",
        f"policy <code>{_text(evaluation.policy_digest)}</code>",
        f"judged as of {_text(moment_text(evaluation.as_of))}",
        _text(evaluation.engine),
    ]
    if dossier.log_root is not None:
        said.append(f"log of {dossier.log_size:,} events, root <code>{_text(dossier.log_root)}</code>")
    return " · ".join(said)


def _text(value: str) -> str:
    return escape(value.encode("utf-8", "replace").decode())
