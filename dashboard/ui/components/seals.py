"""Signatures as they stand now."""

from collections.abc import Sequence

from dashboard.model.figures import moment_text
from dashboard.model.statement import SignOff, SignOffState, Standing
from dashboard.ui.components.blocks import items, pairs
from dashboard.ui.components.markup import Markup, dotted, join, mono, muted, tag
from dashboard.ui.components.states import FAIL, MISSING, PASS, SIGN_OFFS, chip


def standing_lines(standing: Standing | None, sign_offs: Sequence[SignOff]) -> Markup:
    """Write who signed, how each signature stands, and who is still waited for."""
    lines = [
        join([chip(SIGN_OFFS[s.state]), " ", s.name, " ",
              muted(dotted([s.role, str(s.meaning), moment_text(s.signed_at), s.because]))])
        for s in sign_offs
    ]  # fmt: skip
    if standing is not None:
        waiting = [f"{n} × {role}" if n > 1 else role for role, n in standing.missing.items()]
        if waiting:
            lines.append(join([chip(MISSING.named("waiting for")), " ", ", ".join(waiting)]))
        elif not sign_offs:
            lines.append(muted(standing.text))
    return items(lines) if lines else muted("Nobody has signed.")


def seal(sign_off: SignOff) -> Markup:
    """Write one signature in full: who, when, what it means, over which bytes, and whether it still verifies."""
    state = SIGN_OFFS[sign_off.state]
    tone = "stale" if sign_off.state in {SignOffState.STALE, SignOffState.EXPIRED} else ""
    bad = not sign_off.verified or sign_off.state in {
        SignOffState.REJECTED,
        SignOffState.WITHDRAWN,
        SignOffState.INVALID,
    }
    checked = PASS.named("verifies") if sign_off.verified else FAIL.named("does not verify")
    facts = pairs(
        [
            ("Signature", f"{sign_off.id}, {sign_off.kind}"),
            ("Signed by", dotted([sign_off.name, sign_off.login, sign_off.role])),
            ("At", join([moment_text(sign_off.signed_at), muted(f" shown at UTC{sign_off.offset}")])),
            ("Meaning", join([str(sign_off.meaning), muted(f" — {sign_off.sentence}")])),
            ("Reason", sign_off.reason),
            ("Decision", sign_off.decision),
            ("Valid until", moment_text(sign_off.valid_until)),
            ("Payload", mono(sign_off.payload_sha256)),
            ("Key", join([mono(sign_off.key_id), " ", chip(checked)])),
            ("Log", f"leaf {sign_off.leaf:,}"),
        ]
    )
    head = tag("div", chip(state), " ", muted(sign_off.because))
    css = "cs-seal" + (" cs-seal-fail" if bad else f" cs-seal-{tone}" if tone else "")
    return tag("article", head, facts, class_=css, id=f"signature-{sign_off.id}")
