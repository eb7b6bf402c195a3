"""The demo's cast: who takes part in the import, where, and what is moved.

Infant milk powder is made in New Zealand, shipped to Ningbo, kept there in a
bonded warehouse, and sold under customs mode 1210 to a consumer in Hangzhou,
one parcel an order. All of it is invented: the company prefixes start with
952, which GS1 keeps for examples, the domains end in `.example`, the people
do not exist. The form is not: every GTIN, SSCC and GLN has its check digit,
the container its own (ISO 6346), and the buyer's identity number as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from secrets import token_bytes

from provenance.claims.actor import Grant
from provenance.gs1 import canonical_item, lot_item
from provenance.gs1.checkdigit import check_digit

NEW_ZEALAND = timezone(timedelta(hours=12))
"""The standard time there; the plant's clocks know no summer time."""

CHINA = timezone(timedelta(hours=8))

CANS_IN_CARTON = 6
CARTONS_ON_PALLET = 40

_SERIAL_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Name:
    """What to call a thing, in the two languages of the story."""

    english: str
    chinese: str

    def within(self, lang: str) -> str:
        """Return the name in *lang*: `en` or `zh-CN`."""
        return self.chinese if lang == "zh-CN" else self.english


@dataclass(frozen=True, slots=True)
class Party:
    """An actor of the story, and the limits of its grant.

    Attributes:
        id: Its id.
        name: Its name.
        role: The one role that it is granted.
        prefixes: Under which company prefixes it may create items.
        places: At which places only it may act; empty for everywhere.
        licence: From how many days before the story's end its grant holds,
            and until how many days after; None for ever.
    """

    id: str
    name: Name
    role: str
    prefixes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    licence: tuple[int, int] | None = None

    def grant(self, end: datetime) -> Grant:
        """Return the grant of a story that ends at *end*."""
        start, until = self.licence or (None, None)
        return Grant(
            self.id,
            self.role,
            prefixes=self.prefixes,
            places=self.places,
            start=None if start is None else _days(end, -start),
            until=None if until is None else _days(end, until),
        )


def _days(end: datetime, days: int) -> int:
    return milliseconds(end + timedelta(days=days))


def milliseconds(moment: datetime) -> int:
    """Return *moment* in ms since 1970."""
    return int(moment.timestamp() * 1000)


def _number(prefix: str, reference: int, *, length: int, lead: str = "") -> str:
    """Return a GS1 number of *length* digits, the last its check digit."""
    width = length - 1 - len(lead) - len(prefix)
    digits = f"{lead}{prefix}{reference:0{width}}"
    return digits + check_digit(digits)


def _place(prefix: str, reference: int = 1) -> str:
    return f"https://id.gs1.org/414/{_number(prefix, reference, length=13)}"


def _party(prefix: str) -> str:
    return f"https://id.gs1.org/417/{_number(prefix, 1, length=13)}"


def _product(prefix: str, reference: int) -> str:
    gtin = _number(prefix, reference, length=14, lead="0")
    return f"https://id.gs1.org/01/{gtin}"


def _logistic_unit(prefix: str, extension: int, reference: int) -> str:
    sscc = _number(prefix, reference, length=18, lead=str(extension))
    return f"https://id.gs1.org/00/{sscc}"


_DAIRY = "9521001"
_LABORATORY = "9521002"
_FORWARDER = "9521004"
_CARRIER = "9521005"
_IMPORTER = "9521006"
_WAREHOUSE = "9521007"
_PLATFORM = "9521008"
_PAYMENT = "9521009"
_COURIER = "9521010"
_PREMIX_MAKER = "9521077"

PLANT = _place(_DAIRY)
LABORATORY_SITE = _place(_LABORATORY)
FREIGHT_STATION = _place(_FORWARDER)
TAURANGA = _place(_CARRIER, 1)
NINGBO = _place(_CARRIER, 2)
BONDED_WAREHOUSE = _place(_WAREHOUSE)
DEPOT = _place(_COURIER)

