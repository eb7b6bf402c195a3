"""Item ids: however a thing is written, it has one id, and one map key."""

from tests.vectors import reference
from tests.vectors.case import Case

PRODUCT = "https://id.gs1.org/01/09506000134352"
UNIT = f"{PRODUCT}/21/00042"
LOT = f"{PRODUCT}/10/L7"
PALLET = "https://id.gs1.org/00/095060000000000121"
PLACE = "https://id.gs1.org/414/9506000134376"

_GTIN = "9506000134352"
_GOOD: list[tuple[str, str, str, str, str | None, bool]] = [
    # name, description, as written, id, owner key, whether it has a trail
    ("canonical-unit", "a unit's canonical link", UNIT, UNIT, _GTIN, True),
    ("canonical-lot", "a lot's canonical link", LOT, LOT, _GTIN, True),
    ("bare-class", "a product class has a trail of what is said about it alone", PRODUCT, PRODUCT, _GTIN, False),
    ("class-of-a-variant", "nor has a variant of a product more", f"{PRODUCT}/22/2A", f"{PRODUCT}/22/2A", _GTIN, False),
    ("gtin-13", "a link on a brand's domain, with a GTIN of 13 digits", "https://brand.example/01/9506000134352/21/00042", UNIT, _GTIN, True),
    ("upper-case", "scheme and host in capitals", "HTTPS://ID.GS1.ORG/01/09506000134352/21/00042", UNIT, _GTIN, True),
    ("http", "without TLS it is the same name", "http://id.gs1.org/01/09506000134352/21/00042", UNIT, _GTIN, True),
    ("lot-and-serial", "a unit is named without its lot", f"{PRODUCT}/10/L7/21/00042", UNIT, _GTIN, True),
    ("with-data", "what a query says is not identity", "https://brand.example/01/9506000134352/10/L7?17=261231", LOT, _GTIN, True),
    ("fragment", "nor what a fragment says", f"{UNIT}#top", UNIT, _GTIN, True),
    ("escaped-for-nothing", "an escape that is not needed", f"{PRODUCT}/21/%3000%34%32", UNIT, _GTIN, True),
    ("escape-in-lower-case", "an escape is written in capitals", f"{PRODUCT}/21/a%2fb", f"{PRODUCT}/21/a%2Fb", _GTIN, True),
    ("sgtin", "a unit as an EPC URN", "urn:epc:id:sgtin:9506000.013435.00042", UNIT, _GTIN, True),
    ("sgtin-pattern", "a product class as an EPC URN", "urn:epc:idpat:sgtin:9506000.013435.*", PRODUCT, _GTIN, False),
    ("lgtin", "a lot as an EPC URN", "urn:epc:class:lgtin:9506000.013435.L7", LOT, _GTIN, True),
    ("sscc", "a pallet as an EPC URN", "urn:epc:id:sscc:9506000.0000000012", PALLET, "95060000000000121", True),
    ("sgln", "a place as an EPC URN", "urn:epc:id:sgln:9506000.13437.0", PLACE, "9506000134376", True),
    ("sgln-with-extension", "a gate of a place", "urn:epc:id:sgln:9506000.13437.GATE", f"{PLACE}/254/GATE", "9506000134376", True),
    ("grai", "a crate that is lent", "urn:epc:id:grai:9506000.12345.K1", "https://id.gs1.org/8003/09506000123455K1", "9506000123455", True),
    ("did", "another URI stands as it is", "did:web:customs.example", "did:web:customs.example", None, True),
    ("web-page", "a page on a brand's domain stands as it is", "https://brand.example/About?x=1", "https://brand.example/About?x=1", None, True),
    ("page-by-date", "numbers in the path of a page are no keys", "https://brand.example/2026/01/20260115-order", "https://brand.example/2026/01/20260115-order", None, True),
    ("link-in-a-parameter", "an address in a parameter is no second name", "https://brand.example/01/09506000134352/21/00042?from=https://shop.example/", UNIT, _GTIN, True),
    ("third-party-serial-and-lot", "beside a third-party serial number a lot is data", "https://brand.example/01/09506000134352/235/T1?10=L7", f"{PRODUCT}/235/T1", _GTIN, True),
    ("2048-bytes", "the longest id", "urn:x:" + "a" * 2042, "urn:x:" + "a" * 2042, None, True),
]  # fmt: skip

