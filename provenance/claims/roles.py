"""Which kinds of event each role may sign: the table, as data.

A kind is an EPCIS business step by its bare word, one of the project's own
steps (`provenance.epcis.vocabulary`), or one of four that an event's form
implies: `commissioning` and `decommissioning` (an ObjectEvent ADD or DELETE),
`transforming` (a TransformationEvent) and `observing` (no step at all).

A ledger's founder changes the table in the trust file, where every verifier
sees it; `*` stands for every kind.

In full: `FORMATS.md`, section 10.
"""

from collections.abc import Mapping

_CUSTODY = {"custody_offered", "custody_accepted"}
_SEEING = {"observing", "sensor_reporting"}
_MOVING = {
    "accepting", "arriving", "departing", "loading", "receiving", "shipping",
    "staging_outbound", "transporting", "unloading", "void_shipping",
}  # fmt: skip
_KEEPING = {
    "cycle_counting", "holding", "packing", "picking", "removing",
    "repackaging", "replacing", "stock_taking", "stocking", "storing",
    "unpacking",
}  # fmt: skip

DEFAULT_ROLES: Mapping[str, frozenset[str]] = {
    role: frozenset(kinds)
    for role, kinds in {
        "producer": {
            "assembling", "collecting", "commissioning", "consigning",
            "creating_class_instance", "decommissioning", "destroying",
            "disassembling", "encoding", "inspecting", "installing",
            "killing", "recalled", "repairing", "sampling", "transforming",
            *_CUSTODY, *_SEEING, *_MOVING, *_KEEPING,
        },
        "exporter": {
            "consigning", "customs_declared", *_CUSTODY, *_SEEING, *_MOVING,
            *_KEEPING,
        },
        "forwarder": {
            "consigning", "customs_declared", "waybill_bound", *_CUSTODY,
            *_SEEING, *_MOVING, *_KEEPING,
        },
        "carrier": {"holding", "waybill_bound", *_CUSTODY, *_SEEING, *_MOVING},
        "warehouse": {
            "bonded_entered", "bonded_left", "inspecting", *_CUSTODY,
            *_SEEING, *_MOVING, *_KEEPING,
        },
        "customs": {
            "customs_held", "customs_refused", "customs_released",
            "decommissioning", "destroying", "holding", "inspecting",
            "observing", "quarantine_cleared", "quarantine_sampled",
            "sampling", "tax_paid",
        },
        "inspector": {
            "decommissioning", "export_inspected", "inspecting",
            "quarantine_cleared", "quarantine_sampled", "sampling",
            "test_reported", *_SEEING,
        },
        "importer": {
            "accepting", "consigning", "customs_declared", "holding",
            "receiving", "recalled", "tax_paid", *_CUSTODY, *_SEEING,
        },
        "platform": {
            "observing", "order_bound", "recalled", "reserving",
            "retail_selling",
        },
        "payment provider": {"payment_bound"},
        "courier": {
            "delivery_confirmed", "waybill_bound", *_CUSTODY, *_SEEING,
            *_MOVING,
        },
        "retailer": {
            "decommissioning", "dispensing", "order_bound", "recalled",
            "retail_selling", "reserving", *_CUSTODY, *_SEEING, *_MOVING,
            *_KEEPING,
        },
        "auditor": {"inspecting", "observing"},
    }.items()
}  # fmt: skip
"""Role → the kinds of event that it may sign."""
