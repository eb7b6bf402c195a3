"""North American coupons, as AI 8110 and AI 8112 carry them.

Digits only, and most numbers are led by their own length (GS1 US: North
American Coupon Application Guideline; GS1 AI (8112) Coupon Data
Specification). Six is added to the length of a company prefix:

    1 0614141 123456 2 50 1 2 0 123        8110
    │ │       │      │ │  │ │ │ family
    │ │       │      │ │  │ │ what must be bought: its kind
    │ │       │      │ │  │ how many, after the length of that number
    │ │       │      │ what it saves, after the length of that number
    │ │       offer
    the issuer's company prefix, after its length

Optional fields follow, each led by its own digit, in that order: 1 and 2 for
further things to buy, 3 and 4 for the last and first day, 5 for a serial
number, 6 for the retailer, 9 for how it is redeemed.
"""

import re


def _led(lengths: range, *, plus: int = 0) -> str:
    """Return the pattern of a number that is led by its own length."""
    choices = "|".join(f"{n}[0-9]{{{n + plus}}}" for n in lengths)
    return f"(?:{choices})"


_PREFIX = _led(range(7), plus=6)
_AMOUNT = _led(range(1, 6))
_PURCHASE = f"{_AMOUNT}[0-49][0-9]{{3}}"
_MORE = f"{_PURCHASE}(?:9|{_PREFIX})"
_SERIAL = _led(range(10), plus=6)
_DAY = (
    r"(?:[0-9]{2}(?:(?:0[13-9]|1[0-2])(?:0[1-9]|[12][0-9]|30)"
    r"|(?:0[13578]|1[02])31|02(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[02468][048]|[13579][26])0229)"
)

COUPON = re.compile(
    f"{_PREFIX}[0-9]{{6}}{_AMOUNT}{_PURCHASE}"
    f"(?:1[0-3]{_MORE})?"
    f"(?:2{_MORE})?"
    f"(?:3(?P<last>{_DAY}))?"
    f"(?:4(?P<first>{_DAY}))?"
    f"(?:5{_SERIAL})?"
    f"(?:6{_led(range(1, 8), plus=6)})?"
    "(?:9[01256][0-2][0-9][01])?"
)
"""What AI 8110 holds."""

OFFER = re.compile(f"[01]{_PREFIX}[0-9]{{6}}{_SERIAL}")
"""What AI 8112 holds: a format, the funder, the offer, a serial number."""


def is_over_before_it_starts(coupon: str) -> bool:
    """Return whether the last day of *coupon* comes before its first."""
    found = COUPON.fullmatch(coupon)
    if found is None or found["last"] is None or found["first"] is None:
        return False
    return found["first"] > found["last"]
