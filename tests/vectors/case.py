"""One case of the golden vectors, as it is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

OK = "ok"


@dataclass(frozen=True, slots=True)
class Case:
    """What is given, and what must come of it.

    Attributes:
        name: The file's name, without its suffix.
        desc: What the case is about, as a sentence without a full stop.
        given: The inputs.
        outcome: `ok`, the name of an error, or a bundle's verdict.
        gives: What comes out; left out where only the outcome matters.
    """

    name: str
    desc: str
    given: Mapping[str, object]
    outcome: str = OK
    gives: Mapping[str, object] | None = None

    def to_bytes(self) -> bytes:
        """Return the case as JSON in ASCII, one input or output a line."""
        members = [
            f' "desc": {json.dumps(self.desc)}',
            f' "given": {_lines(self.given)}',
            f' "outcome": {json.dumps(self.outcome)}',
        ]
        if self.gives is not None:
            members.append(f' "gives": {_lines(self.gives)}')
        return f"{{\n{_COMMA.join(members)}\n}}\n".encode()


_COMMA = ",\n"


def _lines(members: Mapping[str, object]) -> str:
    lines = [
        f"  {json.dumps(name)}: {json.dumps(plain(value))}"
        for name, value in members.items()
    ]
    return f"{{\n{_COMMA.join(lines)}\n }}"


def plain(value: object) -> object:
    """Return *value* as JSON: bytes as hex, lists for tuples."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [plain(child) for child in value]
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    return value


def tagged(value: object) -> object:
    """Return a msgpack *value* as JSON: bytes as {"$bytes": hex}.

    Where bytes may stand anywhere, they must be told from text.
    """
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, list | tuple):
        return [tagged(child) for child in value]
    if isinstance(value, Mapping):
        return {key: tagged(child) for key, child in value.items()}
    return value


def untagged(value: object) -> object:
    """Return the msgpack value that *value*, made by `tagged`, stands for."""
    if isinstance(value, list):
        return [untagged(child) for child in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$bytes"}:
        return bytes.fromhex(value["$bytes"])
    return {key: untagged(child) for key, child in value.items()}
