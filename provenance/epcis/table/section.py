"""Sections of a TOML file, read member by member until nothing is left.

What a file says must be read to the end: a member that nobody asks for is a
mistake of whoever wrote it, and is named with its place, `rows[0].when`.
"""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Self, cast

from provenance.epcis.table.cells import Scalar
from provenance.errors import MalformedError


class Section:
    """A TOML table that is read member by member, and then has none left."""

    def __init__(self, members: Mapping[str, object], path: str) -> None:
        """Take the members of the section at *path*; "" for the file."""
        self._members = dict(members)
        self._known: list[str] = []
        self.path = path

    @property
    def name(self) -> str:
        return self.path.partition(".")[2]

    def names(self) -> list[str]:
        return list(self._members)

    def all(self) -> dict[str, object]:
        return self._members

    def text(self, name: str, default: str | None = None) -> str:
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self.fault(name, "is text")
        return value

    def texts(self, name: str, default: Sequence[str] = ()) -> list[str]:
        value = self._take(name, list(default))
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(
            isinstance(element, str) for element in value
        ):
            raise self.fault(name, "is a list of texts")
        return value

    def choice(self, name: str, known: Collection[str], default: str) -> str:
        value = self.text(name, default)
        if value not in known:
            raise self.fault(
                name, f"is one of {', '.join(map(repr, known))}, not {value!r}"
            )
        return value

    def integer(self, name: str, default: int) -> int:
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fault(name, "is a whole number")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self.fault(name, "is true or false")
        return value

    def scalar(self, name: str) -> Scalar | None:
        value = self._take(name, None)
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float) and isfinite(value):
            return value
        raise self.fault(name, "is text or a number")

    def scalars(self, name: str) -> dict[str, Scalar]:
        section = self.section(name)
        # TOML has no null: what is there has a value.
        return {
            key: cast("Scalar", section.scalar(key)) for key in section.names()
        }

    def section(self, name: str) -> Self:
        value = self._take(name, {})
        if not isinstance(value, dict):
            raise self.fault(name, "is a table")
        return type(self)(value, self._below(name))

    def sections(self, name: str) -> list[Self]:
        """Return the tables in the table *name*."""
        outer = self.section(name)
        return [outer.section(inner) for inner in outer.names()]

    def array(self, name: str) -> list[Self]:
        """Return the tables in the array *name*."""
        value = self._take(name, [])
        if not isinstance(value, list) or not all(
            isinstance(element, dict) for element in value
        ):
            raise self.fault(name, f"is an array of tables, [[{name}]]")
        path = self._below(name)
        return [
            type(self)(element, f"{path}[{number}]")
            for number, element in enumerate(value)
        ]

    def fault(self, name: str, what: str) -> MalformedError:
        return MalformedError.at(self._below(name), what)

    def require_read(self) -> None:
        for name in self._members:
            near = get_close_matches(name, self._known, 1)
            raise self.fault(
                name,
                "a mapping has nothing of that name"
                + (f": is it {near[0]!r}?" if near else ""),
            )

    def _take(self, name: str, default: object) -> object:
        self._known.append(name)
        return self._members.pop(name, default)

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name
