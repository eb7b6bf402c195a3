"""EPCIS documents for a node in tests, and what it takes to capture them."""

import contextlib
import hashlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

from provenance_node.settings import Settings
from starlette.testclient import TestClient

from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.store.keyfile import write_key
from tests.ledger_world import PRODUCER, LedgerWorld, can, signer_of
from tests.support.node_world import one_process, served
from tests.support.waiting import wait_until

TOKEN = "a token that nobody guesses"
AS_JSON = {"content-type": "application/json"}
AUTHORISED = {"authorization": f"Bearer {TOKEN}"}
HEADERS = {**AS_JSON, **AUTHORISED}


def event(*items: str, **members: object) -> dict[str, Any]:
    """Return an event as EPCIS JSON, within a document."""
    said: dict[str, Any] = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-02-01T09:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": list(items),
    }
    return said | members


def made(number: int, **members: object) -> dict[str, Any]:
    return event(can(number), **members)


def wrong(number: int) -> dict[str, Any]:
    """Return an event that is no EPCIS."""
    return made(number, action="MAYBE")


def forbidden(number: int) -> dict[str, Any]:
    """Return an event that is EPCIS, and nothing the producer may say."""
    link = f"https://id.gs1.org/01/04012345123456/21/F{number}"
    return event(link)


def alone(said: dict[str, Any]) -> bytes:
    """Return *said* as an event that stands alone."""
    return json.dumps({"@context": [EPCIS_CONTEXT], **said}).encode()


def document(*events: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "@context": [EPCIS_CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-02-01T10:00:00Z",
            "epcisBody": {"eventList": list(events)},
        }
    ).encode()


def write_secrets(folder: pathlib.Path) -> dict[str, str]:
    """Write a key and a token's hash; return the settings for them."""
    key, tokens = folder / "actor.key", folder / "tokens"
    if not key.exists():
        write_key(key, signer_of(PRODUCER))
        tokens.write_text(
            "# one\n" + hashlib.sha256(TOKEN.encode()).hexdigest() + " test\n",
            encoding="ascii",
        )
        tokens.chmod(0o600)
    return {"capture_key": str(key), "capture_tokens": str(tokens)}


def capturing(world: LedgerWorld, **settings: object) -> Settings:
    """Return the settings of a node that captures for the producer."""
    return one_process(**write_secrets(world.folder.parent), **settings)


@contextlib.contextmanager
def captures(world: LedgerWorld, **settings: object) -> Iterator[TestClient]:
    with served(world, capturing(world, **settings)) as client:
        yield client


def capture(client: TestClient, body: bytes, **headers: str) -> str:
    """Hand in a document; return where its job is."""
    named = {n.replace("_", "-").lower(): text for n, text in headers.items()}
    answer = client.post(
        "/epcis/capture", content=body, headers={**HEADERS, **named}
    )
    assert answer.status_code == 202, answer.text
    return str(answer.headers["location"])


def finished(client: Any, where: str) -> dict[str, Any]:
    """Return the job at *where* once it has ended."""

    def ended() -> dict[str, Any] | None:
        answer = client.get(where, headers=AUTHORISED)
        assert answer.status_code == 200, answer.text
        job: dict[str, Any] = answer.json()
        if not job["running"]:
            return job
        assert job["success"] == (not job["errors"]), "nothing failed so far"
        return None

    job = wait_until(ended, f"{where} has ended")
    assert job is not None
    return job


def found(client: Any, path: str = "/epcis/events") -> list[dict[str, Any]]:
    """Return the events of all pages of an answer."""
    events: list[dict[str, Any]] = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        results = answer.json()["epcisBody"]["queryResults"]
        events += results["resultsBody"]["eventList"]
        path = next_of(answer)
    return events


def next_of(answer: Any) -> str:
    """Return the address of the next page; "" for none."""
    link: str = answer.headers.get("link", "")
    if not link:
        return ""
    address, relation = link.split("; ")
    assert relation == 'rel="next"', link
    return address[1:-1]


def items(events: list[dict[str, Any]]) -> list[str]:
    """Return the first item of each of *events*."""
    return [each["epcList"][0] for each in events]
