"""An XML parser without anything that a document of events can do without.

XML can make a few bytes stand for gigabytes, fetch files and addresses, and
mean something else to the next reader. All of this hangs on a few features,
and they are refused before anything is read:

    <!DOCTYPE …>            no entities, so no billion laughs; nothing fetched
    <?php …?>               within the document; before and after it is air
    encoding="UTF-7"        UTF-8, UTF-16 and ASCII alone, declared and true
    <a b="…1 MiB…">         a tag, comment or instruction has at most 1 MiB
    <a1/><a2/><a3/>…        a document has at most 10,000 different names

The parser is expat, of the standard library, pushed as bytes arrive. It keeps
no more of them than one unfinished tag, and works over that in time linear in
its length however small the pieces are.
"""

from collections.abc import Callable
from xml.parsers import expat

from provenance.errors import MalformedError

MAX_TAG = 2**20
"""The longest tag, comment or processing instruction, in bytes."""

MAX_NAMES = 10_000
"""How many different names, prefixes and namespaces a document may use."""

_PIECE = 2**16
_SHORT = 2**12
_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"}
)


class SafeParser:
    """Reads XML as it arrives and calls back for what it finds.

    The callbacks are expat's; names come as `namespace local prefix`, as
    `namespace local` or as `local`. A callback may raise, which ends reading.
    """

    def __init__(  # noqa: PLR0913  # each by its name
        self,
        *,
        on_start: Callable[[str, dict[str, str]], None],
        on_end: Callable[[str], None],
        on_text: Callable[[str], None],
        on_prefix: Callable[[str | None, str | None], None],
        path: Callable[[], str],
        on_doctype: Callable[[str], None] | None = None,
    ) -> None:
        """Start a document.

        Args:
            on_start: Called for each start tag.
            on_end: Called for each end tag.
            on_text: Called for each piece of text.
            on_prefix: Called for each prefix that a tag binds, before
                *on_start* is called for the tag.
            path: Returns the way to the innermost open element; empty outside
                the root.
            on_doctype: Called for a document type that says nothing but its
                name; without it, this is refused as well.
        """
        self._path = path
        self._on_doctype = on_doctype
        self._fed = 0
        self._held = bytearray()
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartElementHandler = on_start
        parser.EndElementHandler = on_end
        parser.CharacterDataHandler = on_text
        parser.StartNamespaceDeclHandler = on_prefix
        parser.XmlDeclHandler = self._declaration
        # Entities are declared nowhere else (XML 1.0, section 4.2), so this
        # one refusal does for entities of every kind.
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        self._parser = parser

    @property
    def line(self) -> int:
        """The line of what is being read, from 1."""
        return self._parser.CurrentLineNumber

    @property
    def position(self) -> int:
        """How many bytes came before what is being read."""
        return self._parser.CurrentByteIndex

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            MalformedError: This is not XML, or uses what is shut.
        """
        for start in range(0, len(data), _PIECE):
            self._held += data[start : start + _PIECE]
            # A long tag is looked through from its start each time, so the
            # next time waits until there is about twice as much of it.
            if self._unfinished <= _SHORT or len(self._held) >= min(
                self._unfinished, _PIECE
            ):
                self._parse(is_final=False)
                if self._unfinished > MAX_TAG:
                    raise self.refuse(
                        f"a tag or comment has more than {MAX_TAG} bytes:"
                        " send it in parts"
                    )

    def close(self) -> None:
        """Read the rest.

        Raises:
            MalformedError: This is not XML, uses what is shut, or has no end.
        """
        self._parse(is_final=True)

    def refuse(self, message: str) -> MalformedError:
        """Return the error that *message* is true of what is being read."""
        path = self._path()
        place = f"{path} (line {self.line})" if path else f"line {self.line}"
        return MalformedError.at(place, message)

    @property
    def _unfinished(self) -> int:
        """How many bytes the parser has of a tag that has not ended."""
        return self._fed - max(self.position, 0)

    def _parse(self, *, is_final: bool) -> None:
        data = bytes(self._held)
        self._held.clear()
        self._fed += len(data)
        try:
            self._parser.Parse(data, is_final)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise self.refuse(
                f"not well-formed XML at column {error.offset + 1}: {reason};"
                " mend it there, or have it written again"
            ) from None
        if len(self._parser.intern) > MAX_NAMES:
            raise self.refuse(
                f"more than {MAX_NAMES} different names: write fewer"
            )

    def _declaration(self, version: str, encoding: str | None, _: int) -> None:
        if version != "1.0":
            raise self.refuse(f"this is XML {version[:20]}: write XML 1.0")
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise self.refuse(
                f"the encoding is {encoding[:40]!r}: write UTF-8 or UTF-16"
            )

    def _doctype(
        self,
        name: str,
        system_id: str | None,
        public_id: str | None,
        has_subset: int,
    ) -> None:
        is_bare = system_id is public_id is None and not has_subset
        if self._on_doctype is None or not is_bare:
            raise self.refuse(
                f"a document type ({name[:40]!r}) is not taken, for it can"
                " define entities: leave out <!DOCTYPE>"
            )
        self._on_doctype(name)

    def _instruction(self, target: str, _: str) -> None:
        if self._path():
            raise self.refuse(
                f"a processing instruction ({target[:40]!r}) says nothing in a"
                " document of events: leave it out"
            )
