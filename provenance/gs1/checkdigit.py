"""Check digits and check characters: what catches a mistyped identifier.

A GS1 number ends in a digit computed from the others: weighted 3, 1, 3, 1 …
from the right, the sum is filled up to a multiple of ten (GS1 General
Specifications, section 7.9.1).

    0952012345678?   3·8+7+3·6+5+3·4+3+3·2+1+3·0+2+3·5+9+3·0 = 102 → 8

A Global Model Number may hold letters, so it ends in a pair of characters
instead (section 7.9.5): the sum of each character's place in the alphabet
times a prime, modulo 1021, written as two digits to base 32.
"""

CSET_82 = (
    "!\"%&'()*+,-./0123456789:;<=>?"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""The characters a GS1 value may hold, in the order of their weights."""

_PRIMES = (
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67,
    71, 73, 79, 83,
)  # fmt: skip
_BASE_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def check_digit(digits: str) -> str:
    """Return the digit that completes *digits*, which are ASCII digits."""
    heavy = sum(int(digit) for digit in digits[::-2])
    light = sum(int(digit) for digit in digits[-2::-2])
    return str(-(3 * heavy + light) % 10)


def has_check_digit(digits: str) -> bool:
    """Return whether the last of *digits* is the check digit of the others."""
    # This runs for every item: the bytes of a slice are summed at once, and
    # the 48 by which an ASCII digit exceeds its value is taken off at last.
    data = digits.encode("ascii")
    odd = len(data) // 2
    total = sum(data[::-2]) + 3 * sum(data[-2::-2])
    return (total - 48 * (len(data) + 2 * odd)) % 10 == 0


def check_pair(text: str) -> str:
    """Return the pair that completes *text*: 1 to 23 characters of CSET 82."""
    total = sum(
        CSET_82.index(character) * prime
        for character, prime in zip(reversed(text), _PRIMES, strict=False)
    )
    high, low = divmod(total % 1021, 32)
    return _BASE_32[high] + _BASE_32[low]
