"""Makes hostile text storable without letting two different names become one."""

from hashlib import blake2b

LONGEST = 4096
"""Characters of a name that are kept."""

_NUL_SHOWN = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """Replace what a database cannot hold: NUL characters and lone surrogates."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\x00", _NUL_SHOWN) if "\x00" in text else text


def shortened(text: str, longest: int = LONGEST) -> str:
    """Clean a text that is only shown, and cut it with a mark when it is too long."""
    text = clean(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def shortened_or_none(text: str | None, longest: int = LONGEST) -> str | None:
    """Clean and cut a text, and give nothing for nothing."""
    return None if text is None else shortened(text, longest)


def identity(text: str) -> str:
    """Clean and cut a name; where that changes it, a digest of the original keeps it apart from its like."""
    kept = clean(text)
    if kept == text and len(text) <= LONGEST:
        return text
    mark = f" … [{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}]"
    return kept[: LONGEST - len(mark)] + mark
