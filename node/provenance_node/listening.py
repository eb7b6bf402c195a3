"""Listening: the addresses at which a node takes connections.

    127.0.0.1                       an address of IPv4, with the port
    ::1                             one of IPv6
    unix:/run/provenance/node.sock  a socket in the file system

A socket in the file system is its owner's alone (0600): whoever may connect
to it runs as the same user, or is let in by whoever changes its mode. One that
a node left behind when it was killed is replaced, one that somebody listens on
is not, and what is no socket is never touched. Whoever comes through one has
no address of its own: all count as one, `unix:`, until `trusted_proxies` names
that, and then as whom X-Forwarded-For says.
"""

import errno
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from provenance.errors import AddressError

UNIX = "unix:"
"""Begins the address of a socket in the file system."""

_BACKLOG = 2_048

_REASONS = {
    errno.EADDRINUSE: "is in use: another program listens there",
    errno.EADDRNOTAVAIL: "is none of this machine's",
    errno.EACCES: "may not be listened on by this user",
}


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens on *host*, and close it.

    Args:
        host: As above.
        port: The port; 0 for a free one. A path needs none.

    Raises:
        AddressError: It cannot be listened on.
    """
    if host.startswith(UNIX):
        with _listen_in_folder(Path(host.removeprefix(UNIX))) as listener:
            yield listener
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server(
            (host, port), family=family, backlog=_BACKLOG
        )
    except OSError as error:
        written = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        raise _refusal(written, error) from error
    with listener:
        yield listener


@contextmanager
def _listen_in_folder(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            _clear(path)
            # It is never open to others, not even for a moment.
            umask = os.umask(0o177)
            try:
                listener.bind(str(path))
            finally:
                os.umask(umask)
            listener.listen(_BACKLOG)
            ours = _identity(path)
        except OSError as error:
            raise _refusal(f"{UNIX}{path}", error) from error
        try:
            yield listener
        finally:
            # Unless another node has put its own there.
            with suppress(OSError):
                if _identity(path) == ours:
                    path.unlink()


def _clear(path: Path) -> None:
    """Take away the socket at *path* that nobody listens on, if there is one.

    Raises:
        OSError: Somebody does, or it is no socket.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(errno.EEXIST, "is there and is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _identity(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino


def _refusal(written: str, error: OSError) -> AddressError:
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        reason = f"cannot be listened on: {error.strerror or error}"
    return AddressError(f"the address {written} {reason}")