PLACES: Mapping[str, Name] = {
    PLANT: Name("dairy plant, Waikato", "怀卡托乳品厂"),
    LABORATORY_SITE: Name("laboratory, Hamilton", "汉密尔顿实验室"),
    FREIGHT_STATION: Name("freight station, Tauranga", "陶朗加货运站"),
    TAURANGA: Name("port of Tauranga", "陶朗加港"),
    NINGBO: Name("port of Ningbo", "宁波港"),
    BONDED_WAREHOUSE: Name("bonded warehouse, Ningbo", "宁波保税仓"),
    DEPOT: Name("parcel depot, Hangzhou", "杭州配送站"),
}

_POSITIONS: Mapping[str, tuple[str, str, str]] = {
    PLANT: ("NZ", "-37.79", "175.28"),
    LABORATORY_SITE: ("NZ", "-37.78", "175.32"),
    FREIGHT_STATION: ("NZ", "-37.69", "176.17"),
    TAURANGA: ("NZ", "-37.66", "176.18"),
    NINGBO: ("CN", "29.94", "121.85"),
    BONDED_WAREHOUSE: ("CN", "29.78", "121.97"),
    DEPOT: ("CN", "30.27", "120.16"),
}


def location_of(place: str) -> dict[str, str]:
    """Return what an event says of *place*: its name and where it lies.

    A location number alone names a place and leads nobody there.
    """
    if place not in PLACES:
        return {}
    name = PLACES[place]
    country, latitude, longitude = _POSITIONS[place]
    return {
        "cbvmda:name": f"{name.english} {name.chinese}",
        "cbvmda:countryCode": country,
        "cbvmda:latitude": latitude,
        "cbvmda:longitude": longitude,
    }


DAIRY = Party(
    _party(_DAIRY),
    Name("Southern Pastures Dairy", "南牧乳业"),
    "producer",
    prefixes=(_DAIRY,),
    places=(PLANT,),
)
LABORATORY = Party(
    _party(_LABORATORY),
    Name("Tasman Food Laboratory", "塔斯曼食品实验室"),
    "inspector",
    places=(LABORATORY_SITE,),
    licence=(300, 400),
)
EXPORT_INSPECTOR = Party(
    "did:web:export-inspection.example",
    Name("Export Inspection Service", "出口检验署"),
    "inspector",
)
FORWARDER = Party(
    _party(_FORWARDER), Name("Kauri Forwarding", "考里货运代理"), "forwarder"
)
CARRIER = Party(
    _party(_CARRIER), Name("Pacific Star Line", "太平洋之星航运"), "carrier"
)
IMPORTER = Party(
    _party(_IMPORTER),
    Name("Qianjiang Import", "钱江进口贸易"),
    "importer",
)
CUSTOMS = Party(
    "did:web:customs-ningbo.example",
    Name("Customs at Ningbo (invented)", "宁波海关（虚构）"),
    "customs",
    places=(NINGBO, BONDED_WAREHOUSE),
)
WAREHOUSE = Party(
    _party(_WAREHOUSE),
    Name("Meishan Bonded Warehousing", "梅山保税仓储"),
    "warehouse",
    places=(BONDED_WAREHOUSE,),
    licence=(200, 165),
)
PLATFORM = Party(
    _party(_PLATFORM), Name("Westlake Mall", "西湖商城"), "platform"
)
PAYMENT = Party(
    _party(_PAYMENT), Name("Lotus Pay", "莲花支付"), "payment provider"
)
COURIER = Party(
    _party(_COURIER),
    Name("Yangtze Express", "长江速运"),
    "courier",
    licence=(90, 275),
)

PARTIES = (
    DAIRY, LABORATORY, EXPORT_INSPECTOR, FORWARDER, CARRIER, IMPORTER,
    CUSTOMS, WAREHOUSE, PLATFORM, PAYMENT, COURIER,
)  # fmt: skip

