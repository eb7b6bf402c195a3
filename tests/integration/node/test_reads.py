"""Reading over HTTP: trails, bundles, receipts and the log's tiles."""

import json
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from provenance.folder import export_folder
from provenance.proof.bundle import MEDIA_TYPE
from provenance.proof.receipt import verify_receipt
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.tlog.checkpoint import open_checkpoint
from tests.ledger_world import FORWARDER, PRODUCER, LedgerWorld, can
from tests.support.node_world import (
    MSGPACK,
    NodeProcess,
    grow,
    new_world,
    node_of,
    one_process,
    quoted,
    served,
)

CAN = can(1)
CAN_AS_URN = "urn:epc:id:sgtin:9506000.013435.K000001"


@dataclass
class Served:
    """A node to read from, with what it serves."""

    world: LedgerWorld
    client: TestClient

    def get(self, path: str, **headers: str) -> "Answer":
        named = {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        answer = self.client.get(path, headers=named)
        return Answer(answer.status_code, dict(answer.headers), answer.content)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["code"])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    world = new_world(tmp_path_factory.mktemp("reads"))
    grow(world, 600)
    with served(world) as client:
        yield Served(world, client)


def test_a_bundle_is_verified_with_the_trust_file(node: Served) -> None:
    answer = node.get(f"/v1/items/{quoted(CAN)}/bundle")
    assert answer.status == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "public, max-age=5"
    verdict = examine_bundle(
        answer.body, trust=node.world.trust, now=node.world.now, item=CAN
    )
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps


def test_a_bundle_is_shown_as_json_to_whom_asks_for_that(node: Served) -> None:
    answer = node.get(
        f"/v1/items/{quoted(CAN)}/bundle", accept="application/json"
    )
    shown = json.loads(answer.body)
    assert shown["schema"] == "provenance.bundle-view/1"
    assert shown["subject"] == CAN
    assert "Accept" in answer.headers["vary"]


def test_a_trail_is_the_story_as_the_ledger_has_it(node: Served) -> None:
    answer = node.get(f"/v1/items/{quoted(CAN)}/trail")
    story = json.loads(answer.body)
    assert story["schema"] == "provenance.trail/1"
    assert story["subject"] == CAN
    assert [line["step"] for line in story["timeline"]] == ["commissioning"]


@pytest.mark.parametrize(
    "spelling",
    [
        quoted(CAN),
        CAN,
        quoted("https://brand.example/01/09506000134352/21/K000001"),
        CAN_AS_URN,
        quoted(CAN_AS_URN),
        "(01)09506000134352(21)K000001",
        quoted("]d2010950600013435221K000001"),
        "01/09506000134352/21/K000001",
        "01/09506000134352/10/L7/21/K000001/",
        "01/9506000134352/21/%4B000001",
    ],
)
def test_an_item_may_be_spelled_in_any_way(node: Served, spelling: str) -> None:
    answer = node.get(f"/v1/items/{spelling}/trail")
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["subject"] == CAN


