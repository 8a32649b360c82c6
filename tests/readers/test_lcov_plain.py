"""Records read at once are the same as records read line by line."""

import io

import pytest

from dashboard.model.ledger import Ledger
from dashboard.readers import _lcov_plain, lcov_info
from dashboard.readers.lcov_info import READER


def record(*lines, path="a.c", test=""):
    return "\n".join((f"TN:{test}", f"SF:{path}", *lines, "end_of_record")) + "\n"


def read(text):
    ledger = Ledger()
    return list(READER.read(io.BytesIO(text.encode()), ledger)), ledger.figures(), ledger.facts, ledger.notes


PLAIN = [
    record("DA:1,1", "DA:2,0", "LF:2", "LH:1"),
    record("FN:1,f", "FNDA:1,f", "FNF:1", "FNH:1", "BRDA:1,0,0,1", "BRDA:1,e0,1,-", "DA:1,1,abc==", "BRF:2", "BRH:1"),
    record("DA:1,1") + record("DA:1,0", "DA:3,1"),
    record("DA:1,1", "BRDA:1,0,0,0", test="a") + record("DA:1,1", "BRDA:1,0,0,4", "BRDA:1,0,1,0", test="b"),
    record("DA:1,1", "BRDA:1,0,a.b,0") + record("DA:1,0", "BRDA:1,0,a.b,1", "BRDA:2,0,a.b,1"),
    record("DA:1,1", path="./b.c") + record("DA:2,1", path="b.c") + record("DA:7,0"),
    record("DA:1,1", test="a").replace("\n", "\r\n"),
    record("DA:1,1", test="a") + record("DA:2,1").removeprefix("TN:\n"),
    record("LF:0"),
]
ODD = [
    record("DA:1,1", "DA:1,0"),
    record("DA:1,-1"),
    record("DA:01,1"),
    record("DA:1,1e3"),
    record("DA: 1,1"),
    record("DA:1,1", "TN:late", "DA:2,1"),
    record("DA:1,1", "BRDA:1,0,jump to 3, or so,1"),
    record("DA:1,1", "BRDA:1,0.1,0,1"),
    record("DA:1,1", "BRDA:1,0,0,1", "BRDA:1,0,0,0"),
    record("DA:1,1", f"BRDA:1,0,{'x' * 70},1"),
    record("DA:1,1", "OTHER:1"),
    record("DA:1,1", "", " DA:2,1"),
    record("DA:1,1", path="x/end_of_record").replace("SF:", "SF: "),
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_records(text, monkeypatch):
    pieces = text.replace("\r\n", "\n").split("\nend_of_record\n")[:-1]
    assert all(_lcov_plain.plain(piece) for piece in pieces)
    at_once = read(text)
    monkeypatch.setattr(lcov_info, "plain", lambda _text: None)
    assert read(text) == at_once


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("plain", [PLAIN[0], PLAIN[3]])
def test_odd_records_among_plain_ones(odd, plain, monkeypatch):
    text = plain + odd + plain
    mixed = read(text)
    monkeypatch.setattr(lcov_info, "plain", lambda _text: None)
    assert read(text) == mixed


@pytest.mark.parametrize("odd", ODD[:-1])
def test_odd_records_are_known_as_such(odd):
    assert _lcov_plain.plain(odd.split("\nend_of_record\n")[0]) is None
