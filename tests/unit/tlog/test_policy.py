"""A policy believes the quorum it names, and contradicts itself nowhere."""

from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.digest import Hash
from provenance.errors import (
    InvalidSignatureError,
    MalformedError,
    QuorumNotMetError,
)
from provenance.keys import MLDSASigner, Signer
from provenance.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    format_checkpoint,
    open_checkpoint,
    sign_checkpoint,
)
from provenance.tlog.cosignature import (
    CosignatureSigner,
    CosignatureVerifier,
    MLDSACosignatureSigner,
)
from provenance.tlog.note import (
    NoteSignature,
    NoteSigner,
    NoteVerifier,
    VerifierKey,
    format_note,
    format_vkey,
    sign_note,
)
from provenance.tlog.policy import (
    Group,
    Log,
    Policy,
    PolicyWitness,
    format_policy,
    parse_policy,
)
from tests.vectors.tlog import make


def key(holder: str) -> Signer:
    return Signer.from_seed(sha256(holder.encode()).digest())


LOG = NoteSigner("ledger.example/demo", key("log"))
CHECKPOINT = Checkpoint(LOG.name, 5, Hash(sha256(b"a root").digest()))
W = {
    name: CosignatureSigner(f"{name}.example", key(name))
    for name in ("x1", "x2", "x3", "y1", "y2", "y3")
}
VKEY = {name: signer.verifier.vkey for name, signer in W.items()}
WITNESSES = "".join(f"witness {name} {VKEY[name]}\n" for name in W)
LOG_LINE = f"log {LOG.verifier.vkey}\n"


def policy(text: str) -> Policy:
    return parse_policy(text.encode())


def cosigned(*names: str, time: int = 1) -> SignedCheckpoint:
    return sign_checkpoint(CHECKPOINT, LOG).with_cosignatures(
        *(W[name].sign(CHECKPOINT, time=time) for name in names)
    )


def counted(policy: Policy, signed: SignedCheckpoint) -> list[str]:
    return [c.name.removesuffix(".example") for c in policy.check(signed)]


def test_no_quorum_asks_for_no_cosignature() -> None:
    trusting = policy(LOG_LINE + "quorum none\n")
    assert trusting.quorum is None
    assert trusting.check(cosigned()) == ()
    watched = policy(WITNESSES + "quorum none\n")
    assert watched.check(cosigned("x1")) == ()


def test_a_witness_can_be_the_quorum() -> None:
    single = policy(WITNESSES + "quorum x2\n")
    assert counted(single, cosigned("x1", "x2")) == ["x2"]
    with pytest.raises(QuorumNotMetError, match="1 of 6 witnesses"):
        single.check(cosigned("x1"))


def test_k_of_n_is_met_by_exactly_those_with_k_members() -> None:
    names = ("x1", "x2", "x3")
    for k, word in ((1, "any"), (1, "1"), (2, "2"), (3, "3"), (3, "all")):
        group = policy(
            f"{WITNESSES}group g {word} {' '.join(names)}\nquorum g\n"
        )
        for count in range(4):
            for chosen in combinations(names, count):
                if count >= k:
                    assert counted(group, cosigned(*chosen)) == list(chosen)
                else:
                    with pytest.raises(QuorumNotMetError):
                        group.check(cosigned(*chosen))


NESTED = policy(
    WITNESSES
    + "group x 2 x1 x2 x3\n"
    + "group y any y1 y2 y3\n"
    + "group both all x y\n"
    + "quorum both\n"
)


def test_a_group_of_groups_asks_for_each_of_them() -> None:
    assert counted(NESTED, cosigned("x3", "x1", "y2")) == ["x1", "x3", "y2"]
    for chosen in (("x1", "y1", "y2", "y3"), ("x1", "x2", "x3"), ()):
        with pytest.raises(QuorumNotMetError, match="quorum 'both'"):
            NESTED.check(cosigned(*chosen))


def test_cosignatures_in_a_group_that_is_not_met_do_not_count() -> None:
    either = policy(
        WITNESSES
        + "group x 2 x1 x2 x3\n"
        + "group y 2 y1 y2 y3\n"
        + "group either any x y\n"
        + "quorum either\n"
    )
    assert counted(either, cosigned("x1", "y1", "y2")) == ["y1", "y2"]
    with pytest.raises(QuorumNotMetError, match="2 of 6 witnesses"):
        either.check(cosigned("x1", "y1"))


