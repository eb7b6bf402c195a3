"""A film in which a label lies before the camera.

Chromium plays a YUV4MPEG2 file in the place of its camera, over and over:

    YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg
    FRAME
    640 · 480 bytes of luma, then 320 · 240 of each chroma (128 is grey)
"""

import io
import pathlib

from PIL import Image, ImageFilter

WIDTH, HEIGHT = 640, 480
FRAMES = 10

_TABLE = 170  # the grey that the label lies on


def photograph(label: bytes, *, turned: float = 8, side: int = 330) -> bytes:
    """Return a photo (PNG) of the *label* (PNG), somewhat turned and blurred.

    Args:
        label: What `provenance label` printed.
        turned: By how many degrees it lies askew.
        side: How wide it is on the photo, in pixels.
    """
    drawn = io.BytesIO()
    _scene(label, turned, side).save(drawn, "PNG")
    return drawn.getvalue()


def film(label: bytes, path: pathlib.Path) -> pathlib.Path:
    """Write a film of *label* before a hand that is not quite still."""
    rate = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES}:1 Ip A1:1 C420jpeg\n"
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(rate.encode())
        for number in range(FRAMES):
            shaken = abs(number - FRAMES // 2)
            scene = _scene(label, 6 + shaken / 2, 330)
            file.write(b"FRAME\n" + scene.tobytes() + grey)
    return path


def _scene(label: bytes, turned: float, side: int) -> Image.Image:
    table = Image.new("L", (WIDTH, HEIGHT), _TABLE)
    with Image.open(io.BytesIO(label)) as read:
        drawn = read.convert("L")
    # White around it, as on a label of that size.
    width, height = drawn.size
    drawn = drawn.resize((side, side * height // width))
    drawn = drawn.rotate(turned, expand=True, fillcolor=_TABLE)
    at = (WIDTH - drawn.width) // 2, (HEIGHT - drawn.height) // 2
    table.paste(drawn, at)
    return table.filter(ImageFilter.GaussianBlur(0.8))
