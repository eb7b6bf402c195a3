"""Documents with one fault each: refused at its place, with its reason.

They lie in `tests/faults/`, beside what makes them; its README explains the
index. A fault must not cost more than its own document: the last tests hand
in all of them in one run, between documents that are in order.
"""

import contextlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.epcis.document import parse_document
from provenance.errors import MalformedError
from tests.faults import make
from tests.faults.stories import STORIES
from tests.support.cli_runs import Place, found_ledger, spawn, write_document

FOLDER = make.FOLDER


class Row(TypedDict):
    """One fault in the index."""

    file: str
    fault: str
    control: str
    place: str
    reason: str


INDEX: list[Row] = json.loads((FOLDER / make.INDEX).read_bytes())
CONTROLS = sorted({row["control"] for row in INDEX})
ALL = pytest.mark.parametrize("row", INDEX, ids=[row["file"] for row in INDEX])

LOOK_THE_SAME = {
    "context-missing-from-an-event-alone": "context-missing",
    "sensor-nowhere": "sensor-elements-empty",
}
"""What is refused in the same words as another fault: they have one remedy."""

_PATH = re.compile(r"(?:line [0-9]+: )?\$|/")
_IN_AN_EVENT = re.compile(r"(\$\.epcisBody\.eventList)\[([0-9]+)\](.*)")
_QUOTED = re.compile(r"\B'[^']*'|\"[^\"]*\"")
_TO_DO = re.compile(
    r"(?:[:;,]|\bor\b|\bso\b)"
    r" (?:add|choose|define|flatten|give|leave|look|mend|move|name|put|save|send"
    r"|write)\b|: did you mean "
)


def refusal(data: bytes) -> str:
    with pytest.raises(MalformedError) as refused:
        parse_document(data)
    return str(refused.value)


def test_the_documents_are_those_that_the_generator_makes() -> None:
    assert make.stored() == make.files()


def test_there_are_enough_of_them() -> None:
    count = Counter(row["file"].partition("/")[0] for row in INDEX)
    assert count["json"] >= 60
    assert count["xml"] >= 40
    assert count["ndjson"] >= 10


@pytest.mark.parametrize("control", CONTROLS)
def test_without_its_fault_a_document_is_taken(control: str) -> None:
    assert parse_document((FOLDER / control).read_bytes())


@ALL
def test_a_fault_is_refused_at_its_place_with_its_reason(row: Row) -> None:
    said = refusal((FOLDER / row["file"]).read_bytes())
    place, reason = row["place"], row["reason"]
    if _PATH.match(place):
        # Where the reason is a list, the index has the start of it.
        whole = (
            said[: len(place) + 2 + len(reason)] if reason[-1] == "," else said
        )
        assert whole == f"{place}: {reason}"
    else:
        # A fault in the bytes is found before there are any members.
        assert place in said
        assert reason in said


@ALL
def test_a_refusal_is_one_line_that_ends_with_what_to_do(row: Row) -> None:
    said = refusal((FOLDER / row["file"]).read_bytes())
    assert said.isprintable()
    assert len(said) < 1000
    assert _TO_DO.search(_QUOTED.sub("''", said)), said


def test_no_two_faults_look_the_same() -> None:
    names = {Path(row["file"]).stem for row in INDEX}
    assert LOOK_THE_SAME.keys() <= names
    seen: dict[tuple[str, str, str], str] = {}
    for row in INDEX:
        name = Path(row["file"]).stem
        said = (row["file"].partition("/")[0], row["place"], row["reason"])
        assert seen.setdefault(said, name) == LOOK_THE_SAME.get(name, name)


@pytest.mark.parametrize("ahead", [1, 7])
def test_good_events_before_a_fault_do_not_hide_it(ahead: int) -> None:
    good = STORIES["shipping"]["epcisBody"]["eventList"][0]
    moved = 0
    for row in INDEX:
        found = _IN_AN_EVENT.match(row["place"])
        if row["file"].startswith("json/json-") or found is None:
            continue
        document = json.loads((FOLDER / row["file"]).read_bytes())
        events = document["epcisBody"]["eventList"]
        events[:0] = [good] * ahead
        place = f"{found[1]}[{int(found[2]) + ahead}]{found[3]}"
        said = refusal(json.dumps(document).encode())
        assert said.startswith(f"{place}: {row['reason']}")
        moved += 1
    assert moved > 100


@given(
    control=st.sampled_from(CONTROLS),
    cut=st.integers(0, 6000),
    put_in=st.binary(max_size=3),
    left_out=st.integers(0, 3),
)
def test_whatever_is_damaged_is_refused_or_taken(
    control: str, cut: int, put_in: bytes, left_out: int
) -> None:
    data = (FOLDER / control).read_bytes()
    with contextlib.suppress(MalformedError):
        parse_document(data[:cut] + put_in + data[cut + left_out :])
    with contextlib.suppress(MalformedError):
        parse_document(data[:cut])


# All of them in one run.


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return found_ledger(tmp_path_factory.mktemp("faults"))


def test_bad_documents_do_not_hold_up_the_good_ones_between_them(
    place: Place,
) -> None:
    folder = place.folder / "handed-in"
    folder.mkdir()
    names: list[str] = []
    for number, row in enumerate(INDEX):
        good, bad = (
            f"{number:03}-good.json",
            f"{number:03}-{Path(row['file']).name}",
        )
        write_document(folder / good, f"S{number}")
        (folder / bad).write_bytes((FOLDER / row["file"]).read_bytes())
        names += sorted([good, bad])
    write_document(folder / "999-good.json", "LAST")
    names.append("999-good.json")

    done = spawn(
        "submit", folder, "--key", place.maker_key, "-C", place.ledger, "--json"
    )

    assert b"Traceback" not in done.stderr
    said = json.loads(done.stdout)
    results = said["results"]
    assert [Path(result["source"]).name for result in results] == names
    good_ones = [r for r in results if r["outcome"] == "accepted"]
    assert len(good_ones) == said["accepted"] == len(INDEX) + 1
    indexes = [result["log_index"] for result in good_ones]
    assert indexes == sorted(indexes)
    refused = [r for r in results if r["outcome"] == "refused"]
    for row, result in zip(INDEX, refused, strict=True):
        assert result["error"]["code"] == "PRV-9010", row["file"]
        assert row["place"] in result["error"]["what"]
        assert row["reason"] in result["error"]["what"]
    # The gravest of its files is how a run ends: input to be mended.
    assert done.returncode == 3
