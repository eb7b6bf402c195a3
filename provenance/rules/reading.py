"""What an event says of itself: when it was, and what it does to each item.

The ledger reads it when it links an event, an audit reads it again, and a
verifier does so wherever the event is shown: one function for all of them, so
that a link of an event that is not shown says what this would.

    kinds    1  a child goes into a container      effect `in`
             2  it comes out; or of a parent that  `out`; `emptied`, where
                names no child: it is emptied      no child is named
             4  it is made, ends or is used up     `made`, `ended`, `used`
             8  the event warns of it              by its step or disposition
            16  the event declares an error

A link may have several of them: the recall that is taken back has 8 and 16.
Registry events happen in the log alone: time 0, no kinds.

In full: `FORMATS.md`, sections 5 and 11.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from provenance.claims.actor import is_registry_event
from provenance.claims.event import CODES, RELATIONS, Counts
from provenance.claims.trail import (
    COMES_OUT,
    DECLARES_ERROR,
    GOES_IN,
    MADE_OR_ENDS,
    WARNS,
)
from provenance.encoding.canonical import Value
from provenance.epcis.moment import read_time
from provenance.epcis.prefixes import expand, prefixes_of
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    DOCUMENT,
    PRIVATE_STEP,
    find_disposition,
    read_step,
)
from provenance.errors import MalformedError
from provenance.rules.book import EvidenceBook, Form

OBSERVING = "observing"
"""The kind of an event that names no step."""

_KINDS = {
    "in": GOES_IN,
    "out": COMES_OUT,
    "emptied": COMES_OUT,
    "made": MADE_OR_ENDS,
    "ended": MADE_OR_ENDS,
    "used": MADE_OR_ENDS,
}
_WORDS = ("type", "action", "bizStep", "disposition")
_REMEMBERED = 256
"""Of words with at most so many characters the reading is remembered."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PLACE, _TRANSFORMATION = CODES["place"], CODES["transformationID"]
# An event of a type of somebody's own names what it likes, and does nothing.
_ANY = Form(
    {
        code: (0, 1 if relation in ("parentID", "place") else 0, "seen")
        for code, relation in enumerate(RELATIONS, 1)
        if relation != "actor"
    }
    | {_TRANSFORMATION: (0, 1, "seen")}
)


# What a document says beside its events is about what these name.
_DOCUMENT = Form({CODES["about"]: (1, 0, "about")})
_NOT_OF_DOCUMENTS = ("bizStep", "disposition", "persistentDisposition")


class EventReading(NamedTuple):
    """What an event says of itself and of each of its items.

    Attributes:
        time: When it happened, in ms since 1970.
        step: The kind of its step; `observing` without one.
        called: What people call it: the step, or what its form implies.
        recalls: Whether it calls its items back.
        warns: Whether it warns of its items.
        declares_error: Whether it says that it is an error.
        effects: Relation code → what it does to the items under it.
        gives_being: Whether its step makes what it names, whatever the form.
        form: What an event of its type and action may name, and does.
    """

    time: int
    step: str
    called: str
    recalls: bool
    warns: bool
    declares_error: bool
    effects: Mapping[int, str]
    gives_being: bool
    form: Form

    def effect(self, code: int) -> str:
        """Return what it does to an item with relation *code*."""
        return self.effects.get(code, "seen")

    def kinds(self, code: int) -> int:
        """Return the kinds of the link of an item with relation *code*."""
        return (
            _KINDS.get(self.effect(code), 0)
            | self.warns * WARNS
            | self.declares_error * DECLARES_ERROR
        )

    def makes(self, code: int) -> bool:
        """Return whether it gives an item with relation *code* its being."""
        effect = self.effect(code)
        return effect == "made" or (
            self.gives_being
            and effect != "used"
            and code not in (_PLACE, _TRANSFORMATION)
        )


REGISTRY = EventReading(0, "", "", False, False, False, {}, False, Form({}))
"""The reading of a registry event."""


def form_of(body: Mapping[str, Value], book: EvidenceBook) -> Form:
    """Return what an event of this type and action may name, and does.

    Raises:
        MalformedError: There is no such type, or it has no such action.
    """
    kind, action = body.get("type"), body.get("action")
    if not isinstance(kind, str) or not isinstance(action, str | None):
        raise MalformedError("an event's type and action are text").under(
            "form.type"
        )
    form = book.forms.get((kind, action or ""))
    if form is not None:
        return form
    actions = sorted(does for named, does in book.forms if named == kind)
    if actions:
        raise MalformedError(
            f"{kind} has "
            + (f"the action {', '.join(actions)}" if any(actions) else "none")
            + f", not {str(action)[:40]!r}"
        ).under("form.type")
    if kind == DOCUMENT:
        if action or any(
            body.get(name) is not None for name in _NOT_OF_DOCUMENTS
        ):
            raise MalformedError(
                "a document has no action, step or disposition: its events have"
            ).under("form.type")
        return _DOCUMENT
    if ":" not in kind:
        raise MalformedError(
            f"there are no events of the type {kind[:80]!r}: write a type of"
            " EPCIS, or a URI of your own"
        ).under("form.type")
    if action not in (None, "ADD", "OBSERVE", "DELETE"):
        raise MalformedError(f"there is no action {action[:40]!r}").under(
            "form.type"
        )
    return _ANY


