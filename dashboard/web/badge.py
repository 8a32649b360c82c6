"""A badge for a README: decision, score and sign-off of the newest candidate, as an SVG without script.

It says what a page would say at the same moment, judged then and kept for a minute. What is not there is drawn as
missing and never in green.
"""

import hashlib
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard.errors import CountersignError
from dashboard.model.evaluation import Decision, Evaluation
from dashboard.model.figures import score_text
from dashboard.model.person import Permission
from dashboard.model.register import Sought
from dashboard.model.statement import SignOffState, Standing
from dashboard.services import candidates, signatures
from dashboard.services.context import Context
from dashboard.services.evaluate import evaluate
from dashboard.store.transaction import revision
from dashboard.web.identity import Open, visitor

LABEL = "release"

#: Seconds for which a judgement is shown again: evidence grows old without a byte of it changing.
KEPT_S = 60

_MOST_KEPT = 256

#: Colours of the look on which white reads with a contrast of 4.9 and more.
_GREY = "#55606b"
_PATHS = {
    "pass": ("#0f7a5a", "M2 6.5 5 9.5 10.5 3"),
    "warn": ("#9a5b00", "M6 1.5 11 10.5H1Z M6 4.8V7.2 M6 8.8V9"),
    "fail": ("#b3261e", "M2.5 2.5 9.5 9.5 M9.5 2.5 2.5 9.5"),
    "missing": ("#6a3fb5", "M4 4.2A2 2 0 1 1 6 6.4V7.4 M6 9.6V9.8"),
    "locked": (_GREY, "M3 5.5H9V10.5H3Z M4.2 5.5V4A1.8 1.8 0 0 1 7.8 4V5.5"),
}
_TONES = {Decision.GO: "pass", Decision.CONDITIONAL_GO: "warn", Decision.NO_GO: "fail"}

#: Advance widths of Verdana at 11 px, in tenths of a pixel, for the characters that are not of common width.
_NARROW = {**dict.fromkeys("ijl|!'`.,:;fI", 40), **dict.fromkeys("()[]/ -rt", 47)}
_BROAD = {**dict.fromkeys("mMW@%", 106), **dict.fromkeys("wGOQDNHUCR", 83)}
_COMMON, _CAPITAL, _FULL = 68, 76, 115


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says."""

    tone: str
    """A key of the icons: ``pass``, ``warn``, ``fail``, ``missing`` or ``locked``."""
    text: str


LOCKED = Badge("locked", "sign in")
NOTHING = Badge("missing", "no evidence")
FAILED = Badge("missing", "cannot be judged")


def width_of(text: str) -> int:
    """Give the width of a text in pixels, rounded up; the drawing stretches the text to exactly this."""
    return -(-sum(_advance(character) for character in text) // 10)


def _advance(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _FULL
    known = _NARROW.get(character) or _BROAD.get(character)
    return known or (_CAPITAL if character.isupper() else _COMMON)


def drawn(badge: Badge) -> bytes:
    """Draw it: an icon and words on a ground of the state's colour, named for ears."""
    colour, path = _PATHS[badge.tone]
    label, text = width_of(LABEL), width_of(badge.text)
    left, right = label + 12, text + 30
    name = escape(f"{LABEL}: {badge.text}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{name}">'
        f"<title>{name}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="{colour}"/>'
        f'<path d="M3 0H{left}V20H3A3 3 0 0 1 0 17V3A3 3 0 0 1 3 0Z" fill="#2a333d"/>'
        f'<g transform="translate({left + 6} 4)" fill="none" stroke="#fff" stroke-width="1.5" stroke-linecap="round" '
        f'stroke-linejoin="round"><path d="{path}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f'<text x="6" y="14" textLength="{label}" lengthAdjust="spacingAndGlyphs">{escape(LABEL)}</text>'
        f'<text x="{left + 23}" y="14" textLength="{text}" lengthAdjust="spacingAndGlyphs">{escape(badge.text)}</text>'
        "</g></svg>"
    ).encode()


def said(context: Context, project: str, environment: str, branch: str) -> Badge:
    """Judge the newest candidate that fits and say decision, score and how it is signed."""
    sought = Sought(
        environments=(environment,) if environment else (),
        branches=(branch,) if branch else (),
    )
    number = candidates.newest(context, project, sought)
    if number is None:
        return NOTHING
    evaluation = evaluate(context, project, candidate_id=number)
    if not evaluation.sources:
        return NOTHING
    ready = evaluation.readiness
    standing = signatures.standing(context, evaluation.candidate, evaluation)
    return Badge(_tone(evaluation, standing), f"{ready.headline} {score_text(ready.score)} · {standing.state}")


def _tone(evaluation: Evaluation, standing: Standing) -> str:
    """Give the colour: that of the decision, never green over a refusal, a fallen signature or a broken promise."""
    tone = _TONES[evaluation.readiness.decision]
    if standing.state in (SignOffState.REJECTED, SignOffState.INVALID):
        return "fail"
    fell = standing.state in (SignOffState.STALE, SignOffState.EXPIRED, SignOffState.WITHDRAWN)
    return "warn" if tone == "pass" and (fell or not evaluation.readiness.holds) else tone


class Badges:
    """The endpoint. Answers are kept for a minute while the store does not change: a README has many readers."""

    def __init__(self, open_context: Open, judge: Callable[[Context, str, str, str], Badge] = said) -> None:
        self._open_context = open_context
        self._judge = judge
        self._kept: OrderedDict[tuple[object, ...], Badge] = OrderedDict()
        self._lock = Lock()

    async def __call__(self, request: Request) -> Response:
        """Answer with the badge; 401 with one that says so where reading is not open and nobody is known."""
        context = self._open_context().acting_as(visitor(request.scope))
        if not context.may(Permission.READ):
            return _answer(request, LOCKED, 401)
        asked = request.query_params
        where = (asked.get("environment", "").strip() or "", asked.get("branch", "").strip() or "")
        badge = await run_in_threadpool(self._found, context, request.path_params["project"], *where)
        return _answer(request, badge, 200)

    def _found(self, context: Context, project: str, environment: str, branch: str) -> Badge:
        tick = int(context.clock().timestamp()) // KEPT_S
        try:
            key = (project, environment, branch, tick, revision(context.store))
            with self._lock:
                kept = self._kept.get(key)
            if kept is not None:
                return kept
            badge = self._judge(context, project, environment, branch)
            key = (*key[:-1], revision(context.store))  # storing a judgement that is news is a change itself
        except CountersignError:
            return FAILED
        with self._lock:
            self._kept[key] = badge
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return badge


def _answer(request: Request, badge: Badge, status: int) -> Response:
    body = drawn(badge)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "cache-control": "no-cache, private",
        "etag": etag,
        "vary": "cookie",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        # A README is on another site; whoever may not read gets a picture that says so.
        "cross-origin-resource-policy": "cross-origin",
    }
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if status == 200 and etag in asked:
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, media_type="image/svg+xml", headers=headers)
