"""The tests' own waiting: it ends, pauses, and says what was waited for."""

import signal
import socket
import subprocess
import sys

import pytest

from tests.support import waiting
from tests.support.waiting import (
    finish,
    hold_port,
    port_of,
    read_line,
    wait_until,
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.05)


def child(script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_what_was_waited_for_is_returned() -> None:
    answers = iter(["", None, 0, "there", "too late"])
    assert wait_until(lambda: next(answers), "it is there") == "there"


@pytest.mark.usefixtures("impatient")
def test_a_wait_ends_and_says_for_what_and_what_was_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Time that passes in pauses alone, however busy the machine is.
    pauses: list[float] = []
    monkeypatch.setattr("time.monotonic", lambda: sum(pauses))
    monkeypatch.setattr("time.sleep", pauses.append)
    looks = []
    with pytest.raises(AssertionError, match="the moon rises") as caught:
        wait_until(
            lambda: looks.append(1), "the moon rises", told=lambda: "clouds"
        )
    assert "the last look found None. clouds" in str(caught.value)
    # It paused: without that it would never end.
    assert len(looks) == len(pauses) + 1 > 1


def test_a_pause_is_never_long(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    wait_until(lambda: len(pauses) > 2_000, "it looked often")
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.005, 0.1)


def test_a_line_is_read_and_the_rest_is_left() -> None:
    with child("print('one'); print('two'); print('three', end='')") as process:
        assert read_line(process) == b"one\n"
        assert read_line(process) == b"two\n"
        assert read_line(process) == b"three"
        assert read_line(process) == b""


@pytest.mark.usefixtures("impatient")
def test_a_process_that_says_nothing_is_not_waited_for_without_end() -> None:
    with child("import signal; signal.pause()") as process:
        with pytest.raises(AssertionError, match="for a line of"):
            read_line(process)
        with pytest.raises(AssertionError, match="for the end of"):
            finish(process)
        # It was not left behind either.
        assert process.returncode == -signal.SIGKILL


def test_what_a_process_said_is_told_when_it_ends() -> None:
    with child("import sys; print('out'); sys.exit('err')") as process:
        assert finish(process) == (b"out\n", b"err\n")


def test_a_port_is_held_for_whoever_is_told_it() -> None:
    with hold_port() as held:
        port = port_of(held)
        with (
            socket.socket() as caller,
            pytest.raises(ConnectionRefusedError),
        ):
            caller.connect(("127.0.0.1", port))
        # Twice in turn, as a server that is started again.
        for _ in range(2):
            with (
                socket.create_server(("127.0.0.1", port)),
                socket.create_connection(("127.0.0.1", port)) as caller,
            ):
                assert caller.getpeername()[1] == port
        # Nobody who asks for any port gets this one.
        with socket.socket() as plain, pytest.raises(OSError, match="in use"):
            plain.bind(("127.0.0.1", port))
