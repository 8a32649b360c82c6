"""Signatures to hold in one's own hands: seals, envelopes, keys, and how anybody checks them."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.model.person import Person
from dashboard.services.preparation import SigningView
from dashboard.signoff.envelope import PAYLOAD_TYPE
from dashboard.ui.acts import Acts
from dashboard.ui.components.blocks import bullets, section
from dashboard.ui.components.markup import Markup, join, mono, tag, text
from dashboard.ui.components.seals import seal
from dashboard.ui.look import html
from dashboard.ui.sign_forms import draw_withdrawal


def draw_seals(person: Person, view: SigningView, acts: Acts, keys: Mapping[str, str]) -> None:
    """Draw every signature, newest first, with what is needed to check it elsewhere."""
    if not view.signoffs:
        return
    html(section("Seals", "newest first"))
    stem = f"{view.candidate.project}-{view.candidate.subject[:12]}"
    for signed in reversed(view.signoffs):
        html(seal(signed))
        with st.container(horizontal=True, key=f"cs-proof-{signed.id}"):
            st.download_button(
                f"Envelope of signature {signed.id}",
                partial(acts.envelope, signed.id),
                f"{stem}-signature-{signed.id}.dsse.json",
                "application/json",
                key=f"envelope-{signed.id}",
                on_click="ignore",
            )
            if signed.key_id in keys:
                st.download_button(
                    f"Public key of signature {signed.id}",
                    keys[signed.key_id],
                    f"{signed.key_id[:16]}.pem",
                    "application/x-pem-file",
                    key=f"key-{signed.id}",
                    on_click="ignore",
                )
        draw_withdrawal(person, signed, view, acts)


def draw_verifying(view: SigningView, acts: Acts) -> None:
    """Say how anybody checks a signature without this server, and what the log's root is."""
    size, root = view.statement.log_size, view.statement.log_root
    where = "with each seal" if view.signoffs else "here with each signature, once there is one"
    with st.container(key="cs-verify"):
        html(
            section("How to verify"),
            tag(
                "p",
                "A signature is kept as a DSSE v1 envelope: the statement's own bytes, their type, and an Ed25519 "
                "signature over both. Any DSSE verifier checks it with the signer's public key, without this server. "
                f"Both are downloaded {where}.",
            ),
            bullets(_points(size, root)),
        )
        with st.container(horizontal=True, key="cs-log"):
            st.download_button(
                "Checkpoint of the log", acts.checkpoint, "checkpoint.txt", "text/plain", on_click="ignore"
            )
            st.download_button(
                "Public key of the log", acts.verifier, "checkpoint.vkey", "text/plain", on_click="ignore"
            )


def _points(size: int, root: str) -> list[Markup]:
    encoding = mono(f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} <bytes in the payload> <payload>")
    inside = "Inside are the digests of subject, evidence manifest, policy and report, and all lines of the statement."
    head = "The checkpoint is the present head, signed by this server's key (C2SP tlog-checkpoint):"
    return [
        join(["Payload: an in-toto statement, whose sha256 is the digest on the seal. ", inside]),
        join(["Signed bytes: ", encoding]),
        text("Key: its name is the sha256 of its DER form, so another key has another name."),
        join([f"Log: every event here is a leaf of one Merkle tree (RFC 6962), now {size:,} leaves, root ", mono(root),
              ". A statement names size and root of the log before it. ", head,
              " a rewritten log would contradict a copy kept elsewhere."]),
    ]  # fmt: skip