@pytest.mark.parametrize("kind", ["trail", "bundle"])
def test_who_has_what_the_checkpoint_says_is_told_so(
    node: Served, kind: str
) -> None:
    path = f"/v1/items/{quoted(CAN)}/{kind}"
    first = node.get(path)
    again = node.get(path, if_none_match=f'"other", {first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = node.get(f"/v1/items/{quoted(can(2))}/{kind}")
    assert other.headers["etag"] != first.headers["etag"]


def test_the_json_of_a_bundle_has_a_tag_of_its_own(node: Served) -> None:
    path = f"/v1/items/{quoted(CAN)}/bundle"
    binary = node.get(path, accept="application/vnd.provenance.bundle+msgpack")
    shown = node.get(
        path, accept="application/json", if_none_match=binary.headers["etag"]
    )
    assert shown.status == 200


def test_a_new_checkpoint_is_a_new_tag(tmp_path: pathlib.Path) -> None:
    world = new_world(tmp_path)
    with served(world) as client:
        post = world.sign(PRODUCER, world.made(CAN)).to_bytes()
        client.post("/v1/statements", content=post, headers=MSGPACK)
        path = f"/v1/items/{quoted(CAN)}/bundle"
        tag = client.get(path).headers["etag"]
        checkpoint = client.get("/log/checkpoint")
        seen = world.sign(FORWARDER, world.event(CAN, bizStep="shipping"))
        client.post("/v1/statements", content=seen.to_bytes(), headers=MSGPACK)
        answer = client.get(path, headers={"if-none-match": tag})
        assert answer.status_code == 200
        verdict = examine_bundle(
            answer.content, trust=world.trust, now=world.now, item=CAN
        )
        assert len(verdict.timeline) == 2
        later = client.get(
            "/log/checkpoint",
            headers={"if-none-match": checkpoint.headers["etag"]},
        )
        assert later.status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/v1/items/{quoted(can(9_999))}/bundle", 404, "PRV-9004"),
        (f"/v1/items/{quoted(can(9_999))}/trail", 404, "PRV-9004"),
        ("/v1/items/01/09506000134352/21/K9%2F9/bundle", 404, "PRV-9004"),
        ("/v1/items/01/09506000134352/21/K9/9/bundle", 400, "PRV-9010"),
        ("/v1/items/01/09506000134353/21/K9/trail", 400, "PRV-9010"),
        (
            f"/v1/items/{CAN.replace('//', '/')}/trail",
            400,
            "PRV-9010",
        ),
        (f"/v1/items/{quoted(CAN + ',' + CAN)}/trail", 400, "PRV-9010"),
        (f"/v1/events?MATCH_epc={CAN.replace('//', '/')}", 400, "PRV-9010"),
        (f"/v1/events?MATCH_epc={CAN},{can(2)}", 400, "PRV-9010"),
        ("/v1/items/rubbish/bundle", 400, "PRV-9010"),
        ("/v1/items/%FF%00/bundle", 400, "PRV-9010"),
        (f"/v1/items/{quoted('urn:x:' + 'a' * 4000)}/trail", 400, "PRV-9010"),
        (
            f"/v1/items/{quoted('https://id.gs1.org/01/09506000134353')}/trail",
            400,
            "PRV-9010",
        ),
        ("/v1/items/(01)09506000134352/nothing", 404, "PRV-9101"),
        ("/v1/statements/99999/receipt", 404, "PRV-9004"),
        ("/v1/statements/9999999999999999/receipt", 404, "PRV-9004"),
        ("/v1/statements/0/receipt", 404, "PRV-9004"),
        ("/v1/statements/-1/receipt", 400, "PRV-9010"),
        ("/v1/statements/01/receipt", 400, "PRV-9010"),
        (f"/v1/statements/{'0' * 64}/receipt", 400, "PRV-9010"),
        (f"/v1/statements/17-{'0' * 64}/receipt", 404, "PRV-9004"),
    ],
)
def test_what_is_not_there_is_a_problem(
    node: Served, path: str, status: int, code: str
) -> None:
    answer = node.get(path)
    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_type_that_is_not_given_is_406(node: Served) -> None:
    path = f"/v1/items/{quoted(CAN)}/bundle"
    answer = node.get(path, accept="image/png, text/*;q=0.5")
    assert (answer.status, answer.code) == (406, "PRV-9109")


def test_proofs_are_limited_for_each_address(node: Served) -> None:
    world = node.world
    with served_again(world, read_rate=0.01, read_burst=1) as client:
        path = "/v1/statements/3/receipt"
        first = client.get(path)
        assert first.status_code == 200
        second = client.get(path)
        assert second.status_code == 429
        assert second.headers["access-control-allow-origin"] == "*"
        # What costs nothing is always answered.
        tag = {"if-none-match": first.headers["etag"]}
        assert client.get(path, headers=tag).status_code == 304


def served_again(world: LedgerWorld, **settings: object):  # type: ignore[no-untyped-def]
    """Serve a copy of *world*'s folder, which another node has open."""
    import shutil  # noqa: PLC0415

    copy = world.folder.with_name("copy")
    shutil.copytree(world.folder, copy, dirs_exist_ok=True)
    other = object.__new__(LedgerWorld)
    other.__dict__ = {**world.__dict__, "folder": copy}
    return served(other, one_process(**settings))


def test_a_receipt_is_found_by_index_and_by_time_and_id(node: Served) -> None:
    world = node.world
    submission = world.sign(PRODUCER, world.made(can(5_000)))
    said = node.client.post(
        "/v1/statements", content=submission.to_bytes(), headers=MSGPACK
    ).json()
    by_index = node.get(f"/v1/statements/{said['log_index']}/receipt")
    by_id = node.get(f"/v1/statements/{said['id']}/receipt")
    assert by_index.headers["content-type"].startswith("text/plain")
    assert by_index.body == by_id.body
    assert by_id.headers["x-statement-id"] == said["statement_id"]
    index = verify_receipt(
        by_id.body, entry=submission.entry, trust=world.trust, now=world.now
    )
    assert index == said["log_index"]
    again = node.get(
        f"/v1/statements/{said['id']}/receipt",
        if_none_match=by_id.headers["etag"],
    )
    assert again.status == 304


# The log.