TREES = [
    "quorum x1\n",
    "group x 2 x1 x2 x3\nquorum x\n",
    "group x all x1 x2 x3\nquorum x\n",
    "group x 2 x1 x2 x3\ngroup y any y1 y2 y3\ngroup b all x y\nquorum b\n",
    "group x 2 x1 x2 x3\ngroup y 2 y1 y2 y3\ngroup b any x y\nquorum b\n",
]
TIMES = st.lists(st.integers(1, 9), max_size=2)


@given(
    st.sampled_from(TREES),
    st.fixed_dictionaries(dict.fromkeys(W, TIMES)),
    st.integers(-1, 10),
)
def test_the_time_is_the_greatest_since_when_the_quorum_is_met(
    groups: str, times: dict[str, list[int]], until: int
) -> None:
    asked = policy(WITNESSES + groups)
    lines = [(name, time) for name, its in times.items() for time in its]

    def meets(since: int, most: int) -> bool:
        """Ask the plain question of the cosignatures of a time alone."""
        some = [line for line in lines if since <= line[1] <= most]
        try:
            asked.check(signed_at(some))
        except QuorumNotMetError:
            return False
        return True

    def latest(most: int) -> int | None:
        found = [time for time in range(1, 10) if meets(time, most)]
        return max(found) * 1000 if found else None

    if not meets(1, 9):
        with pytest.raises(QuorumNotMetError):
            asked.examine(signed_at(lines), until=until * 1000)
        return
    met = asked.examine(signed_at(lines), until=until * 1000)
    assert met.time == latest(until)
    assert met.claimed == latest(9)
    assert met.counted == asked.check(signed_at(lines))
    assert list(met.witnesses) == [
        each.name.removesuffix(".example") for each in met.counted
    ]


def signed_at(lines: list[tuple[str, int]]) -> SignedCheckpoint:
    return sign_checkpoint(CHECKPOINT, LOG).with_cosignatures(
        *(W[name].sign(CHECKPOINT, time=time) for name, time in lines)
    )


def test_no_quorum_has_no_time() -> None:
    met = policy(WITNESSES + "quorum none\n").examine(
        cosigned("x1"), until=10**15
    )
    assert (met.counted, met.time, met.claimed) == ((), None, None)


def test_a_witness_outside_the_quorum_does_not_count() -> None:
    some = policy(WITNESSES + "group x 2 x1 x2\nquorum x\n")
    with pytest.raises(QuorumNotMetError):
        some.check(cosigned("x1", "y1", "y2", "y3"))


def test_a_long_chain_of_groups_is_followed_to_its_end() -> None:
    chain = [f"witness w0 {VKEY['x1']}\n"]
    chain += [f"group w{i + 1} all w{i}\n" for i in range(5000)]
    assert counted(
        policy("".join(chain) + "quorum w5000\n"), cosigned("x1")
    ) == ["x1"]


def test_one_witness_counts_once_with_its_latest_time() -> None:
    two = policy(WITNESSES + "group g 2 x1 x2\nquorum g\n")
    often = sign_note(format_checkpoint(CHECKPOINT), LOG).with_signatures(
        *(W["x1"].sign(CHECKPOINT, time=t) for t in (5, 9, 7))
    )
    signed = SignedCheckpoint(CHECKPOINT, often)
    with pytest.raises(QuorumNotMetError, match="1 of 6"):
        two.check(signed)
    one = policy(WITNESSES + "quorum x1\n")
    assert [c.time for c in one.check(signed)] == [9]


def test_a_bad_cosignature_of_a_known_witness_is_an_error_of_its_own() -> None:
    bad = NoteSignature("y1.example", W["y1"].verifier.key_id, bytes(72))
    signed = cosigned("x1", "x2").with_cosignatures(bad)
    any_two = policy(WITNESSES + "group g 2 x1 x2\nquorum g\n")
    with pytest.raises(InvalidSignatureError):
        any_two.check(signed)
    knows_no_y = policy(
        f"witness x1 {VKEY['x1']}\nwitness x2 {VKEY['x2']}\n"
        "group g 2 x1 x2\nquorum g\n"
    )
    assert counted(knows_no_y, signed) == ["x1", "x2"]