def is_document(form: Form) -> bool:
    """Return whether that is the form of what keeps a document's header."""
    return form is _DOCUMENT


def read_event(
    body: Mapping[str, Value], counts: Counts, book: EvidenceBook
) -> EventReading:
    """Return the reading of the event of this *body* and these *counts*.

    Raises:
        MalformedError: It does not say when it was, has no form that the
            book knows, or its prefixes or its step are none.
    """
    if is_registry_event(body):
        return REGISTRY
    words = _words(body)
    reading = (
        _read_words(words, counts, book)
        if words is not None
        else _read(body, counts, book)
    )
    return reading._replace(
        time=read_time(body.get("eventTime")),
        declares_error="errorDeclaration" in body,
    )


def _words(body: Mapping[str, Value]) -> tuple[str | None, ...] | None:
    """Return what makes the reading of an event that defines no prefixes.

    The values of `_WORDS`. None where more than they may make it, or where
    they are longer than what is worth to be remembered.
    """
    if "@context" in body or "persistentDisposition" in body:
        return None
    length = 0
    words: list[str | None] = []
    for name in _WORDS:
        word = body.get(name)
        if word is not None:
            if not isinstance(word, str):
                return None
            length += len(word)
        words.append(word)
    return tuple(words) if length <= _REMEMBERED else None


@lru_cache(maxsize=4096)
def _read_words(
    words: tuple[str | None, ...], counts: Counts, book: EvidenceBook
) -> EventReading:
    """Return the reading of an event with these `_words`, all but its time."""
    body: dict[str, Value] = {
        name: word
        for name, word in zip(_WORDS, words, strict=True)
        if word is not None
    }
    return _read(body, counts, book)


def _read(
    body: Mapping[str, Value], counts: Counts, book: EvidenceBook
) -> EventReading:
    """Return the reading of an event, all but when and whether it stands."""
    prefixes = prefixes_of(body)
    step = _step(body, prefixes, book)
    words = [*dispositions(body, prefixes, book)]
    form = form_of(body, book)
    implied = form.needs[0][0] if form.needs else step
    if form is _DOCUMENT:
        implied = "document"
    return EventReading(
        time=0,
        step=step,
        called=implied if body.get("bizStep") is None else step,
        recalls=step == "recalled"
        or any(book.implies.get(word) == "recalled" for word in words),
        warns=step in book.warning_steps
        or any(word in book.warning_dispositions for word in words),
        declares_error=False,
        effects=_effects(form, counts),
        gives_being=step in book.makes,
        form=form,
    )


def unknown_word(body: Mapping[str, Value], book: EvidenceBook) -> str | None:
    """Return the type or step of an event if it is a word that *book* lacks.

    Whoever has a newer book may know it. None for what no book could have: a
    URI of somebody's own, a bare word of ours, what is no word.
    """
    if is_registry_event(body):
        return None
    kind, step = body.get("type"), body.get("bizStep")
    if _is_word(kind) and all(kind != named for named, _ in book.forms):
        return str(kind)
    if not isinstance(step, str) or step in book.own_steps:
        return None
    word, words = step, book.steps
    if ":" in step:
        try:
            uri = expand(step, prefixes_of(body))
        except MalformedError:
            return None
        if uri.startswith(PRIVATE_STEP):
            word, words = uri.removeprefix(PRIVATE_STEP), book.own_steps
        else:
            word = uri.removeprefix(BIZ_STEP.stem)
    return step if _is_word(word) and word not in words else None


def _is_word(text: Value) -> bool:
    return isinstance(text, str) and _WORD.fullmatch(text) is not None


def dispositions(
    body: Mapping[str, Value], prefixes: Mapping[str, str], book: EvidenceBook
) -> Iterator[str]:
    """Yield what an event says of its items' state, for now or for good.

    Bare words, or URIs of somebody's own; what cannot be read is left out.
    """
    words = [body.get("disposition")]
    persistent = body.get("persistentDisposition")
    if isinstance(persistent, dict):
        found = persistent.get("set")
        words += found if isinstance(found, list) else []
    for text in words:
        if isinstance(text, str):
            word = find_disposition(text, prefixes, book.dispositions)
            if word is not None:
                yield word


def _step(
    body: Mapping[str, Value], prefixes: Mapping[str, str], book: EvidenceBook
) -> str:
    step = body.get("bizStep")
    if step is None:
        return OBSERVING
    if not isinstance(step, str):
        raise MalformedError("bizStep is text").under("word.step")
    try:
        word = read_step(step, prefixes, book.steps, book.own_steps)
    except MalformedError as error:
        raise error.under("word.step") from None
    # A role may name somebody's own step, but never by mistake one of ours.
    return f"step:{word}" if ":" in word else word


@lru_cache(maxsize=4096)
def _effects(form: Form, counts: Counts) -> Mapping[int, str]:
    effects = {code: effect for code, (_, _, effect) in form.lists.items()}
    is_named = any(effects.get(code) == "out" for code, _ in counts)
    # A parent whose children are named is not emptied.
    return {
        code: "seen" if effect == "emptied" and is_named else effect
        for code, effect in effects.items()
    }
