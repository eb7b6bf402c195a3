"""A node with a resolver, and things in its ledger that its tests ask for."""

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

from provenance_node.resolver.description import DESCRIPTION_PATH
from provenance_node.routes import resolver
from provenance_node.settings import Settings
from starlette.testclient import TestClient

from tests.ledger_world import PRODUCER, LedgerWorld
from tests.support.node_world import new_world, node_of, one_process, served

BASE = "https://id.brand.example"
GTIN = "09506000134352"
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
LOT = f"{PRODUCT}/10/L7"
UNIT = f"{PRODUCT}/21/00042"
ODD_UNIT = f"{PRODUCT}/21/A%2F%3F%281"
PALLET = "https://id.gs1.org/00/095060001343520000"
CERTIFICATE = "https://certificates.example/8812"
BROWSER = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
}


def grown_world(folder: pathlib.Path) -> LedgerWorld:
    """Return a ledger that knows two units, a certified lot and a pallet."""
    world = new_world(folder)
    ledger = world.reopen()
    for events in (
        [world.made(UNIT), world.made(ODD_UNIT)],
        [world.event(LOT, certificationInfo=CERTIFICATE)],
        [world.made(PALLET)],
    ):
        (answer,) = ledger.submit([world.sign(PRODUCER, *events)])
        assert not isinstance(answer, Exception), answer
    ledger.close()
    return world


@contextlib.contextmanager
def resolving(
    world: LedgerWorld, settings: Settings | None = None
) -> Iterator[TestClient]:
    """Give a client of a node that resolves, and follows no redirect."""
    settings = settings or one_process(public_url=BASE)
    with served(world, settings) as client:
        app: Any = client.app
        if DESCRIPTION_PATH not in app.openapi()["paths"]:
            app.include_router(resolver.routes(node_of(client)))
            app.openapi_schema = None
        client.follow_redirects = False
        yield client


def links_of(body: bytes) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return a linkset as anchor → link type → links."""
    return {
        level["anchor"]: {
            kind: links
            for kind, links in level.items()
            if kind not in {"anchor", "itemDescription"}
        }
        for level in json.loads(body)["linkset"]
    }