def test_a_witness_name_in_the_note_means_nothing_to_the_policy() -> None:
    swapped = policy(
        f"witness x1 {VKEY['x2']}\nwitness x2 {VKEY['x1']}\nquorum x1\n"
    )
    assert counted(swapped, cosigned("x2")) == ["x2"]
    with pytest.raises(QuorumNotMetError):
        swapped.check(cosigned("x1"))


def test_witnesses_may_cosign_with_ml_dsa() -> None:
    witness = MLDSACosignatureSigner(
        "pq.example", MLDSASigner.from_seed(bytes(32))
    )
    text = f"witness pq {witness.verifier.vkey}\nquorum pq\n"
    signed = sign_checkpoint(CHECKPOINT, LOG).with_cosignatures(
        witness.sign(CHECKPOINT, time=3)
    )
    (cosignature,) = policy(text).check(signed)
    assert (cosignature.name, cosignature.time) == ("pq.example", 3)


def test_the_keys_of_the_listed_logs_open_their_checkpoints() -> None:
    other = NoteSigner("other.example/log", key("other"))
    two_logs = policy(
        f"{LOG_LINE}log {other.verifier.vkey} https://other.example/\n"
        f"quorum none\n"
    )
    data = format_note(cosigned("x1").note)
    opened = open_checkpoint(data, two_logs.log_keys)
    assert opened == cosigned("x1")
    assert two_logs.logs[1].url == "https://other.example/"


def test_space_tabs_comments_and_empty_lines_mean_nothing() -> None:
    spaced = policy(
        "# all that follows\n"
        "\n \t \n"
        f" \t log\t{LOG.verifier.vkey} \n"
        "  # quorum none\n"
        f"witness  x1\t\t{VKEY['x1']}   https://x1.example/ \n"
        "quorum x1\n"
        "# the end\n"
    )
    assert spaced == Policy(
        (Log(LOG.verifier),),
        (PolicyWitness("x1", W["x1"].verifier, "https://x1.example/"),),
        (),
        "x1",
    )


