"""The lot that an event gives to the units that it puts into being.

    "ilmd": {"cbvmda:lotNumber": "L7"}
    https://id.gs1.org/01/…/21/K1  →  https://id.gs1.org/01/…/10/L7

In full: `FORMATS.md`, section 11.
"""

from collections.abc import Mapping

from provenance.encoding.canonical import Value
from provenance.epcis.prefixes import (
    STANDARD_PREFIXES,
    full_id,
    prefixes_of,
)
from provenance.errors import MalformedError
from provenance.gs1 import gtin_of, lot_item

LOT_NUMBER = STANDARD_PREFIXES["cbvmda"] + "lotNumber"
"""The full name of the lot number among master data (`ilmd`)."""


class Lots:
    """The lots of the units that one event puts into being.

    That it does so is for the caller to know.

    However many they are, what the event says of its lot is read once.
    """

    __slots__ = ("_body", "_fault", "_is_read", "_number")

    def __init__(self, body: Mapping[str, Value]) -> None:
        self._body = body
        self._is_read = False
        self._number: str | None = None
        self._fault: str | None = None

    def of(self, item_id: str) -> str | None:
        """Return the lot that the unit *item_id* belongs to.

        It is the lot item that the event's `ilmd` names for its GTIN. None if
        it names no lot, or if *item_id* has no GTIN or is a lot itself.

        Raises:
            MalformedError: The lot number is none, or there are two.
        """
        body = self._body
        if body.get("ilmd") is None:
            return None
        gtin = gtin_of(item_id)
        if gtin is None or "/10/" in item_id:
            return None
        if not self._is_read:
            self._is_read = True
            try:
                self._number = _lot_number(body)
            except MalformedError as error:
                self._fault = str(error)
        if self._fault is not None:
            raise MalformedError(self._fault)
        # Asked for its product, it is made once for all units.
        product = f"https://id.gs1.org/01/{gtin}"
        return None if self._number is None else lot_item(product, self._number)


def _lot_number(body: Mapping[str, Value]) -> str | None:
    ilmd, prefixes = body["ilmd"], prefixes_of(body)
    if not isinstance(ilmd, dict):
        raise MalformedError("ilmd is an object")
    if not prefixes and LOT_NUMBER not in ilmd:
        lots = [ilmd["cbvmda:lotNumber"]] if "cbvmda:lotNumber" in ilmd else []
    else:
        lots = [
            value
            for name, value in ilmd.items()
            if full_id(name, prefixes) == LOT_NUMBER
        ]
    match lots:
        case []:
            return None
        case [str(lot)]:
            return lot
        case [_]:
            raise MalformedError("a lot number is text: write it as text")
        case _:
            raise MalformedError("ilmd names two lots: leave one of them out")
