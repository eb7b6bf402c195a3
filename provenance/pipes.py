"""Values through a pipe between two of our own processes, one frame each.

    frame     u32 length ‖ msgpack

What others made is not checked here: both ends run the same release.
"""

from typing import IO, TYPE_CHECKING, Any

import msgpack

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

_LENGTH_SIZE = 4


def frame_of(value: object) -> bytes:
    """Return the frame that carries *value*."""
    data: bytes = msgpack.packb(value)
    return len(data).to_bytes(_LENGTH_SIZE, "big") + data


def send(pipe: IO[bytes], value: object) -> None:
    """Write *value* to *pipe*, which its reader may have at once.

    Raises:
        BrokenPipeError: Nobody is left to read it.
    """
    pipe.write(frame_of(value))
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Return the next value from *pipe*; None at its end.

    A frame that is cut off is an end: the other process was ended within it.
    """
    length = pipe.read(_LENGTH_SIZE)
    size = int.from_bytes(length, "big")
    data = pipe.read(size)
    if len(length) < _LENGTH_SIZE or len(data) < size:
        return None
    return _value(data)


async def exchange(
    writer: "StreamWriter", reader: "StreamReader", value: object
) -> Any:
    """Send *value*; return what the other process answers.

    Raises:
        OSError: The pipe broke.
        EOFError: It ended before the answer did.
    """
    writer.write(frame_of(value))
    await writer.drain()
    length = await reader.readexactly(_LENGTH_SIZE)
    return _value(await reader.readexactly(int.from_bytes(length, "big")))


def _value(data: bytes) -> Any:
    return msgpack.unpackb(data, use_list=False, strict_map_key=False)