def test_a_hash_sign_inside_a_line_is_no_comment() -> None:
    with pytest.raises(MalformedError, match="line 1: no policy line"):
        policy("quorum none # nobody\n")
    named = policy(f"witness #x {VKEY['x1']}\nquorum #x\n")
    assert named.quorum == "#x"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no quorum line"),
        (WITNESSES, "no quorum line"),
        ("quorum none", "no newline"),
        ("quorum none\nquorum none\n", "line 2: there is a second quorum"),
        (WITNESSES + "quorum x1\nquorum x1\n", "second quorum"),
        ("quorum x1\n", "line 1: no witness or group 'x1'"),
        ("quorum x1\n" + WITNESSES, "line 1: no witness or group 'x1'"),
        ("quorum\n", "no policy line"),
        ("quorum none none\n", "no policy line"),
        ("Quorum none\n", "no policy line starts with 'Quorum'"),
        ("include other\nquorum none\n", "no policy line"),
        ("log\nquorum none\n", "no policy line"),
        (f"log {LOG.verifier.vkey} url more\nquorum none\n", "no policy line"),
        (f"log {VKEY['x1']}\nquorum none\n", "type 4, which logs do not"),
        ("log vkey\nquorum none\n", "a vkey is written"),
        (LOG_LINE + LOG_LINE + "quorum none\n", "there twice"),
        ("witness x1\nquorum none\n", "no policy line"),
        (f"witness x1 {VKEY['x1']} url more\nquorum none\n", "no policy line"),
        (f"witness x1 {LOG.verifier.vkey}\nquorum none\n", "does not cosign"),
        (f"witness none {VKEY['x1']}\nquorum none\n", "'none' is taken"),
        (
            f"witness x1 {VKEY['x1']}\nwitness x1 {VKEY['x2']}\nquorum none\n",
            "line 2: the name 'x1' is taken",
        ),
        (
            f"witness x1 {VKEY['x1']}\nwitness x2 {VKEY['x1']}\nquorum none\n",
            "line 2: the public key of x1.example is there twice",
        ),
        (WITNESSES + "group g any\nquorum none\n", "no policy line"),
        (WITNESSES + "group g\nquorum none\n", "no policy line"),
        (WITNESSES + "group g 0 x1\nquorum g\n", "not all, any or a number"),
        (WITNESSES + "group g 01 x1\nquorum g\n", "not all, any or a number"),
        (WITNESSES + "group g -1 x1\nquorum g\n", "not all, any or a number"),
        (WITNESSES + "group g two x1\nquorum g\n", "not all, any or a number"),
        (WITNESSES + "group g ² x1\nquorum g\n", "not all, any or a number"),
        (WITNESSES + f"group g {'9' * 50} x1\nquorum g\n", "or a number"),
        (WITNESSES + "group g 2 x1\nquorum g\n", "2 of the 1 members"),
        (WITNESSES + "group g any x1 x1\nquorum g\n", "'x1' is a member twice"),
        (
            WITNESSES + "group g any x1\ngroup h any x1\nquorum h\n",
            "line 8: 'x1' is a member twice",
        ),
        (WITNESSES + "group g any x9\nquorum g\n", "no witness or group 'x9'"),
        (WITNESSES + "group g any g\nquorum g\n", "no witness or group 'g'"),
        (WITNESSES + "group g any none\nquorum g\n", "or group 'none'"),
        (WITNESSES + "group x1 any x2\nquorum none\n", "'x1' is taken"),
        (WITNESSES + "group none any x2\nquorum none\n", "'none' is taken"),
        (
            WITNESSES + "group g any h\ngroup h any x1\nquorum g\n",
            "line 7: no witness or group 'h'",
        ),
        ("quorum none\r\n", "octet 0x0d"),
        ("# a bell \x07\nquorum none\n", "line 1: octet 0x07"),
        ("quorum\x0bnone\n", "octet 0x0b"),
        ("quorum none\x7f\n", "octet 0x7f"),
        ("quorum none\0\n", "octet 0x00"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(
    text: str, reason: str
) -> None:
    with pytest.raises(MalformedError, match=reason):
        policy(text)


def test_a_policy_over_one_mebibyte_is_refused() -> None:
    comment = b"#" * ((1 << 20) - len(b"\nquorum none\n"))
    parse_policy(comment + b"\nquorum none\n")
    with pytest.raises(MalformedError, match="up to 1048576 bytes"):
        parse_policy(comment + b"#\nquorum none\n")


def test_a_logs_own_key_is_no_independent_witness() -> None:
    own = CosignatureSigner("witness.example", LOG.signer).verifier.vkey
    with pytest.raises(MalformedError, match="there twice"):
        policy(f"{LOG_LINE}witness own {own}\nquorum own\n")


def test_a_key_under_another_name_is_still_the_same_key() -> None:
    renamed = CosignatureSigner("other.example", W["x1"].signer).verifier
    with pytest.raises(MalformedError, match="there twice"):
        policy(
            f"witness x1 {VKEY['x1']}\nwitness again {renamed.vkey}\n"
            "group g 2 x1 again\nquorum g\n"
        )


def test_keys_that_no_line_could_tell_apart_are_refused() -> None:
    class Collides(CosignatureVerifier):
        @property
        def key_id(self) -> bytes:
            return W["x1"].verifier.key_id

    twin = Collides("x1.example", W["x2"].verifier.key)
    with pytest.raises(MalformedError, match="the same id"):
        Policy(
            (),
            (PolicyWitness("x1", W["x1"].verifier), PolicyWitness("x2", twin)),
            (),
            None,
        )


def test_names_are_octets_and_nothing_more() -> None:
    kelvin = f"witness K {VKEY['x1']}\nwitness \u212a {VKEY['x2']}\nquorum K\n"
    assert [w.name for w in policy(kelvin).witnesses] == ["K", "\u212a"]
    # Spaces of Unicode, and octets that are no text at all.
    odd = (
        b"witness a\xc2\xa0b %s \xff\xfe\nquorum a\xc2\xa0b\n"
        % VKEY["x1"].encode()
    )
    read = parse_policy(odd)
    assert read.quorum == "a\u00a0b"
    assert format_policy(read) == odd
    not_text = b"witness \xff %s\nquorum \xff\n" % VKEY["x1"].encode()
    assert format_policy(parse_policy(not_text)) == not_text


def test_a_vkey_that_is_not_text_is_refused() -> None:
    with pytest.raises(MalformedError, match="line 1"):
        parse_policy(b"log \xff+00000000+AQ==\nquorum none\n")


@pytest.mark.parametrize("word", ["", "a b", "a\nb", "a\tb", "a\rb", "\ud800"])
def test_a_name_or_url_that_no_file_can_hold_is_refused(word: str) -> None:
    with pytest.raises(MalformedError):
        Policy((), (PolicyWitness(word, W["x1"].verifier),), (), None)
    with pytest.raises(MalformedError):
        Policy((), (PolicyWitness("x1", W["x1"].verifier, word),), (), None)
    with pytest.raises(MalformedError):
        Policy((Log(LOG.verifier, word),), (), (), None)


def test_a_policy_made_in_code_obeys_the_same_rules() -> None:
    x1, x2 = (PolicyWitness(name, W[name].verifier) for name in ("x1", "x2"))
    with pytest.raises(MalformedError, match="'x1' is taken"):
        Policy((), (x1, PolicyWitness("x1", x2.key)), (), None)
    with pytest.raises(MalformedError, match="no witness or group 'g'"):
        Policy((), (x1,), (), "g")
    with pytest.raises(MalformedError, match="no witness or group 'none'"):
        Policy((), (x1,), (), "none")
    for threshold in (0, -1, 3):
        with pytest.raises(MalformedError, match="cannot be asked for"):
            Policy((), (x1, x2), (Group("g", threshold, ("x1", "x2")),), "g")
    with pytest.raises(MalformedError, match="cannot be asked for"):
        Policy((), (), (Group("g", 0, ()),), "g")


def test_every_kind_of_line_reads_back() -> None:
    text = (
        LOG_LINE.removesuffix("\n")
        + " https://ledger.example/\n"
        + WITNESSES
        + "group one all x1\n"
        + "group any-x any x2 x3\n"
        + "group two-y 2 y1 y2 y3\n"
        + "group every all one any-x two-y\n"
        + "quorum every\n"
    )
    assert format_policy(policy(text)).decode() == text
    assert format_policy(policy("quorum none\n")) == b"quorum none\n"


def test_32_logs_witnesses_and_groups_are_supported() -> None:
    lines = [
        f"log {NoteVerifier(f'l{i}', key(f'l{i}').verifier).vkey}"
        for i in range(32)
    ]
    lines += [
        f"witness w{i} {CosignatureVerifier(f'w{i}', key(f'w{i}').verifier).vkey}"
        for i in range(32)
    ]
    lines += [f"group g{i} all w{i}" for i in range(31)]
    lines += [
        "group g31 17 " + " ".join([*(f"g{i}" for i in range(31)), "w31"]),
        "quorum g31",
    ]
    many = policy("\n".join(lines) + "\n")
    assert (len(many.logs), len(many.witnesses), len(many.groups)) == (32,) * 3


@given(
    st.lists(
        st.sampled_from(
            [
                LOG_LINE.encode(),
                *(f"witness {n} {VKEY[n]}\n".encode() for n in ("x1", "x2")),
                b"group g any x1\n",
                b"group h 2 x1 x2\n",
                b"quorum g\n",
                b"quorum none\n",
                b"quorum h\n",
            ]
        )
        | st.binary(max_size=12)
        | st.binary(max_size=12).map(lambda data: data + b"\n"),
        max_size=8,
    ).map(b"".join)
)
def test_hostile_policies_raise_only_malformed(data: bytes) -> None:
    try:
        read = parse_policy(data)
    except MalformedError:
        return
    assert parse_policy(format_policy(read)) == read


def test_a_vkey_of_a_small_order_key_is_refused() -> None:
    vkey = format_vkey(VerifierKey("w", 4, bytes(32)))
    with pytest.raises(MalformedError, match="anybody could sign"):
        policy(f"witness w {vkey}\nquorum w\n")


def test_our_vectors_are_what_their_generator_makes() -> None:
    for name, data in make.files().items():
        assert (make.FOLDER / name).read_bytes() == data


def test_the_checkpoint_in_our_vectors_meets_the_policy_beside_it() -> None:
    read = parse_policy((make.FOLDER / "demo.policy").read_bytes())
    data = (make.FOLDER / "demo.checkpoint").read_bytes()
    signed = open_checkpoint(data, read.log_keys)
    names = [c.name for c in read.check(signed)]
    assert names == [w.name for w in make.WITNESSES.values()]
