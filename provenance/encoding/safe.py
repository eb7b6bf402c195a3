"""Text that is safe to show: neither terminal nor page obeys any of it."""


def safe(text: str) -> str:
    r"""Return *text* with all that a terminal could obey spelled out.

    Control, bidirectional, invisible and unassigned characters become
    escapes such as \x1b or \u202e; a line break is one of them.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else _spelled_out(char) for char in text
    )


def _spelled_out(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
