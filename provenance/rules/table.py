"""Every rule by its name: what it says, who can hold it, what it is for.

The names are what an error's `rule` holds. A rule is held by whoever sees
what it is about:

    bundle    a verifier: the bundle must show it, or is INCOMPLETE
    log       whoever has all entries with their event data: the ledger as it
              admits, an audit, an auditor
    live      whoever watched at the time: a witness, an auditor that followed
    ledger    the operator alone, of its own queue and its own promises

Promises are those of the README. `RULES.md` is this table, printed.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule.

    Attributes:
        name: What it is called.
        holder: Who can hold it: `bundle`, `log`, `live` or `ledger`.
        promise: Which promise it carries.
        says: What it asks.
        codes: What a verdict says where it is broken, or cannot be told.
    """

    name: str
    holder: str
    promise: str
    says: str
    codes: tuple[str, ...] = ()


FORGED = "nobody forged an event"
ENTITLED = "the actor was entitled to say it"
REWRITTEN = "nothing was rewritten"
SAME = "everybody sees the same history"
COMPLETE = "nothing was left out of this item's trail"
RELATED = "nor of what it travelled in and was made from"
PRIVATE = "private facts stay private, and hide nothing"
PROMISES = (FORGED, ENTITLED, REWRITTEN, SAME, COMPLETE, RELATED, PRIVATE)
"""The promises, in the order of the README."""