AUTHORITIES: Mapping[str, Name] = {
    "did:web:dairy-export-council.example": Name(
        "Dairy Export Council", "乳品出口理事会"
    ),
    "did:web:import-council.example": Name(
        "Cross-Border Import Council", "跨境进口理事会"
    ),
}
"""Who enrols the parties, and only when both of them agree."""

WITNESSES = ("university", "consumers", "port")
"""Who cosigns checkpoints; two of the three are enough."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Everything that is moved, by item id.

    Attributes:
        cans: The cans, in the order in which they were filled.
        cartons: The cartons, in the same order.
        pallets: The pallets, in the same order.
        can: The can whose story is told.
        other_can: Another one, out of another carton.
        sampled: The can that quarantine opens.
        container: What the pallets are shipped in.
        parcel: What the can is sent in.
        lot: The cans' lot.
        milk: What it was made from.
        premix: What else it was made from; nobody here says anything of it.
    """

    cans: tuple[str, ...]
    cartons: tuple[str, ...]
    pallets: tuple[str, ...]
    can: str
    other_can: str
    sampled: str
    container: str
    parcel: str
    lot: str
    milk: str
    premix: str

    @property
    def can_number(self) -> int:
        """Where the can stands among the cans."""
        return self.cans.index(self.can)

    def cans_in(self, carton: int) -> tuple[str, ...]:
        """Return the cans in carton number *carton*."""
        return _part(self.cans, carton, CANS_IN_CARTON)

    def cartons_on(self, pallet: int) -> tuple[str, ...]:
        """Return the cartons on pallet number *pallet*."""
        return _part(self.cartons, pallet, CARTONS_ON_PALLET)

    def names(self) -> dict[str, Name]:
        """Return what to call each item when speaking of the can."""
        return {
            self.can: Name("this can", "本罐"),
            self.other_can: Name("another can", "另一罐"),
            self.lot: Name("its lot", "同批次"),
            self.milk: Name("its milk", "所用生乳"),
            self.container: Name("its container", "所在集装箱"),
            self.parcel: Name("its parcel", "所在包裹"),
            **dict.fromkeys(self.pallets, Name("its pallet", "所在托盘")),
            **dict.fromkeys(self.cartons, Name("its carton", "所在纸箱")),
        }


def new_goods(count: int, *, lot: str) -> Goods:
    """Return *count* cans of lot number *lot*, and what they travel in.

    *count* is two cartons at least, so that the can that quarantine opens
    comes out of another one.
    """
    product = _product(_DAIRY, 96001)
    cans = tuple(
        canonical_item(f"{product}/21/{_serial()}") for _ in range(count)
    )
    cartons = _units(1, -(-count // CANS_IN_CARTON))
    pallets = _units(2, -(-len(cartons) // CARTONS_ON_PALLET))
    mine = count * 2 // 3
    return Goods(
        cans=cans,
        cartons=cartons,
        pallets=pallets,
        can=cans[mine],
        other_can=cans[1],
        sampled=cans[0],
        container="urn:epc:id:bic:PSLU7304124",
        parcel=_logistic_unit(_WAREHOUSE, 3, 40_118),
        lot=lot_item(product, lot),
        milk=lot_item(_product(_DAIRY, 11), f"T{lot}"),
        premix=lot_item(_product(_PREMIX_MAKER, 500), "VP-2207"),
    )


def unknown_can() -> str:
    """Return a can of the same product with a serial that nobody gave out."""
    return f"{_product(_DAIRY, 96001)}/21/{_serial()}"


def _units(extension: int, count: int) -> tuple[str, ...]:
    return tuple(
        _logistic_unit(_DAIRY, extension, 1 + number) for number in range(count)
    )


def _serial() -> str:
    """Return 13 characters out of 32: 65 random bits, not to be guessed."""
    number = int.from_bytes(token_bytes(9), "big")
    return "".join(
        _SERIAL_ALPHABET[number >> shift & 31] for shift in range(0, 65, 5)
    )


def _part(units: tuple[str, ...], number: int, size: int) -> tuple[str, ...]:
    return units[number * size : (number + 1) * size]
