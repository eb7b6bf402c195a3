"""The codes of labels, which libraries of others make."""

from collections.abc import Callable

from provenance.errors import MalformedError
from provenance.extras import load_extra
from provenance.gs1.elementstring import (
    ElementString,
    format_raw,
    put_predefined_first,
)
from provenance.label.drawing import QR, Kind, Symbol
from provenance.label.label import Label

_MOST_IN_BARS = 48  # GS1 General Specifications, 5.4.1


def qr_maker(level: str) -> Callable[[Label], Symbol]:
    """Return what makes the QR Code of a label's link.

    *level* is the least error correction. What is returned raises
    `MalformedError` for a link that is too long.
    """
    segno = load_extra("segno", extra="label")

    def make(label: Label) -> Symbol:
        try:
            code = segno.make_qr(label.uri, error=level)
        except segno.DataOverflowError as error:
            raise MalformedError(
                f"a link of {len(label.uri)} characters is too long for a code"
                f" at level {level}: shorten its stem"
            ) from error
        return Symbol(tuple(map(bytes, code.matrix)), QR, code.error)

    return make


def gs1_maker(kind: Kind) -> Callable[[Label], Symbol]:
    """Return what makes the code of *kind* of a label's element string.

    What is returned raises `MalformedError` for what no such code can hold.
    """
    zxing = load_extra("zxingcpp", extra="label")
    form = (
        zxing.BarcodeFormat.Code128
        if kind.bars
        else (zxing.BarcodeFormat.DataMatrix)
    )

    def make(label: Label) -> Symbol:
        string = put_predefined_first(ElementString(label.link.elements))
        held = len(format_raw(string))
        if kind.bars and held > _MOST_IN_BARS:
            raise MalformedError(
                f"{' '.join(label.lines)} has {held} characters, and"
                f" {kind.name} holds {_MOST_IN_BARS}: use --code datamatrix"
            )
        # No value has a square bracket, so none can look like an AI.
        content = "".join(f"[{ai}]{value}" for ai, value in string.elements)
        try:
            code = zxing.create_barcode(content, form, gs1=True)
        except ValueError as error:
            raise MalformedError(
                f"{' '.join(label.lines)} has no {kind.name}: {error}"
            ) from error
        image = memoryview(code.to_image(scale=1, add_quiet_zones=False))
        assert image.shape is not None, "a picture has rows and columns"
        high, wide = image.shape
        rows = tuple(
            bytes(image[y, x] == 0 for x in range(wide))
            # All rows of bars are the same.
            for y in range(1 if kind.bars else high)
        )
        return Symbol(rows, kind)

    return make
