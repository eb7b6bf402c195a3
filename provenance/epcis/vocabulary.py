"""The words of events: GS1's Core Business Vocabulary, and our own steps.

EPCIS writes a standard word in any of three ways, which are compared by the
bare word:

    shipping   cbv:BizStep-shipping   https://ref.gs1.org/cbv/BizStep-shipping

What customs, laboratories, platforms and couriers do at a border is not in
that vocabulary: its `entering_exiting` is a shop's door, no frontier. For
these there are steps of our own, of the form `urn:provenance:step:<word>`.
Any other URI is somebody else's word and stands for itself.

In full: `FORMATS.md`, section 11.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from provenance.encoding.nearest import nearest, suggestion
from provenance.epcis.prefixes import expand
from provenance.errors import MalformedError

PRIVATE_STEP = "urn:provenance:step:"
"""What the URI of a step of our own starts with."""

DOCUMENT = "urn:provenance:document"
"""The type of the event that keeps what a document says beside its events."""

_BETWEEN = re.compile(r"[:/-]")
_OBSOLETE_CBV = (
    "urn:epcglobal:cbv",
    "http://ns.gs1.org/cbv/",
    "https://ns.gs1.org/cbv/",
)
_OBSOLETE_VOC = (
    "http://gs1.org/voc/",
    "https://gs1.org/voc/",
    "http://www.gs1.org/voc/",
    "https://www.gs1.org/voc/",
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The standard words of one field.

    Attributes:
        name: What they are, for messages.
        stem: What the URI of each starts with.
        refused: The starts of spellings that EPCIS 2.0 no longer takes.
        words: The bare words.
        is_closed: Whether nothing else may start with the stem.
        older: What a word had before it in EPCIS 1 and in drafts: a URN, links.
    """

    name: str
    stem: str
    refused: tuple[str, ...]
    words: frozenset[str]
    is_closed: bool = True
    older: tuple[str, ...] = ()

    def read_older(self, text: str, prefixes: Mapping[str, str]) -> str:
        """Return the same as `read`, for a word in an older spelling as well.

        Raises:
            MalformedError: As `read`.
        """
        for start in self.older:
            word = text.removeprefix(start)
            if word != text and word in self.words:
                return word
        return self.read(text, prefixes)

    def read(self, text: str, prefixes: Mapping[str, str]) -> str:
        """Return the bare word that *text* spells, or somebody else's URI.

        *prefixes* are those that the document defines.

        Raises:
            MalformedError: It is neither.
        """
        if (found := self.find(text, prefixes)) is not None:
            return found
        if text.startswith(self.refused):
            word = self._meant(text) or f", such as {min(self.words)!r}"
            raise MalformedError(
                f"{text[:80]!r} is no {self.name} as EPCIS 2.0 spells it: write"
                f" the bare word{word}"
            )
        if ":" not in text:
            raise self._unknown(text, ", or a URI of your own")
        expand(text, prefixes)
        raise self._unknown(text, "")

    def find(self, text: str, prefixes: Mapping[str, str]) -> str | None:
        """Return what `read` returns; None if it is neither.

        To say what may have been meant costs more than to read a word: so it
        is left out where nobody is told, and words may be many.
        """
        if text in self.words:
            return text
        if text.startswith(self.refused) or ":" not in text:
            return None
        try:
            uri = expand(text, prefixes)
        except MalformedError:
            return None
        if not uri.startswith(self.stem):
            return uri
        word = uri[len(self.stem) :]
        if word in self.words:
            return word
        return None if self.is_closed else uri

    def _unknown(self, text: str, otherwise: str) -> MalformedError:
        """Return the error for what is no word, with the one that is near."""
        if ":" not in text and (word := self._meant(text)):
            instead = f": write{word}"
        else:
            said = _BETWEEN.split(text.strip())[-1].replace(" ", "_")
            instead = suggestion(said, self.words) or (
                f": write one of the standard words{otherwise}"
            )
        return MalformedError(
            f"{text[:80]!r} is no standard {self.name}{instead}"
        )

    def _meant(self, text: str) -> str:
        """Return the word that *text* is nearly, with a space before it."""
        said = _BETWEEN.split(text.strip())[-1].replace(" ", "_").lower()
        meant = (word for word in self.words if word.lower() == said)
        return next((f" {word!r}" for word in meant), "")


def _cbv(name: str, stem: str, urn: str, words: str) -> Vocabulary:
    scheme, *links = _OBSOLETE_CBV
    return Vocabulary(
        name,
        "https://ref.gs1.org/cbv/" + stem,
        _OBSOLETE_CBV,
        frozenset(words.split()),
        older=(f"{scheme}:{urn}:", *(link + stem for link in links)),
    )


def _voc(name: str, words: str) -> Vocabulary:
    # GS1's web vocabulary has many more words, which serve other purposes.
    return Vocabulary(
        name,
        "https://gs1.org/voc/",
        _OBSOLETE_VOC,
        frozenset(words.split()),
        is_closed=False,
        older=_OBSOLETE_VOC,
    )


