"""What can be done about a candidate's release on a page, bound to the person who looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboard.errors import CountersignError
from dashboard.model.evaluation import Condition
from dashboard.model.statement import SignOff
from dashboard.model.waiver import Acceptance
from dashboard.services import acceptances, checkpoints, conditions, sign, signatures
from dashboard.services.context import Context
from dashboard.services.preparation import SigningView
from dashboard.ui.components.blocks import items
from dashboard.ui.components.markup import join, muted, tag
from dashboard.ui.components.states import FAIL, chip
from dashboard.ui.look import html


@dataclass(frozen=True, slots=True)
class Acts:
    """Each raises a ``CountersignError`` with what forbids it."""

    sign: Callable[[str, str, str], SignOff]
    """Identifier, passphrase, reason."""
    withdraw: Callable[[int, str, str, str], SignOff]
    """Number of the signature, identifier, passphrase, reason."""
    add: Callable[[str, str, str, date, str, str], Condition]
    """Gate, text, owner, due, verification, stage."""
    close: Callable[[int, str], Condition]
    """Number of the condition, how it was seen."""
    envelope: Callable[[int], bytes]
    """Number of the signature; gives its DSSE JSON as it is stored."""
    checkpoint: Callable[[], str]
    """Gives the head of the log as a signed note."""
    verifier: Callable[[], str]
    """Gives the public key of that note."""
    accept: Callable[[str, str, str, str], Acceptance]
    """Digest of the finding, identifier, passphrase, reason."""


def acts_of(context: Context, view: SigningView) -> Acts:
    """Bind the acts to the person, and signing to the very evaluation that is shown."""
    candidate_id = view.candidate.id

    def signing(login: str, passphrase: str, reason: str) -> SignOff:
        return sign.sign(context, candidate_id, view.evaluation_id, login, passphrase, view.meaning, view.kind, reason)

    def withdrawing(number: int, login: str, passphrase: str, reason: str) -> SignOff:
        return sign.withdraw(context, number, login, passphrase, reason)

    def adding(gate: str, text: str, owner: str, due: date, verification: str, stage: str) -> Condition:
        return conditions.add(
            context, candidate_id, gate=gate, text=text, owner=owner, due=due, verification=verification, stage=stage
        )

    def accepting(digest: str, login: str, passphrase: str, reason: str) -> Acceptance:
        return acceptances.accept(context, candidate_id, digest, login, passphrase, reason)

    def closing(number: int, remark: str) -> Condition:
        return conditions.close(context, number, remark)

    return Acts(
        signing,
        withdrawing,
        adding,
        closing,
        lambda number: signatures.envelope(context, number) or b"",
        lambda: checkpoints.checkpoint(context),
        lambda: checkpoints.verifier(context),
        accepting,
    )


def tried(act: Callable[[], object], where: str) -> None:
    """Do it and draw the page again; what forbids it is shown once, at ``where``."""
    try:
        act()
    except CountersignError as error:
        st.session_state[f"cs-refused-{where}"] = (str(error), error.hint)
    st.rerun()


def refusal(where: str) -> None:
    """Show why the last act at ``where`` was refused, if it was."""
    said = st.session_state.pop(f"cs-refused-{where}", None)
    if said is not None:
        refused = join([chip(FAIL.named("refused")), " ", said[0], " ", muted(said[1])])
        html(tag("div", items([refused]), role="alert"))


_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#+-!|$:~"})


def plain(text: str) -> str:
    """Escape text for labels, which Streamlit reads as Markdown."""
    return text.translate(_MARKDOWN)
