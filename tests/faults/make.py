"""Makes the faulty documents, those without a fault, and the index.

    python -m tests.faults.make

Nothing in them is made at random, so that making them again gives the same
bytes. Files of faults that are no more are removed.
"""

import json
import pathlib

from tests.faults.case import Fault, story_bytes
from tests.faults.makers import (
    around,
    elements,
    events,
    items,
    lines,
    markup,
    parts,
    quantities,
    texts,
    words,
)

FOLDER = pathlib.Path(__file__).parent
INDEX = "index.json"

_MAKERS = (
    around, events, words, items, quantities, parts, texts, lines, markup,
    elements,
)  # fmt: skip
_MEDIA = ("json", "ndjson", "xml")


def faults() -> list[Fault]:
    """Return every fault, by media."""
    made = [fault for maker in _MAKERS for fault in maker.faults()]
    return sorted(made, key=lambda fault: _MEDIA.index(fault.media))


def files() -> dict[str, bytes]:
    """Return each file's path below this folder, and its bytes."""
    known = faults()
    made = {f.control: story_bytes(f.story, f.media) for f in known}
    for fault in known:
        assert fault.path not in made, f"{fault.path} is there twice"
        made[fault.path] = fault.data
    made[INDEX] = _index(known)
    return made


def stored() -> dict[str, bytes]:
    """Return the files that are there now, in the same form."""
    return {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for folder in ("good", *_MEDIA)
        for path in sorted(FOLDER.glob(f"{folder}/*"))
    } | {path.name: path.read_bytes() for path in FOLDER.glob(INDEX)}


def write() -> None:
    """Write every file, and remove those that are no fault any more."""
    made = files()
    for path in stored().keys() - made.keys():
        FOLDER.joinpath(path).unlink()
    for path, data in made.items():
        target = FOLDER / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    print(f"{len(made)} files, {sum(map(len, made.values()))} bytes")


def _index(made: list[Fault]) -> bytes:
    rows = [
        {
            "file": fault.path,
            "fault": fault.desc,
            "control": fault.control,
            "place": fault.place,
            "reason": fault.reason,
        }
        for fault in made
    ]
    return (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    write()
