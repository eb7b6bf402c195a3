"""Make node/web/vendor/qr/qr.js: the decoder of the npm package `qr` alone.

    python -m tests.web.make_qr > node/web/vendor/qr/qr.js

The package writes codes too, and offers what a page here does not use: a
third of its weight. `qr-0.7.0/` holds its two modules, byte for byte as
`npm pack qr@0.7.0` gives them. Of these the top-level statements stay that
the decoder's class needs, in their order and as they are; the others go, and
the two modules become one. Nothing in a statement is changed.
"""

import pathlib
import re
import sys
from collections.abc import Iterator, Mapping

FOLDER = pathlib.Path(__file__).with_name("qr-0.7.0")

WANTED = "_QRScanner"
"""What is imported from it; all else is there because this needs it."""

SHA256 = {
    "decode.js": (
        "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8"
    ),
    "index.js": (
        "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f"
    ),
}
"""Of the two modules, as the package has them."""

HEADER = """\
/*!
 * The decoder of qr 0.7.0, whose statements that it does not need were left
 * out by tests/web/make_qr.py; see README.md beside this file.
 * Copyright (c) 2023 Paul Miller (paulmillr.com)
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
"""

# A statement starts at the left edge; what closes one does so there too.
_START = re.compile(
    r"^(?:export )?(?:const|let|function|class|async function)\b", re.MULTILINE
)
_OTHER = re.compile(r"^(?:import|export (?:default|\{)).*\n?", re.MULTILINE)
_COMMENT = re.compile(r"^(?:/\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_DECLARED = re.compile(
    r"(?:export )?(?:(?:const|let) (?:\{(?P<many>[^}]*)\}|(?P<one>[\w$]+))"
    r"|(?:async )?(?:function|class) (?P<named>[\w$]+))"
)


def split_statements(text: str) -> Iterator[str]:
    """Yield the top-level statements of a module without their comments.

    Imports and lists of exports are none.
    """
    text = _COMMENT.sub("", _OTHER.sub("", text))
    starts = [found.start() for found in _START.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end].rstrip() + "\n"


def declared(statement: str) -> list[str]:
    """Return the names that *statement* gives to what it makes."""
    found = _DECLARED.match(statement)
    assert found is not None, f"a statement names something: {statement[:60]}"
    if found["many"] is None:
        return [found["one"] or found["named"]]
    # `{ exp: EXP }` makes EXP.
    return [each.split(":")[-1].strip() for each in found["many"].split(",")]


def make_qr(modules: Mapping[str, str]) -> str:
    """Return the statements of both *modules* that the decoder needs."""
    statements = [
        statement
        for name in ("index.js", "decode.js")
        for statement in split_statements(modules[name])
    ]
    by_name: dict[str, str] = {}
    for statement in statements:
        for name in declared(statement):
            assert name not in by_name, f"{name} is made once"
            by_name[name] = statement
    needed: set[str] = set()
    waiting = [by_name[WANTED]]
    while waiting:
        statement = waiting.pop()
        if statement not in needed:
            needed.add(statement)
            names = set(_NAME.findall(statement))
            waiting += [by_name[name] for name in names & by_name.keys()]
    return HEADER + "".join(each for each in statements if each in needed)


def read_modules() -> dict[str, str]:
    """Return the package's modules by their names."""
    return {name: (FOLDER / name).read_text("utf-8") for name in SHA256}


def main() -> None:
    sys.stdout.write(make_qr(read_modules()))


if __name__ == "__main__":
    main()
