"""JSON in a link: compressed, in letters that a link may have."""

import base64
import binascii
import json
import zlib
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

# Browsers, mail programs and chats take links of about 2,000 characters.
MOST_LETTERS = 2_000
_LARGEST = 1_000_000  # what a few hundred letters can swell to


def packed(value: Any) -> str:
    """A JSON value as letters for a link."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpacked(letters: str) -> Any:
    """The JSON value of a link; None where the letters are none that ``packed`` wrote."""
    try:
        raw = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
        return json.loads(zlib.decompressobj().decompress(raw, _LARGEST))
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        return None


def said(part: Any) -> dict[str, Any]:
    """What a dataclass says beyond its defaults, as JSON values; its version always, so that it is read as such."""
    found = {}
    for f in fields(part):
        value = getattr(part, f.name)
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if value != default or f.name == "version":
            found[f.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return said(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
