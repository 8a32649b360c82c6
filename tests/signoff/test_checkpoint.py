"""Checkpoints, against the example key and note of golang.org/x/mod/sumdb/note."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.errors import MalformedArtefactError
from dashboard.signoff.checkpoint import Checkpoint, note_key_hash, note_text, read, signed_note, verifier_key, write

NAME = "PeterNeumann"
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT + "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
PUBLIC = KEY.public_key()
ORIGIN = "countersign/abc"
POINT = Checkpoint(ORIGIN, 42, bytes(range(32)))


def test_key_and_note_are_the_published_ones():
    assert note_key_hash(NAME, PUBLIC).hex() == "c74f20a3"
    assert verifier_key(NAME, PUBLIC) == PUBLISHED_KEY
    assert signed_note(TEXT, NAME, KEY) == NOTE
    assert note_text(NOTE, NAME, PUBLIC) == TEXT


def test_a_checkpoint_reads_back():
    note = write(POINT, KEY)
    assert note.startswith(f"{ORIGIN}\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n\u2014 {ORIGIN} ")
    assert read(note, ORIGIN, PUBLIC) == POINT


def test_signatures_of_others_are_passed_over():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    note = write(POINT, KEY)
    theirs = write(POINT, other).rpartition("\n\n")[2]
    text, _, ours = note.rpartition("\n\n")
    assert read(f"{text}\n\n{theirs}\u2014 broken line\n\u2014 {ORIGIN} !!!\n{ours}", ORIGIN, PUBLIC) == POINT


def forgeries():
    note = write(POINT, KEY)
    yield "size", note.replace("\n42\n", "\n43\n"), "checkpoint-not-genuine"
    yield "origin", note.replace("countersign/abc", "countersign/abd"), "checkpoint-not-genuine"
    yield "no signature", note.rpartition("\n\n")[0] + "\n", "checkpoint-malformed"
    yield "cut off", note[:-1], "checkpoint-malformed"
    yield "control character", note.replace("42", "4\r2"), "checkpoint-malformed"
    yield "other key", write(POINT, Ed25519PrivateKey.from_private_bytes(bytes(32))), "checkpoint-not-genuine"
    for what, text in (
        ("leading zero", f"{ORIGIN}\n042\n{base64.b64encode(POINT.root).decode()}\n"),
        ("extension", POINT.text + "more\n"),
        ("short root", f"{ORIGIN}\n42\nAAEC\n"),
        ("no number", f"{ORIGIN}\nmany\n{base64.b64encode(POINT.root).decode()}\n"),
        ("no base64", f"{ORIGIN}\n42\n!!!\n"),
        ("origin inside", f"elsewhere\n42\n{base64.b64encode(POINT.root).decode()}\n"),
    ):
        yield what, signed_note(text, ORIGIN, KEY), "checkpoint-malformed"


@pytest.mark.parametrize(("what", "note", "slug"), list(forgeries()))
def test_must_not_accept(what, note, slug):
    with pytest.raises(MalformedArtefactError) as caught:
        read(note, ORIGIN, PUBLIC)
    assert caught.value.slug == slug
