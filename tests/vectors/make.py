"""Makes the golden vectors: one small JSON file a case.

    python -m tests.vectors.make

Every key is made from a name and every time is written down, so that making
them again gives the same bytes. Files of cases that are no more are removed.
"""

import pathlib
from collections.abc import Callable, Mapping

from tests.vectors.case import Case
from tests.vectors.makers import (
    bundle,
    canonical,
    checkpoint,
    commitment,
    entry,
    event,
    form,
    item,
    itemmap,
    reading,
    receipt,
    registry,
    statement,
    tile,
    trail,
    tree,
    trust,
    version,
)

FOLDER = pathlib.Path(__file__).parent

FORMATS: Mapping[str, Callable[[], list[Case]]] = {
    "canonical": canonical.cases,
    "item": item.cases,
    "event": event.cases,
    "form": form.cases,
    "reading": reading.cases,
    "entry": entry.cases,
    "statement": statement.cases,
    "version": version.cases,
    "registry": registry.cases,
    "tree": tree.cases,
    "trail": trail.cases,
    "map": itemmap.cases,
    "commitment": commitment.cases,
    "checkpoint": checkpoint.cases,
    "tile": tile.cases,
    "receipt": receipt.cases,
    "bundle": bundle.cases,
    "trust": trust.cases,
}
"""Format, and so folder → what makes its cases."""


def files() -> dict[str, bytes]:
    """Return each file's path below this folder, and its bytes."""
    made: dict[str, bytes] = {}
    for name, cases in FORMATS.items():
        for case in cases():
            path = f"{name}/{case.name}.json"
            assert path not in made, f"{path} is there twice"
            made[path] = case.to_bytes()
    return made


def stored() -> dict[str, bytes]:
    """Return the files that are there now, in the same form."""
    return {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for name in FORMATS
        for path in sorted(FOLDER.joinpath(name).glob("*.json"))
    }


def write() -> None:
    """Write every file, and remove those that are no case any more."""
    made = files()
    for path in stored().keys() - made.keys():
        FOLDER.joinpath(path).unlink()
    for path, data in made.items():
        target = FOLDER / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    print(f"{len(made)} cases, {sum(map(len, made.values()))} bytes")


if __name__ == "__main__":
    write()
