"""A ledger that has something to hide, and tokens that show parts of it.

One pallet event carries goods of two brand owners; each event conceals a
value that occurs nowhere else, under a salt that is known.
"""

import hashlib
import pathlib
from dataclasses import dataclass, field

from provenance_node.settings import Settings

from provenance.claims.event import (
    SALT_SIZE,
    Event,
    Field,
    Item,
    make_event,
)
from provenance.claims.statement import sign_statement
from provenance.store.keyfile import write_key
from tests.ledger_world import (
    ORIGIN,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)
from tests.support.node_world import new_world, one_process

OTHER_PREFIX = "9521001"
OTHER = "did:web:other.example"
CAPTURE_TOKEN = "who captures"

TOKENS = {
    "all": "all",
    "all-rights": "all reveal statements",
    "own": "prefix:9506000",
    "other": f"prefix:{OTHER_PREFIX}",
    "other-rights": f"prefix:{OTHER_PREFIX} reveal statements",
    "one": "item:(01)09506000134352(21)K000001",
    "producer": f"actor:{PRODUCER}  # its own",
    "nothing": "prefix:4012345",
}


def theirs(number: int) -> str:
    """Return an item of the other owner."""
    return f"https://id.gs1.org/01/09521001000017/21/T{number:06d}"


def bearer(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


@dataclass
class ReadersWorld:
    """What there is, and what only some may see of it.

    Attributes:
        ledger: The ledger with its actors.
        secrets: Each concealed value, by who signed it.
        salts: The salts of the leaves of each item, and under "" those of
            what is concealed.
        shared: The event that has goods of both.
    """

    ledger: LedgerWorld
    secrets: dict[str, list[str]] = field(default_factory=dict)
    salts: dict[str, set[bytes]] = field(default_factory=dict)
    _count: int = 0

    def say(
        self, issuer: str, *items: Item, conceal: bool = True, **members: object
    ) -> Event:
        self._count += 1
        secret = f"SECRET-{self._count:04d}-{issuer[-12:]}"
        fields = [Field("/ex:price", secret)] if conceal else []
        event = make_event(
            body(
                **{
                    "@context": {"ex": "https://ns.example/"},
                    "eventTime": f"2026-02-01T10:00:{self._count:02d}.000Z",
                }
                | members
            ),
            items,
            fields=fields,
            secret=self.ledger.secret(),
        )
        if conceal:
            self.secrets.setdefault(issuer, []).append(secret)
        names = [*(item.id for item in event.items), ""]
        for name, leaf in zip(names, event.leaves[1:], strict=False):
            assert leaf is not None
            start = 2 + (leaf[1] & 0x1F)
            salt = leaf[start + 2 : start + 2 + SALT_SIZE]
            self.salts.setdefault(name, set()).add(salt)
        submission = sign_statement(
            [event],
            signer=signer_of(issuer),
            issuer=issuer,
            origin=ORIGIN,
            now=self.ledger.now,
        )
        (answer,) = self.ledger.ledger.submit([submission])
        assert not isinstance(answer, Exception), answer
        return event


def secretive_world(folder: pathlib.Path) -> ReadersWorld:
    """Return a closed ledger of two owners who share a pallet."""
    ledger = new_world(folder)
    ledger.reopen()
    ledger.enrol(OTHER, "producer", prefixes=(OTHER_PREFIX,))
    world = ReadersWorld(ledger)
    for number in (1, 2):
        for issuer, item in ((PRODUCER, can(number)), (OTHER, theirs(number))):
            world.say(
                issuer,
                Item("epcList", item),
                action="ADD",
                bizStep="commissioning",
            )
    world.say(
        PRODUCER,
        *(Item("epcList", can(n)) for n in (1, 2)),
        *(Item("epcList", theirs(n)) for n in (1, 2)),
        bizStep="inspecting",
        eventID="urn:uuid:00000000-0000-4000-8000-00000000000a",
    )
    ledger.ledger.close()
    return world


def closed(world: ReadersWorld, **settings: object) -> Settings:
    """Return the settings of a node whose queries are not open."""
    return one_process(**{**closing(world), **settings})


def closing(world: ReadersWorld) -> dict[str, object]:
    """Return the settings that close queries; write the files they name."""
    folder = world.ledger.folder.parent
    path, key, captures = (
        folder / name for name in ("readers", "actor.key", "captures")
    )
    lines = [f"{hash_of(name)} {said}" for name, said in TOKENS.items()]
    path.write_text("\n".join(["# readers", *lines]), encoding="ascii")
    captures.write_text(hash_of(CAPTURE_TOKEN), encoding="ascii")
    path.chmod(0o600)
    captures.chmod(0o600)
    if not key.exists():
        write_key(key, signer_of(PRODUCER))
    return {
        "open_queries": False,
        "reader_tokens": str(path),
        "capture_key": str(key),
        "capture_tokens": str(captures),
    }


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
