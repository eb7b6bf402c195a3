"""Where in a nested value something stands: `$.eventList[1].quantity`."""

import re
from collections.abc import Iterable

_PLAIN_KEY = re.compile(r"[A-Za-z_@][A-Za-z0-9_@:-]{0,63}", re.ASCII)
_LONGEST_KEY = 64


def json_path(steps: Iterable[str | int]) -> str:
    """Return *steps*, map keys and list positions, as one JSON path.

    The path is for people and may hold a stranger's keys: a key that is not
    a plain word is quoted as ASCII, and a long one is cut.
    """
    return "$" + "".join(map(_step, steps))


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN_KEY.fullmatch(step):
        return f".{step}"
    return f"[{quoted(step)}]"


def quoted(text: str) -> str:
    """Return *text* in quotes, ASCII only, cut after 64 characters."""
    import json  # noqa: PLC0415  # not needed to verify, and slow to load

    if len(text) > _LONGEST_KEY:
        return json.dumps(text[:_LONGEST_KEY] + "...")
    return json.dumps(text)


def split_pointer(pointer: str) -> list[str]:
    """Return the steps of a JSON Pointer (RFC 6901), outermost first."""
    return [
        step.replace("~1", "/").replace("~0", "~")
        for step in pointer[1:].split("/")
    ]
