"""The demo's story: what each party signs, scene by scene, as EPCIS 2.0.

A scene is one EPCIS document that one party signs; the ledger logs it a few
minutes after its last event. All times are counted back from the delivery,
which was less than an hour ago, whenever the story is told.

The commercial papers (order, payment, waybill, declarations, test report)
stay with those who wrote them. The ledger holds the SHA-256 of each, over
bytes with a random salt inside, so that nobody can guess a paper and confirm
the guess. Who the buyer is stands in concealed fields.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from hashlib import sha256
from secrets import token_hex

from provenance.demo.cast import (
    BONDED_WAREHOUSE,
    CANS_IN_CARTON,
    CARRIER,
    CARTONS_ON_PALLET,
    CHINA,
    COURIER,
    CUSTOMS,
    DAIRY,
    DEPOT,
    EXPORT_INSPECTOR,
    FORWARDER,
    FREIGHT_STATION,
    IMPORTER,
    LABORATORY,
    LABORATORY_SITE,
    NEW_ZEALAND,
    NINGBO,
    PAYMENT,
    PLANT,
    PLATFORM,
    TAURANGA,
    WAREHOUSE,
    Goods,
    new_goods,
)
from provenance.demo.epcis import (
    Json,
    Scene,
    amount,
    event,
    handover,
    master_data,
    put_in,
    refers,
    scene,
    seen,
    seen_lot,
    take_out,
)

CONCEALED = (
    "/trade:buyer/name",
    "/trade:buyer/identityNumber",
    "/trade:buyer/telephone",
    "/trade:buyer/address",
    "/trade:orderNumber",
)
"""Which members of an event only the buyer may have shown."""

BUYER: Mapping[str, str] = {
    "name": "王小测",
    "identityNumber": "00000019900101000X",
    "telephone": "+86 000 0000 0000",
    "address": "杭州市示例区虚构路1号",
}
"""Nobody: the area of the identity number is 000000, which does not exist."""

_NUMBERS = {"orderNo": "WL-2280-4471", "logisticsNo": "YX6600418"}
_MONEY = {
    "goodsValue": "268.00",
    "freight": "0.00",
    "discount": "0.00",
    "taxTotal": "24.39",
    "acturalPaid": "292.39",
    "currency": "142",
}
_WHO = {
    "buyerName": BUYER["name"],
    "buyerIdType": "1",
    "buyerIdNumber": BUYER["identityNumber"],
    "buyerTelephone": BUYER["telephone"],
}
"""Members of the order message, as customs spells them (311)."""

_SEAL = "NZ 448 120"
_BILL_OF_LADING = "PSL-TRG-NGB-20771"
_ACCOUNT_BOOK = "T3105W000011"
_TARIFF_CODE = "1901101000"


@dataclass(slots=True)
class DemoStory:
    """One can's way, from the milk to the consumer's door.

    Attributes:
        end: When the can was delivered.
        goods: What is moved.
        papers: File name → bytes of each paper whose hash an event holds;
            complete once the scenes were played.
    """

    end: datetime
    goods: Goods
    papers: dict[str, bytes] = field(default_factory=dict)

    @property
    def beginning(self) -> datetime:
        """When the parties were enrolled."""
        return self.end - timedelta(days=90)

    def scenes(self) -> Iterator[Scene]:
        """Yield the scenes in the order in which they were logged."""
        yield from self._made()
        yield from self._inspected()
        yield from self._shipped()
        yield from self._imported()
        yield from self._stored()
        yield from self._sold()
        yield from self._delivered()

    def _made(self) -> Iterator[Scene]:
        goods, count = self.goods, len(self.goods.cans)
        milk = amount(goods.milk, 10 * count, "LTR")
        premix = amount(goods.premix, 0.03 * count, "KGM")
        yield scene(
            DAIRY,
            event("ObjectEvent", self._at(80, "05:40"), "collecting", PLANT)
            | {"action": "ADD", "quantityList": [milk]},
        )
        yield scene(
            DAIRY,
            event(
                "TransformationEvent",
                self._at(79, "21:10"),
                "creating_class_instance",
                PLANT,
            )
            | {"inputQuantityList": [milk, premix]}
            | {"outputQuantityList": [amount(goods.lot, count)]},
        )
        filled = self._at(78, "09:00")
        yield scene(
            DAIRY,
            event("ObjectEvent", filled, "commissioning", PLANT)
            | {"action": "ADD", "epcList": list(goods.cans)}
            | {"disposition": "active"}
            | refers(DAIRY, "prodorder", "7731")
            | {"ilmd": master_data(goods.lot, filled)},
        )
        packed = self._at(78, "10:30")
        stacked = packed + timedelta(minutes=40)
        yield scene(
            DAIRY,
            *(
                put_in(packed, "packing", PLANT, carton, goods.cans_in(number))
                for number, carton in enumerate(goods.cartons)
            ),
            *(
                put_in(
                    stacked, "packing", PLANT, pallet, goods.cartons_on(number)
                )
                for number, pallet in enumerate(goods.pallets)
            ),
        )

    def _inspected(self) -> Iterator[Scene]:
        goods = self.goods
        report = self._paper(
            "test-report.json",
            reportNo="TR-5518",
            lot=goods.lot,
            salmonella="not detected in 25 g",
            protein="11.2 g/100 g",
            melamine="below 0.05 mg/kg",
            result="conforms",
        )
        tested = self._at(72, "15:00")
        yield scene(
            LABORATORY,
            seen_lot(tested, "test_reported", LABORATORY_SITE, goods.lot)
            | refers(LABORATORY, "testres", "TR-5518")
            | {"disposition": "conformant"}
            | report,
        )
        inspected = self._at(69, "11:20")
        yield scene(
            EXPORT_INSPECTOR,
            seen(inspected, "export_inspected", PLANT, goods.pallets)
            | {"disposition": "conformant"}
            | {"certificationInfo": "https://export-inspection.example/c/8812"},
        )

    def _shipped(self) -> Iterator[Scene]:
        goods, box = self.goods, [self.goods.container]
        taken = self._at(68, "08:30")
        yield from handover(taken, PLANT, goods.pallets, (DAIRY, FORWARDER))
        loaded = self._at(67, "14:00")
        yield scene(
            FORWARDER,
            put_in(loaded, "loading", FREIGHT_STATION, box[0], goods.pallets)
            | {"trade:seal": _SEAL},
        )
        taken = self._at(66, "09:15")
        yield from handover(taken, TAURANGA, box, (FORWARDER, CARRIER))
        for moment, step, place in (
            (self._at(65, "22:30"), "departing", TAURANGA),
            (self._at(45, "06:10", CHINA), "arriving", NINGBO),
            (self._at(44, "13:45", CHINA), "unloading", NINGBO),
        ):
            yield scene(
                CARRIER,
                seen(moment, step, place, box)
                | {"disposition": "in_transit"}
                | refers(CARRIER, "bol", _BILL_OF_LADING),
            )
        # An officer's computer was stolen: from here on its key is void.
        yield Scene(CARRIER, self._at(43, "08:00", CHINA))

    def _imported(self) -> Iterator[Scene]:
        goods, box = self.goods, [self.goods.container]
        taken = self._at(42, "10:00", CHINA)
        yield from handover(taken, NINGBO, box, (CARRIER, IMPORTER))
        filing = self._paper(
            "zone-entry.json",
            tradeMode="1210",
            emsNo=_ACCOUNT_BOOK,
            billNo=_BILL_OF_LADING,
            gcode=_TARIFF_CODE,
            qty=len(goods.cans),
        )
        declared = self._at(42, "15:30", CHINA)
        yield scene(
            IMPORTER, seen(declared, "customs_declared", NINGBO, box) | filing
        )
        opened = self._at(40, "09:20", CHINA)
        burnt = opened + timedelta(hours=6)
        sample = [goods.sampled]
        yield scene(
            CUSTOMS,
            seen(opened, "inspecting", NINGBO, box)
            | {"disposition": "conformant", "trade:seal": _SEAL},
            take_out(opened, "sampling", NINGBO, goods.cartons[0], sample),
            seen(opened, "quarantine_sampled", NINGBO, sample)
            | {"quantityList": [amount(goods.lot, 1)]},
            seen(burnt, "destroying", NINGBO, sample)
            | {"action": "DELETE", "disposition": "destroyed"},
        )
        cleared = self._at(36, "16:05", CHINA)
        yield scene(
            CUSTOMS,
            seen_lot(cleared, "quarantine_cleared", NINGBO, goods.lot)
            | {"disposition": "conformant"},
            seen(cleared, "customs_released", NINGBO, box),
        )

    def _stored(self) -> Iterator[Scene]:
        goods, box, here = self.goods, [self.goods.container], BONDED_WAREHOUSE
        taken = self._at(35, "09:00", CHINA)
        yield from handover(taken, here, box, (IMPORTER, WAREHOUSE))
        entered = self._at(35, "10:40", CHINA)
        unloaded = entered + timedelta(hours=1)
        stored = entered + timedelta(hours=2)
        yield scene(
            WAREHOUSE,
            seen(entered, "bonded_entered", here, box),
            take_out(unloaded, "unloading", here, box[0], goods.pallets),
            seen(stored, "storing", here, goods.pallets)
            | {"disposition": "sellable_not_accessible"},
        )

    def _sold(self) -> Iterator[Scene]:
        can = [self.goods.can]
        ordered = self._at(2, "20:14", CHINA)
        order = self._paper("order.json", qty="1", **_MONEY, **_WHO, **_NUMBERS)
        yield scene(
            PLATFORM,
            event("TransactionEvent", ordered, "order_bound")
            | {"action": "ADD", "epcList": can}
            | refers(PLATFORM, "po", digest(self.papers["order.json"]))
            | {"trade:orderNumber": _NUMBERS["orderNo"]}
            | {"trade:buyer": dict(BUYER)}
            | order,
        )
        paid = ordered + timedelta(minutes=1)
        payment = self._paper(
            "payment.json",
            payTransactionId="LP90021173",
            orderNo=_NUMBERS["orderNo"],
            amountPaid=_MONEY["acturalPaid"],
            currency=_MONEY["currency"],
            payerName=BUYER["name"],
            payerIdNumber=BUYER["identityNumber"],
        )
        yield scene(PAYMENT, seen(paid, "payment_bound", "", can) | payment)
        bound = ordered + timedelta(minutes=9)
        waybill = self._paper(
            "waybill.json",
            weight="1.15",
            consignee=BUYER["name"],
            consigneeTelephone=BUYER["telephone"],
            consigneeAddress=BUYER["address"],
            **_NUMBERS,
        )
        yield scene(COURIER, seen(bound, "waybill_bound", "", can) | waybill)
        declared = self._at(1, "08:40", CHINA)
        declaration = self._paper(
            "declaration.json",
            tradeMode="1210",
            emsNo=_ACCOUNT_BOOK,
            gcode=_TARIFF_CODE,
            country="142",
            **_NUMBERS,
            **_WHO,
        )
        yield scene(
            IMPORTER,
            seen(declared, "customs_declared", BONDED_WAREHOUSE, can)
            | declaration,
        )
        released = declared + timedelta(minutes=35)
        yield scene(
            CUSTOMS,
            seen(released, "tax_paid", BONDED_WAREHOUSE, can),
            seen(released, "customs_released", BONDED_WAREHOUSE, can),
        )

    def _delivered(self) -> Iterator[Scene]:
        goods, can, here = self.goods, [self.goods.can], BONDED_WAREHOUSE
        number = goods.can_number // CANS_IN_CARTON
        carton = goods.cartons[number]
        pallet = goods.pallets[number // CARTONS_ON_PALLET]
        opened = self._at(1, "10:20", CHINA)
        packed = opened + timedelta(minutes=11)
        left = opened + timedelta(hours=2)
        both = [goods.can, goods.parcel]
        yield scene(
            WAREHOUSE,
            take_out(opened, "unpacking", here, pallet, [carton]),
            take_out(opened, "unpacking", here, carton, can),
            put_in(packed, "packing", here, goods.parcel, can),
            seen(left, "bonded_left", here, both),
        )
        taken = self._at(1, "16:50", CHINA)
        parcel = [goods.parcel]
        yield from handover(taken, here, parcel, (WAREHOUSE, COURIER))
        near = self.end - timedelta(hours=3)
        yield scene(COURIER, seen(near, "arriving", DEPOT, parcel))
        yield scene(
            COURIER,
            seen(self.end, "delivery_confirmed", "", both)
            | {"disposition": "retail_sold"},
        )

    def _at(
        self, days: int, hour: str, zone: timezone = NEW_ZEALAND
    ) -> datetime:
        """Return that hour in *zone*, so many days before the delivery."""
        day = self.end.astimezone(zone).date() - timedelta(days=days)
        return datetime.combine(day, time.fromisoformat(hour), zone)

    def _paper(self, name: str, **contents: object) -> Json:
        """Write a paper; return what an event says of it."""
        salted = {**contents, "salt": token_hex(16)}
        data = json.dumps(salted, ensure_ascii=False, indent=1).encode()
        self.papers[name] = data
        return {"trade:paper": {"name": name, "sha256": digest(data)}}


def new_story(count: int, *, now: datetime) -> DemoStory:
    """Return the story of *count* cans that ends shortly before *now*."""
    end = (now - timedelta(minutes=40)).replace(second=0, microsecond=0)
    end = end.astimezone(CHINA)
    made = end - timedelta(days=78)
    return DemoStory(end, new_goods(count, lot=f"L{made:%y%m%d}"))


def digest(paper: bytes) -> str:
    """Return the SHA-256 of *paper* as the ledger writes it."""
    return sha256(paper).hexdigest()