BIZ_STEP = _cbv(
    "business step",
    "BizStep-",
    "bizstep",
    """accepting arriving assembling collecting commissioning consigning
    creating_class_instance cycle_counting decommissioning departing
    destroying disassembling dispensing encoding entering_exiting holding
    inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling
    sensor_reporting shipping staging_outbound stock_taking stocking storing
    transporting unloading unpacking void_shipping""",
)

DISPOSITION = _cbv(
    "disposition",
    "Disp-",
    "disp",
    """active available completeness_inferred completeness_verified conformant
    container_closed container_open damaged destroyed dispensed disposed
    encoded expired in_progress in_transit inactive mismatch_class
    mismatch_instance mismatch_quantity needs_replacement no_pedigree_match
    non_conformant non_sellable_other partially_dispensed recalled reserved
    retail_sold returned sellable_accessible sellable_not_accessible stolen
    unavailable unknown""",
)

BIZ_TRANSACTION_TYPE = _cbv(
    "type of business transaction",
    "BTT-",
    "btt",
    """bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres
    upevt""",
)

SOURCE_DEST_TYPE = _cbv(
    "type of source or destination",
    "SDT-",
    "sdt",
    "location owning_party possessing_party",
)

ERROR_REASON = _cbv("error reason", "ER-", "er", "did_not_occur incorrect_data")

COMPONENT = _cbv(
    "component of a measurement",
    "Comp-",
    "comp",
    """altitude axial_distance azimuth easting elevation_angle height latitude
    longitude northing polar_angle spherical_radius x y z""",
)

MEASUREMENT = _voc(
    "type of measurement",
    """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude
    AmountOfSubstance AmountOfSubstancePerUnitVolume Angle
    AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
    Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent
    ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force
    Frequency Illuminance Inductance Irradiance KinematicViscosity Length
    LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
    MagneticFluxDensity MagneticVectorPotential Mass MassConcentration
    MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute
    MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux
    RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity
    SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension
    Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction
    VolumetricFlux Wavenumber""",
)

SENSOR_ALERT = _voc("sensor alert", "ALARM_CONDITION ERROR_CONDITION")


@dataclass(frozen=True, slots=True)
class BusinessStep:
    """What to call a step in a timeline that people read.

    Attributes:
        english: Its name in English.
        chinese: Its name in Chinese.
        meaning: What it says, in a sentence; empty for standard steps, which
            GS1 defines.
    """

    english: str
    chinese: str
    meaning: str = ""


PRIVATE_STEPS: Mapping[str, BusinessStep] = {
    "customs_declared": BusinessStep(
        "Declared to customs",
        "已向海关申报",
        "The goods were declared to customs for import.",
    ),
    "customs_released": BusinessStep(
        "Released by customs",
        "海关放行",
        "Customs let the goods into free circulation.",
    ),
    "customs_held": BusinessStep(
        "Held by customs",
        "海关扣留",
        "Customs keeps the goods until a doubt is settled.",
    ),
    "customs_refused": BusinessStep(
        "Refused by customs",
        "海关退运",
        "Customs refused the goods; they may not be sold here.",
    ),
    "quarantine_sampled": BusinessStep(
        "Sampled by quarantine",
        "检疫取样",
        "The quarantine authority took a sample to examine.",
    ),
    "quarantine_cleared": BusinessStep(
        "Cleared by quarantine",
        "检疫合格",
        "The quarantine authority found nothing against the goods.",
    ),
    "test_reported": BusinessStep(
        "Laboratory test reported",
        "检测报告",
        "A laboratory reported what it measured.",
    ),
    "tax_paid": BusinessStep(
        "Import tax paid",
        "进口税款已缴",
        "Import duty and taxes on the goods were paid.",
    ),
    "bonded_entered": BusinessStep(
        "Entered the bonded warehouse",
        "进入保税仓",
        "The goods came into a bonded warehouse, still untaxed.",
    ),
    "bonded_left": BusinessStep(
        "Left the bonded warehouse",
        "离开保税仓",
        "The goods left the bonded warehouse for a consumer.",
    ),
    "order_bound": BusinessStep(
        "Ordered",
        "已下单",
        "This unit was chosen for one consumer's order.",
    ),
    "payment_bound": BusinessStep(
        "Payment confirmed",
        "支付已确认",
        "A payment provider confirmed the payment of the order.",
    ),
    "waybill_bound": BusinessStep(
        "Waybill assigned",
        "已分配运单",
        "A carrier took the order on under a waybill.",
    ),
    "custody_offered": BusinessStep(
        "Handed over",
        "交出货物",
        "The holder offers the goods to a named receiver.",
    ),
    "custody_accepted": BusinessStep(
        "Taken over",
        "接收货物",
        "The receiver confirms that it has the goods now.",
    ),
    "recalled": BusinessStep(
        "Recalled",
        "召回",
        "The goods are called back: do not use them.",
    ),
    "delivery_confirmed": BusinessStep(
        "Delivered",
        "确认送达",
        "The parcel was handed to the consumer.",
    ),
    "export_inspected": BusinessStep(
        "Inspected for export",
        "出口检验",
        "An inspector examined the goods before they left their country.",
    ),
}
"""Word → step, for the steps of our own."""

