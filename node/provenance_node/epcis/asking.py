"""Asking: what a request says, in its address and its headers.

    GET /epcis/events?EQ_bizStep=shipping%7Creceiving&perPage=50
    GS1-EPCIS-Min: 2.0                       versions it can read
    GS1-EPC-Format: Always_GS1_Digital_Link  how EPCs are to be written
    GS1-Extensions: ex=https://ns.example/   what prefixes stand for

A version that the node does not write, or a format that it cannot, is 406. An
item is given as an EPC URN if it came as one: only its owner knows how long its
company prefix is, so what came as a link stays one.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request

from provenance.epcis.prefixes import read_context
from provenance.epcis.received import (
    AS_LINKS,
    AS_RECEIVED,
    AS_SIGNED,
    AS_URNS,
)
from provenance.errors import MalformedError
from provenance.problems.table import NOT_ACCEPTABLE
from provenance_node.problems import RefusedError

EPCIS_VERSION = "2.0.0"
CBV_VERSION = "2.0.0"

VERSIONS: Mapping[str, str] = {
    "GS1-EPCIS-Version": EPCIS_VERSION,
    "GS1-EPCIS-Min": EPCIS_VERSION,
    "GS1-EPCIS-Max": EPCIS_VERSION,
    "GS1-CBV-Version": CBV_VERSION,
    "GS1-CBV-Min": CBV_VERSION,
    "GS1-CBV-Max": CBV_VERSION,
}

NO_PREFERENCE = "No_Preference"


class Format(NamedTuple):
    """A header by which a client says how it wants something written.

    The standard has one word in it, in a request as in the answer to OPTIONS.

    Attributes:
        name: The header's.
        words: Those of the standard.
        offers: Those of them that this node can do → how ids are spelled.
        usual: What it does without the header.
    """

    name: str
    words: tuple[str, ...]
    offers: Mapping[str, str]
    usual: str


EPC_FORMATS = {
    NO_PREFERENCE: AS_SIGNED,
    "Always_GS1_Digital_Link": AS_LINKS,
    "Always_EPC_URN": AS_URNS,
    "Never_Translates": AS_RECEIVED,
}
EPC_FORMAT = Format(
    "GS1-EPC-Format",
    tuple(EPC_FORMATS),
    EPC_FORMATS,
    usual="Always_GS1_Digital_Link",
)
XML_FORMAT = Format(
    "GS1-CBV-XML-Format",
    (NO_PREFERENCE, "Always_Web_URI", "Always_URN", "Never_Translates"),
    {NO_PREFERENCE: AS_SIGNED, "Always_URN": AS_URNS},
    usual="Always_URN",
)

_MOST_PARAMETERS = 200
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}")
_EXTENSIONS = re.compile(r"\s*([^=,\s]+)=([^,\s]+)\s*")


def read_pairs(request: Request) -> list[tuple[str, str]]:
    """Return the parameters in the address, as name and text.

    Raises:
        MalformedError: They are not `name=value`, in UTF-8, joined by `&`; or
            they are too many.
    """
    text: bytes = request.scope["query_string"]
    if not text:
        return []
    try:
        return parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise MalformedError(
            "the query is no UTF-8: percent-encode what is not ASCII"
        ) from error
    except ValueError as error:
        raise MalformedError(
            f"the query is NAME=VALUE, joined by &, with at most"
            f" {_MOST_PARAMETERS} of them"
        ) from error


def read_prefixes(request: Request) -> dict[str, str]:
    """Return prefix → namespace, as the request's `GS1-Extensions` says.

    Raises:
        MalformedError: It is not `prefix=namespace`, with commas between.
    """
    found: dict[str, str] = {}
    for line in request.headers.getlist("gs1-extensions"):
        for part in filter(str.strip, line.split(",")):
            pair = _EXTENSIONS.fullmatch(part)
            if pair is None or pair[1] in found:
                raise MalformedError(
                    "GS1-Extensions: write prefix=namespace, with commas"
                    " between, each prefix once"
                )
            found[pair[1]] = pair[2]
    try:
        return dict(read_context(dict(found)))
    except MalformedError as error:
        raise MalformedError(f"GS1-Extensions: {error}") from error


def require_versions(request: Request) -> None:
    """Check that the client takes what this node writes.

    Raises:
        RefusedError: It asks for another version.
        MalformedError: A header says no version.
    """
    for family, version in (("EPCIS", EPCIS_VERSION), ("CBV", CBV_VERSION)):
        ours = _numbers(version)
        for header, fits in _BOUNDS.items():
            name = f"GS1-{family}-{header}"
            wanted = request.headers.get(name)
            if wanted is not None and not fits(
                _read_version(name, wanted), ours
            ):
                raise RefusedError(
                    NOT_ACCEPTABLE,
                    f"{name}: this is {family} {version}, which is not within"
                    " what the request takes",
                )


def require_version_sent(request: Request) -> None:
    """Check that what is sent is of a version that this node reads.

    Raises:
        RefusedError: It is of another one.
        MalformedError: A header says no version.
    """
    for family in ("EPCIS", "CBV"):
        name = f"GS1-{family}-Version"
        said = request.headers.get(name)
        # XML of EPCIS 1.2 is read as well; its own schemaVersion says so.
        if said is not None and _read_version(name, said)[0] not in {1, 2}:
            raise RefusedError(
                NOT_ACCEPTABLE, f"{name}: versions 1 and 2 are read here"
            )


def wanted_spelling(request: Request) -> str:
    """Return how EPCs are to be written, as `received.spell` has it.

    Raises:
        RefusedError: They are wanted in a way that nobody here can write.
        MalformedError: The header says no format.
    """
    _require(request, XML_FORMAT)
    return EPC_FORMATS[_require(request, EPC_FORMAT)]


def _require(request: Request, wanted: Format) -> str:
    words = request.headers.getlist(wanted.name) or [wanted.usual]
    wish = words[0].strip()
    if len(words) > 1 or wish not in wanted.words:
        raise MalformedError(
            f"{wanted.name}: write one of {', '.join(wanted.words)}, once"
        )
    if wish not in wanted.offers:
        raise RefusedError(
            NOT_ACCEPTABLE,
            f"{wanted.name}: this node has {' and '.join(wanted.offers)}",
        )
    return wish


def _read_version(name: str, text: str) -> tuple[int, ...]:
    if _VERSION.fullmatch(text) is None:
        raise MalformedError(f"{name}: write a version such as 2.0.0")
    return _numbers(text)


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


_BOUNDS: Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    "Min": lambda wanted, ours: wanted <= ours,
    "Max": lambda wanted, ours: wanted >= ours,
}
