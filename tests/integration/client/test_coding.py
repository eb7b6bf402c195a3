"""What came compressed is unpacked whole, or refused at a bounded cost."""

import random
import tracemalloc

import pytest
from backports import zstd
from provenance_node.coding import pack_once

from provenance.client.coding import ACCEPTED, unpack
from provenance.errors import MalformedError

TEXT = b"one and the same, " * 100
CODINGS = ("zstd", "gzip")


def test_each_coding_that_is_asked_for_is_read() -> None:
    assert ", ".join(CODINGS) == ACCEPTED
    for coding, form in pack_once(TEXT).items():
        assert unpack(form, coding, most=len(TEXT)) == TEXT
        assert unpack(form, f" {coding.upper()} ", most=len(TEXT)) == TEXT
    assert unpack(pack_once(TEXT)["gzip"], "x-gzip", most=2**20) == TEXT
    assert unpack(TEXT, "identity", most=len(TEXT)) == TEXT


def test_nothing_but_the_whole_of_one_is_taken() -> None:
    for coding, form in pack_once(TEXT).items():
        for cut in range(len(form)):
            with pytest.raises(MalformedError):
                unpack(form[:cut], coding, most=2**20)
        for more in (b"\0", form):
            with pytest.raises(MalformedError, match="goes on"):
                unpack(form + more, coding, most=2**20)


def test_a_flipped_bit_is_refused_or_gives_no_more_than_asked_for() -> None:
    seed = 20_261_130
    print(f"seed {seed}")
    chance = random.Random(seed)
    for coding, form in pack_once(TEXT).items():
        for _ in range(2_000):
            flipped = bytearray(form)
            flipped[chance.randrange(len(form))] ^= 1 << chance.randrange(8)
            try:
                found = unpack(bytes(flipped), coding, most=4_096)
            except MalformedError:
                continue
            assert len(found) <= 4_096


def test_a_byte_more_than_asked_for_is_too_much() -> None:
    for coding, form in pack_once(TEXT).items():
        with pytest.raises(MalformedError, match="unpacks to more than"):
            unpack(form, coding, most=len(TEXT) - 1)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_takes_no_more_memory_than_what_was_asked_for(
    coding: str,
) -> None:
    bomb = pack_once(bytes(2**26))[coding]
    tracemalloc.start()
    try:
        with pytest.raises(MalformedError, match="unpacks to more than"):
            unpack(bomb, coding, most=2**20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # In parts, and then once more as a whole.
    assert peak < 3 * 2**20


def test_a_window_that_takes_more_memory_than_others_is_refused() -> None:
    packer = zstd.ZstdCompressor(
        options={zstd.CompressionParameter.window_log: 27}
    )
    wide = packer.compress(TEXT) + packer.flush()
    with pytest.raises(MalformedError, match="memory"):
        unpack(wide, "zstd", most=2**20)


def test_what_says_to_be_huge_and_is_not_costs_nothing() -> None:
    # A frame of one segment, whose size is written in 8 bytes.
    head = bytes.fromhex("28b52ffd") + b"\xc0" + (2**60).to_bytes(8, "little")
    with pytest.raises(MalformedError):
        unpack(head + b"\1\0\0", "zstd", most=2**20)


def test_blocks_without_content_come_to_an_end() -> None:
    head = bytes.fromhex("28b52ffd") + b"\x00\x58"
    with pytest.raises(MalformedError, match="in the middle"):
        unpack(head + b"\0\0\0" * 300_000, "zstd", most=2**20)


def test_another_coding_is_not_guessed_at() -> None:
    for coding in ("br", "deflate", "zstd, gzip", ""):
        with pytest.raises(MalformedError, match="not asked for"):
            unpack(TEXT, coding, most=2**20)