STEPS: Mapping[str, BusinessStep] = {
    "accepting": BusinessStep("Accepted", "验收"),
    "arriving": BusinessStep("Arrived", "到达"),
    "assembling": BusinessStep("Assembled", "组装"),
    "collecting": BusinessStep("Collected", "收集"),
    "commissioning": BusinessStep("Given its number", "赋码"),
    "consigning": BusinessStep("Consigned", "托运"),
    "creating_class_instance": BusinessStep("Batch produced", "批次生产"),
    "cycle_counting": BusinessStep("Counted", "循环盘点"),
    "decommissioning": BusinessStep("Number retired", "注销标识"),
    "departing": BusinessStep("Departed", "离开"),
    "destroying": BusinessStep("Destroyed", "销毁"),
    "disassembling": BusinessStep("Taken apart", "拆解"),
    "dispensing": BusinessStep("Dispensed", "配发"),
    "encoding": BusinessStep("Label written", "写入标签"),
    "entering_exiting": BusinessStep("Passed the shop door", "进出店门"),
    "holding": BusinessStep("Set aside", "暂存待处理"),
    "inspecting": BusinessStep("Inspected", "检验"),
    "installing": BusinessStep("Installed", "安装"),
    "killing": BusinessStep("Tag disabled", "标签失效"),
    "loading": BusinessStep("Loaded", "装载"),
    "other": BusinessStep("Other step", "其他步骤"),
    "packing": BusinessStep("Packed", "包装"),
    "picking": BusinessStep("Picked", "拣货"),
    "receiving": BusinessStep("Received", "收货"),
    "removing": BusinessStep("Removed", "移除"),
    "repackaging": BusinessStep("Repacked", "重新包装"),
    "repairing": BusinessStep("Repaired", "维修"),
    "replacing": BusinessStep("Replaced", "更换"),
    "reserving": BusinessStep("Reserved", "预留"),
    "retail_selling": BusinessStep("Sold", "零售售出"),
    "sampling": BusinessStep("Sampled", "取样"),
    "sensor_reporting": BusinessStep("Measured", "传感器读数"),
    "shipping": BusinessStep("Shipped", "发货"),
    "staging_outbound": BusinessStep("Ready to ship", "待发货"),
    "stock_taking": BusinessStep("Stock taken", "盘点"),
    "stocking": BusinessStep("Put on sale", "上架"),
    "storing": BusinessStep("Stored", "入库存放"),
    "transporting": BusinessStep("In transport", "运输"),
    "unloading": BusinessStep("Unloaded", "卸载"),
    "unpacking": BusinessStep("Unpacked", "拆包"),
    "void_shipping": BusinessStep("Shipment cancelled", "撤销发货"),
    **PRIVATE_STEPS,
    # What an event's form tells where it names no step.
    "document": BusinessStep("Document sent", "业务文件"),
    "observing": BusinessStep("Seen", "观察到"),
    "transforming": BusinessStep("Made into something else", "加工成其他物品"),
}
"""Word → step, for every kind of event that `read_act` knows."""


_OWN_STEPS = frozenset(PRIVATE_STEPS)


def read_step(
    text: str,
    prefixes: Mapping[str, str],
    standard: frozenset[str] = BIZ_STEP.words,
    own: frozenset[str] = _OWN_STEPS,
) -> str:
    """Return the bare word of the step that *text* spells, or a foreign URI.

    Args:
        text: What an event says.
        prefixes: Those that it defines.
        standard: The standard words, by default all that are known here.
        own: Those of our own.

    Raises:
        MalformedError: It is no standard word, no step of our own and no URI.
    """
    if text in own:
        raise MalformedError(
            f"{text!r} is no standard business step: write"
            f" {PRIVATE_STEP + text!r}"
        )
    word = _among(BIZ_STEP, standard).read(text, prefixes)
    if not word.startswith(PRIVATE_STEP):
        return word
    word = word[len(PRIVATE_STEP) :]
    if word not in own:
        near = nearest(word, own)
        instead = (
            f"write, after {PRIVATE_STEP}, one of {', '.join(sorted(own))}"
            if near is None
            else f"did you mean {PRIVATE_STEP + near!r}?"
        )
        raise MalformedError(f"{text[:80]!r} is no step: {instead}")
    return word


def find_disposition(
    text: str, prefixes: Mapping[str, str], words: frozenset[str]
) -> str | None:
    """Return which of *words* the text spells, or a foreign URI, else None."""
    return _among(DISPOSITION, words).find(text, prefixes)


@lru_cache(maxsize=16)
def _among(vocabulary: Vocabulary, words: frozenset[str]) -> Vocabulary:
    """Return *vocabulary* with other words: those of a rule book."""
    return replace(vocabulary, words=words)
