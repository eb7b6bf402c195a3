"""Where a node listens: several addresses, sockets in the file system."""

import pathlib
import socket
import stat

import httpx2
import pytest
from provenance_node.listening import listen

from provenance.errors import AddressError
from tests.ledger_world import can
from tests.support.node_world import NodeProcess, new_world, quoted
from tests.support.waiting import PATIENCE_SECONDS


def test_a_node_answers_at_each_of_its_addresses(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    path = tmp_path / "node.sock"
    hosts = ("--host", "127.0.0.1", "--host", f"unix:{path}")
    limits = {"trusted_proxies": "unix:", "read_burst": 1, "read_rate": 0.001}
    with NodeProcess(world.folder, *hosts, **limits) as node:
        with node.client() as client:
            assert client.get("/healthz").status_code == 200
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with httpx2.Client(
            transport=httpx2.HTTPTransport(uds=str(path)),
            base_url="http://node.example",
            timeout=PATIENCE_SECONDS,
        ) as client:
            assert client.get("/healthz").status_code == 200
            asked = [
                client.get(
                    f"/v1/items/{quoted(can(9))}/trail",
                    headers={"x-forwarded-for": who},
                ).status_code
                for who in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
            ]
            # Each is limited by the address that the proxy names.
            assert [status == 429 for status in asked] == [False, False, True]
        assert node.stop() == 0
    assert not path.exists()


def test_a_socket_that_was_left_behind_is_replaced(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "node.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert path.is_socket()
    with listen(f"unix:{path}", 0), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(path))
    assert not path.exists()


def test_a_socket_that_somebody_listens_on_is_left_alone(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "node.sock"
    with listen(f"unix:{path}", 0):
        with (
            pytest.raises(AddressError, match="is in use"),
            listen(f"unix:{path}", 0),
        ):
            pass
        assert path.is_socket()


def test_what_is_no_socket_is_never_taken_away(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"precious")
    with (
        pytest.raises(AddressError, match="is there and is no socket"),
        listen(f"unix:{path}", 0),
    ):
        pass
    assert path.read_bytes() == b"precious"


def test_a_socket_that_another_put_there_meanwhile_stays(
    tmp_path: pathlib.Path,
) -> None:
    path = tmp_path / "node.sock"
    with socket.socket(socket.AF_UNIX) as other:
        with listen(f"unix:{path}", 0):
            path.rename(tmp_path / "moved")
            other.bind(str(path))
        assert path.is_socket()


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("192.0.2.1", "192.0.2.1:0 is none of this machine's"),
        ("unix:/nonexistent/node.sock", "No such file or directory"),
        ("unix:/" + "x" * 200, "cannot be listened on"),
    ],
)
def test_an_address_that_is_none_is_said(host: str, says: str) -> None:
    with pytest.raises(AddressError, match=says), listen(host, 0):
        pass
