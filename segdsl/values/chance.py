"""Chance that is the same for ever and on every engine (language.md section 5.19)."""

from hashlib import sha256

SEPARATOR = "\x1f"
BITS = 60


def draw(seed: str, purpose: str, customer: str) -> int:
    """The first 60 bits of SHA-256 over seed, purpose and customer, joined by U+001F: from 0 to 2**60 - 1."""
    digest = sha256(SEPARATOR.join((seed, purpose, customer)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - BITS)


def falls_within(seed: str, purpose: str, customer: str, share: int) -> bool:
    """Whether the customer's draw falls in the first `share` (millionths of the whole). A larger share contains the
    smaller one."""
    return draw(seed, purpose, customer) * 1_000_000 < share << BITS