_BAD: list[tuple[str, str, str]] = [
    ("empty", "nothing", ""),
    ("relative", "a path", "/01/09506000134352/21/1"),
    ("no-scheme", "a host and a path", "id.gs1.org/01/09506000134352/21/1"),
    ("space", "a space inside", "https://brand.example/a b"),
    ("not-ascii", "a letter that is not ASCII", "https://brand.example/ü"),
    ("bad-escape", "an escape that is none", "https://brand.example/%zz"),
    ("2049-bytes", "one byte too long", "urn:x:" + "a" * 2043),
    ("check-digit", "a GTIN with a wrong check digit, at id.gs1.org", "https://id.gs1.org/01/09506000134353/21/1"),
    ("sscc-check-digit", "an SSCC with a wrong check digit", "https://id.gs1.org/00/095060000000000128"),
    ("unknown-key", "a key that is none", "https://id.gs1.org/99/123"),
    ("long-serial", "a serial number of 21 characters", f"{PRODUCT}/21/123456789012345678901"),
    ("no-serial", "a serial number of no characters", f"{PRODUCT}/21/"),
    ("brand-check-digit", "a wrong check digit on a brand's domain", "https://brand.example/01/09506000134353/21/1"),
    ("brand-order", "a lot behind a serial number on a brand's domain", "https://brand.example/01/09506000134352/21/1/10/L7"),
    ("brand-lot-in-query", "a lot in the query on a brand's domain", "https://brand.example/01/09506000134352/21/1?10=L7"),
    ("brand-page", "a page beneath a key on a brand's domain", "https://brand.example/01/09506000134352/reviews"),
    ("two-links", "two links with a comma between", f"{UNIT},{PRODUCT}/21/B"),
    ("two-links-semicolon", "two links with a semicolon between", f"{UNIT};{PRODUCT}/21/B"),
    ("two-links-escaped", "two links with an escaped comma between", f"{UNIT}%2C{PRODUCT}/21/B"),
    ("two-links-bare", "two links with nothing between", f"{UNIT}{PRODUCT}/21/B"),
    ("two-links-in-query", "a second link behind the data of the first", f"{UNIT}?17=271231{PRODUCT}/21/B"),
    ("two-keys", "a key in the stem", "https://brand.example/01/09506000134352/21/00042/00/095060000000000121"),
    ("two-urns", "two EPC URNs with a comma between", "urn:epc:id:giai:9506000.A,urn:epc:id:giai:9506000.B"),
    ("two-urns-bare", "two EPC URNs with nothing between", "urn:epc:id:gid:9506000.1.2urn:epc:id:gid:9506000.1.3"),
    ("two-dids", "two ids of another kind", "did:web:a.example;did:web:b.example"),
    ("merged-slashes", "a link whose slashes a proxy merged", "https:/id.gs1.org/01/09506000134352/21/00042"),
    ("urn-parts", "an EPC URN with a part too few", "urn:epc:id:sgtin:9506000.013435"),
    ("urn-digits", "an EPC URN with a digit too few", "urn:epc:id:sgtin:9506000.13435.1"),
    ("urn-scheme", "an EPC URN of no known scheme", "urn:epc:id:nonsense:1"),
]  # fmt: skip


def cases() -> list[Case]:
    made = [
        Case(
            f"good-{name}",
            desc,
            {"uri": uri},
            gives={
                "item": item,
                "map_key": reference.map_key(item),
                "owner": owner,
                "has_trail": has_trail,
            },
        )
        for name, desc, uri, item, owner, has_trail in _GOOD
    ]
    made += [
        Case(f"bad-{name}", desc, {"uri": uri}, "MalformedError")
        for name, desc, uri in _BAD
    ]
    return made + _lots()


def _lots() -> list[Case]:
    return [
        Case(
            "good-lot-of-a-unit",
            "the lot that a commissioning names for a unit",
            {"item": UNIT, "lot": "L7"},
            gives={"item": LOT},
        ),
        Case(
            "good-lot-with-a-slash",
            "a slash in a lot number is escaped",
            {"item": PRODUCT, "lot": "L/7"},
            gives={"item": f"{PRODUCT}/10/L%2F7"},
        ),
        Case(
            "bad-lot-empty",
            "a lot number of no characters",
            {"item": UNIT, "lot": ""},
            "MalformedError",
        ),
        Case(
            "bad-lot-too-long",
            "a lot number of 21 characters",
            {"item": UNIT, "lot": "L" * 21},
            "MalformedError",
        ),
        Case(
            "bad-lot-of-a-pallet",
            "a pallet has no lot",
            {"item": PALLET, "lot": "L7"},
            "MalformedError",
        ),
    ]