def test_the_tiles_over_http_are_byte_for_byte_those_that_are_exported(
    node: Served, tmp_path: pathlib.Path
) -> None:
    size = export_folder(node.world.folder, tmp_path)
    assert size > 512
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(paths) > 6
    for _ in range(2):  # The second time from memory.
        for path in paths:
            name = path.relative_to(tmp_path).as_posix()
            answer = node.get(f"/log/{name}")
            assert answer.status == 200, name
            assert answer.body == path.read_bytes(), name


def test_a_real_node_serves_the_exported_bytes(tmp_path: pathlib.Path) -> None:
    world = new_world(tmp_path)
    grow(world, 300)
    target = tmp_path / "tiles"
    export_folder(world.folder, target)
    with NodeProcess(world.folder) as node, node.client() as client:
        for path in target.rglob("*"):
            if path.is_file():
                name = path.relative_to(target).as_posix()
                answer = client.get(f"/log/{name}")
                assert answer.status_code == 200, name
                if name != "checkpoint":
                    assert answer.content == path.read_bytes(), name
                    continue
                key = world.trust.policy.log_keys[0]
                # Opened again, a ledger signs its checkpoint again.
                assert open_checkpoint(answer.text, [key]) is not None


def test_tiles_never_change_and_say_so(node: Served) -> None:
    for path in ("/log/tile/0/000", "/log/tile/entries/000"):
        answer = node.get(path)
        assert answer.headers["cache-control"] == (
            "public, max-age=31536000, immutable"
        )
        assert answer.headers["content-type"] == "application/octet-stream"
        again = node.get(path, if_none_match=answer.headers["etag"])
        assert (again.status, again.body) == (304, b"")


def test_the_checkpoint_is_kept_for_five_seconds(node: Served) -> None:
    answer = node.get("/log/checkpoint")
    assert answer.headers["cache-control"] == "public, max-age=5"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    again = node.get("/log/checkpoint", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert node.get("/log/checkpoint", if_none_match="*").status == 304


def test_a_partial_tile_of_earlier_is_the_beginning_of_that_of_now(
    node: Served,
) -> None:
    whole = node.get("/log/tile/0/000").body
    assert node.get("/log/tile/0/000.p/17").body == whole[: 17 * 32]
    entries = node.get("/log/tile/entries/000").body
    part = node.get("/log/tile/entries/000.p/17").body
    assert entries.startswith(part)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/999",
        "tile/0/002.p/255",
        "tile/3/000.p/1",
        "tile/entries/999",
        "tile/entries/x001/000.p/1",
    ],
)
def test_a_tile_that_is_not_there_yet_is_404(node: Served, path: str) -> None:
    answer = node.get(f"/log/{path}")
    assert (answer.status, answer.code) == (404, "PRV-9004")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0/0",
        "tile/00/000",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/x000/000",
        "tile/64/000",
        "tile/data/000",
        "../trust.toml",
        "checkpoint/",
        "%2e%2e/log.key",
        "tile/0/000%00",
        "tile/0/" + "x001/" * 50 + "000",
    ],
)
def test_nothing_else_is_below_the_log(node: Served, path: str) -> None:
    answer = node.get(f"/log/{path}")
    assert (answer.status, answer.code) == (404, "PRV-9101")


def test_the_log_is_only_read(node: Served) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = node.client.request(method, "/log/checkpoint")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_the_trust_has_a_trail_that_is_asked_for_like_any_other(
    node: Served,
) -> None:
    trust = quoted(f"provenance:trust:{node.world.trust.origin}")
    for kind in ("bundle", "trail"):
        answer = node.get(f"/v1/items/{trust}/{kind}")
        # There are no versions of it in this log.
        assert (answer.status, answer.code) == (404, "PRV-9004")


def test_head_is_get_without_the_body(node: Served) -> None:
    for path in (
        "/log/checkpoint",
        "/log/tile/0/000",
        f"/v1/items/{quoted(CAN)}/bundle",
        "/healthz",
    ):
        plain = {"accept-encoding": "identity"}
        whole = node.client.get(path, headers=plain)
        head = node.client.head(path, headers=plain)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))


def test_any_page_may_read(node: Served) -> None:
    answer = node.get("/log/checkpoint", origin="https://anyone.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("ETag", "Link", "RateLimit", "Retry-After"):
        assert name in answer.headers["access-control-expose-headers"]
    asked = {
        "origin": "https://anyone.example",
        "access-control-request-method": "GET",
    }
    allowed = node.client.options(
        f"/v1/items/{quoted(CAN)}/bundle", headers=asked
    )
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "*"


def test_tiles_in_memory_give_way_to_newer_ones(node: Served) -> None:
    with served_again(node.world, cache_bytes=10_000) as client:
        reading = node_of(client).reading
        for path in ("tile/0/000", "tile/0/001", "tile/0/000"):
            assert client.get(f"/log/{path}").status_code == 200
            assert reading._kept_bytes == 8192
            assert len(reading._kept) == 1
