"""One faulty document: how it is made, and what its refusal must say."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults import as_xml
from tests.faults.older import OLDER
from tests.faults.stories import LINES, STORIES, Document
from tests.faults.xml_line import line_of

Edit = Callable[[Document], None]
"""Puts one fault into a document."""

_STEP = re.compile(r"\[([0-9]+)\]|\.?([^.\[\]]+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """A document with one fault.

    Attributes:
        name: The file's name, without its suffix.
        media: `json`, `ndjson` or `xml`.
        desc: What is wrong, as a sentence without a full stop.
        story: The document without the fault.
        data: The document.
        place: Where the fault is, as the refusal must name it.
        reason: What the refusal says after the place, or the start of it.
    """

    name: str
    media: str
    desc: str
    story: str
    data: bytes
    place: str
    reason: str

    @property
    def path(self) -> str:
        """The document's file, below this folder."""
        return f"{self.media}/{self.name}.{self.media}"

    @property
    def control(self) -> str:
        """The file of the document without the fault."""
        return f"good/{self.story}.{self.media}"


def in_json(
    name: str, desc: str, story: str, edit: Edit, *, place: str, reason: str
) -> Fault:
    """Return the fault that *edit* makes, in JSON.

    *place* is a JSON path; one without `$` starts in the list of events.
    """
    data = json_bytes(edited(story, edit))
    return Fault(name, "json", desc, story, data, whole(place), reason)


def in_both(
    name: str,
    desc: str,
    story: str,
    edit: Edit,
    *,
    place: str,
    reason: str,
    xml: str,
    xml_reason: str = "",
) -> list[Fault]:
    """Return the fault that *edit* makes, in JSON and in XML.

    Args:
        name: The name of both files.
        desc: What is wrong.
        story: The document without the fault.
        edit: Makes the fault.
        place: Where it is in JSON.
        reason: What is said of it.
        xml: Where it is in XML, without the line: a way from the list of
            events, or from the root.
        xml_reason: What is said of it in XML, if that is something else.
    """
    data = as_xml.xml_bytes(edited(story, edit))
    place_there = whole_xml(data, xml)
    return [
        in_json(name, desc, story, edit, place=place, reason=reason),
        Fault(
            name, "xml", desc, story, data, place_there, xml_reason or reason
        ),
    ]


def in_bytes(
    name: str,
    desc: str,
    story: str,
    change: Callable[[bytes], bytes],
    *,
    place: str,
    reason: str,
    media: str = "json",
) -> Fault:
    """Return the fault that *change* makes in the bytes of a document."""
    data = change(story_bytes(story, media))
    return Fault(name, media, desc, story, data, whole(place), reason)


def in_markup(
    name: str,
    desc: str,
    story: str,
    change: Callable[[bytes], bytes],
    way: str,
    reason: str,
) -> Fault:
    """Return the fault that *change* makes in a document that stays XML."""
    data = change(story_bytes(story, "xml"))
    return Fault(name, "xml", desc, story, data, whole_xml(data, way), reason)


# Documents.


def edited(story: str, edit: Edit) -> Document:
    """Return a copy of the document *story*, with *edit* made to it."""
    document = copy.deepcopy(STORIES[story])
    edit(document)
    assert document != STORIES[story], f"{story} was not changed"
    return document


def story_bytes(story: str, media: str) -> bytes:
    """Return the document *story* as it is written."""
    if story == "older":
        return OLDER.encode()
    if story == "lines":
        return b"".join(map(_line, LINES))
    document = STORIES[story]
    if media == "json":
        return json_bytes(document)
    return as_xml.xml_bytes(document)


def _line(document: Document) -> bytes:
    return f"{json.dumps(document, ensure_ascii=False)}\n".encode()


def json_bytes(document: Document) -> bytes:
    """Return *document* as JSON, one member a line."""
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def whole(place: str) -> str:
    """Return *place* from the root of the document."""
    return f"$.epcisBody.eventList{place}" if place.startswith("[") else place


def whole_xml(data: bytes, way: str) -> str:
    """Return the place in *data* that *way* leads to, with its line."""
    if not way.startswith("/"):
        way = f"/EPCISDocument/EPCISBody/EventList/{way}"
    return f"{way} (line {line_of(data, way)})"


# Edits.


def put(path: str, value: object) -> Edit:
    """Return the edit that sets what stands at *path*."""

    def edit(document: Document) -> None:
        holder, step = _find(document, path)
        holder[step] = copy.deepcopy(value)

    return edit


def drop(path: str) -> Edit:
    """Return the edit that takes out what stands at *path*."""

    def edit(document: Document) -> None:
        holder, step = _find(document, path)
        del holder[step]

    return edit


def append(path: str, value: object) -> Edit:
    """Return the edit that puts *value* at the end of the list at *path*."""

    def edit(document: Document) -> None:
        holder, step = _find(document, path)
        holder[step].append(copy.deepcopy(value))

    return edit


def rename(path: str, name: str) -> Edit:
    """Return the edit that gives the member at *path* another name."""

    def edit(document: Document) -> None:
        holder, step = _find(document, path)
        renamed = {name if k == step else k: v for k, v in holder.items()}
        holder.clear()
        holder.update(renamed)

    return edit


def together(*edits: Edit) -> Edit:
    """Return the edit that makes all *edits*, one after another."""

    def edit(document: Document) -> None:
        for each in edits:
            each(document)

    return edit


def swap(old: str, new: str | bytes) -> Callable[[bytes], bytes]:
    """Return the change of *old*, which stands in the bytes once, to *new*."""
    put_in = new.encode() if isinstance(new, str) else new

    def change(data: bytes) -> bytes:
        if old == new:
            return data
        found = data.count(old.encode())
        assert found == 1, f"{old!r} stands there {found} times"
        return data.replace(old.encode(), put_in)

    return change


def _find(document: Document, path: str) -> tuple[Any, Any]:
    """Return what holds the value at *path*, and under which step."""
    way = whole(path).removeprefix("$")
    steps = [
        int(index) if index else name for index, name in _STEP.findall(way)
    ]
    holder: Any = document
    for step in steps[:-1]:
        holder = holder[step]
    return holder, steps[-1]
