"""What scanners, keyboards and printers do to a code, undone.

    （01）09506000134352（21）00042       full-width, of Chinese keyboards
    (01) 0950 6000 1343 52 (21) 00042   spaces between groups, as printed
    0109506000134352210004<GS>17271231  FNC1 as a scanner was set to spell it

A scanner that types cannot type FNC1 (ASCII 29), and spells it by a sign or a
word. Those undone here are no part of any value of an AI, so that there is
one reading; what could be one is left, and refused by its character. Only
`<GS>` and `<FNC1>` could be, and are never meant so.
"""

import re

AROUND = " \t\r\n\ufeff\xa0\u200b\u200e\u200f\u3000"
"""What may stand around a code. FNC1 is none of it, though Python counts it
as white space."""

_WIDE = {0xFF01 + place: 0x21 + place for place in range(0x7F - 0x21)}
_SCHEME = re.compile(r"H[Tt]{2}[Pp][Ss]?(?=://)")

_FNC1 = "\x1d"
_SPELLED = re.compile(
    r"<GS>|\{GS\}|\[GS\]|<FNC1>|\{FNC1\}|\[FNC1\]|\^\]|\\x1d|\\u001d"
    r"|\u241d|\|| +",
    re.IGNORECASE | re.ASCII,
)
_BETWEEN = r"[ \t\r\n\xa0\u3000\x1d]*"
_BRACKETS = re.compile(rf"{_BETWEEN}(\([0-9]{{2,4}}\)){_BETWEEN}")
# The AIs whose values are digits of one predefined length.
_GROUPED = re.compile(
    r"(\((?:0[0-3]|1[1-7]|20|3[1-6][0-9]{2}|41[0-7])\))([0-9 ]+)"
)


def tidy(text: str) -> str:
    """Return *text* without what stands around it, full-width made plain.

    Phones write the first letter of a link as a capital; it is made small.
    """
    text = text.translate(_WIDE).strip(AROUND)
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[0].isupper():
        return text
    return scheme[0].lower() + text[scheme.end() :]


def restore(code: str) -> str:
    """Return the element string *code* with FNC1 where it is spelled.

    Between brackets FNC1 and spaces say nothing, and go.
    """
    if not code.lstrip(AROUND).startswith("("):
        return _SPELLED.sub(_FNC1, code)
    code = _SPELLED.sub(lambda f: f[0] if f[0][0] == " " else _FNC1, code)
    code = _BRACKETS.sub(r"\1", code)
    code = _GROUPED.sub(lambda f: f[1] + f[2].replace(" ", ""), code)
    return code.strip(AROUND + _FNC1)