RULES: tuple[Rule, ...] = (
    Rule("book.in-force", "bundle", ENTITLED,
         "An entry is judged by the evidence book that counted at its index,"
         " and by no other.", ("PRV-1501",)),
    Rule("form.type", "bundle", ENTITLED,
         "Type and action are those of a form in the book, or a URI of"
         " somebody's own, which does nothing.", ("PRV-0801", "PRV-0803")),
    Rule("form.lists", "bundle", COMPLETE,
         "Only the lists of that form name items: as many as it says, and"
         " one at least where it asks for one.", ("PRV-0801",)),
    Rule("form.once", "bundle", COMPLETE,
         "An id that has a trail stands in one list of an event.",
         ("PRV-0801",)),
    Rule("form.id", "bundle", COMPLETE,
         "An item is named in canonical form, and as the body names it.",
         ("PRV-0801",)),
    Rule("form.registry", "bundle", ENTITLED,
         "A registry event has its actor for its one item; no other event"
         " names one.", ("PRV-0801", "PRV-1104")),
    Rule("form.product", "bundle", RELATED,
         "A warning of a whole product, or of a variant of one, is about the"
         " product, so that it is on its trail; a recall is said where that"
         " can be.", ("PRV-0801",)),
    Rule("identity.void", "bundle", COMPLETE,
         "An event is taken back by its own issuer, under its eventID, in all"
         " that it says; nothing else is.", ("PRV-1401", "PRV-1405")),
    Rule("form.after", "bundle", REWRITTEN,
         "An event follows the trails of its own items alone.",
         ("PRV-0801",)),
    Rule("form.time", "bundle", COMPLETE,
         "An event says when it was, in one form.", ("PRV-0801",)),
    Rule("word.step", "bundle", ENTITLED,
         "A step is a word that the book knows, or somebody's own URI.",
         ("PRV-0801", "PRV-0803")),
    Rule("word.text", "bundle", ENTITLED,
         "No text of the body holds control characters.", ("PRV-0801",)),
    Rule("conceal.open", "bundle", PRIVATE,
         "What a rule reads is not concealed, whole or in part.",
         ("PRV-0801",)),
    Rule("conceal.once", "bundle", PRIVATE,
         "A concealed field stands where the body says nothing, and in no"
         " other.", ("PRV-0801",)),
    Rule("identity.event-once", "bundle", REWRITTEN,
         "An event is logged once, for ever, whoever signs it.",
         ("PRV-1601",)),
    Rule("identity.event-id", "bundle", REWRITTEN,
         "An eventID means one event of its issuer, and comes again only to"
         " declare that an error.", ("PRV-1603",)),
    Rule("identity.trail", "bundle", ENTITLED,
         "A trail holds registry events or goods' events, never both.",
         ("PRV-0801", "PRV-1602")),
    Rule("identity.party", "log", ENTITLED,
         "No event names a DID or a party GLN as an item: who is enrolled by"
         " it later could not be."),
    Rule("identity.actor", "bundle", ENTITLED,
         "An actor is a party: no key of an item or a place.",
         ("PRV-0801",)),
    Rule("identity.name", "bundle", ENTITLED,
         "An actor's name can be seen; a delegate gives none that another"
         " has.", ("PRV-1104",)),
    Rule("identity.key", "bundle", FORGED,
         "A key serves one actor, once, and signed its own enrolment.",
         ("PRV-1104",)),
    Rule("identity.grant", "bundle", ENTITLED,
         "A grant is given once, and passed on from one of an earlier"
         " entry.", ("PRV-1104",)),
    Rule("identity.voice", "bundle", ENTITLED,
         "So many authorities say the same, each once, within the time that"
         " the book sets, with keys that still count.",
         ("PRV-1104", "PRV-1106")),
    Rule("permission.signer", "bundle", FORGED,
         "A statement is signed with a key that its actor had before it.",
         ("PRV-1101", "PRV-1102")),
    Rule("permission.registry", "bundle", ENTITLED,
         "Enrolling, granting and revoking are the authorities' to say, and"
         " theirs to whom they passed it on.", ("PRV-1104",)),
    Rule("permission.role", "bundle", ENTITLED,
         "Each thing that an event does is covered by a live grant of a role"
         " that may.", ("PRV-1201",)),
    Rule("permission.place", "bundle", ENTITLED,
         "A grant for places covers all places that the event names, and"
         " none that it conceals.",
         ("PRV-1201", "PRV-1203")),
    Rule("permission.prefix", "bundle", ENTITLED,
         "What gives an id its meaning, and what recalls it, is signed by"
         " whom its prefix was granted.", ("PRV-1201",)),
    Rule("time.event", "bundle", COMPLETE,
         "An event is logged after it happened, by the clocks' tolerance.",
         ("PRV-1604",)),
    Rule("time.log", "bundle", REWRITTEN,
         "The log's time never runs back.", ("PRV-0702",)),
    Rule("time.grant", "bundle", ENTITLED,
         "A grant with dates is used within them, by times that witnesses"
         " bound.", ("PRV-1201", "PRV-1202", "PRV-1206")),
    Rule("time.fresh", "bundle", SAME,
         "A quorum cosigned lately, each of its members.",
         ("PRV-0401", "PRV-0501", "PRV-0504")),
    Rule("time.clock", "live", ENTITLED,
         "The log's clock keeps to its bound of everybody else's."),
    Rule("order.demand", "bundle", REWRITTEN,
         "An event stands where its signer demanded that it stand.",
         ("PRV-1301", "PRV-1303")),
    Rule("belonging.story", "bundle", COMPLETE,
         "A story shows all that its walk leads to.",
         ("PRV-1001", "PRV-1002")),
    Rule("belonging.stay", "bundle", RELATED,
         "What an item was in is paired by when it happened, in whatever"
         " order it was reported.", ("PRV-1001",)),
    Rule("belonging.warning", "bundle", RELATED,
         "Of each trail of the story every warning is shown, whenever it was"
         " logged.", ("PRV-0901", "PRV-1401", "PRV-1409")),
    Rule("belonging.ancestor", "log", RELATED,
         "Nothing is put into what it holds."),
    Rule("log.entry", "log", REWRITTEN,
         "An entry is of a kind that is known, and of its form.",
         ("PRV-0702", "PRV-0703")),
    Rule("log.link", "log", COMPLETE,
         "Each event is linked once to the trail of each item that it names,"
         " with its own time and kinds.", ("PRV-0901",)),
    Rule("log.map", "log", COMPLETE,
         "The map holds the head of every trail, and nothing else.",
         ("PRV-0901",)),
    Rule("ledger.quota", "ledger", COMPLETE,
         "One actor fills no trail that is not its own."),
    Rule("ledger.signed", "ledger", SAME,
         "The log's key signs one history, and nothing before it is"
         " durable."),
)  # fmt: skip
"""All rules, by family."""
