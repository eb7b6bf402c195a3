"""The page: the files that a consumer's browser loads, made ready at start.

Everything below `web` that is of a known type is read once, before the
first request. A path that is not among those is no file, whatever lies on the
disk. JavaScript is minified file by file: the modules stay the modules that
are in the source, at the same paths, so that anybody can compare them:

    GET /            the page
    GET /verify/…    the verifier, file for file the one of the library
    GET /page.json   {"version": …, "files": {path: {"sha256": …, …}, …}}

A page that a ledger serves can lie about its own ledger. The hashes are there
so that a second party can publish what they should be, and anybody can look.

What the server adds, and nothing else: to the page, a hint for each module
that it will import, so that they are all asked for at once; to the service
worker, the list of hashes by which it checks what it keeps, at once or, as
the scanner, once it was used.
"""

import json
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from rjsmin import jsmin

from provenance_node.coding import pack_once

WEB = Path(__file__).with_name("web")
"""Where the page's files are."""

INDEX = "/"
LIST = "/page.json"
WORKER = "/sw.js"

_START = "/page/main.js"
"""The module that the page starts with."""

_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
_MAP = "/map/"
"""Where the modules are that every page loads once it has a verdict."""

_PACKED = frozenset((".png",))
"""What is compressed already."""

# What a module imports before it runs; `import(…)` waits until it is wanted.
_IMPORT = re.compile(
    r'^(?:import|export)\b(?:[^"\';()]*\bfrom)?\s*'
    r'(?P<quote>["\'])(?P<path>\.{1,2}/[^"\']+)(?P=quote);',
    re.MULTILINE,
)


@dataclass(frozen=True)
class PageFile:
    """One file as it is served.

    Attributes:
        body: Its bytes.
        media_type: What they are.
        forms: The same compressed: coding → bytes, fewer than the body's.
    """

    body: bytes
    media_type: str
    forms: Mapping[str, bytes]

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the body, in hexadecimal."""
        return sha256(self.body).hexdigest()

    @property
    def weight(self) -> int:
        """How many bytes go over the wire under gzip."""
        return len(self.forms.get("gzip", self.body))


@dataclass(frozen=True, slots=True)
class WebPage:
    """All that is served, by path.

    Attributes:
        files: Path → file; nothing else can be asked for.
        version: Says that it is these very files: a hash over all of them.
    """

    files: Mapping[str, PageFile]
    version: str


def read_page(folder: Path = WEB) -> WebPage:
    """Return the page whose files lie in *folder*.

    Raises:
        FileNotFoundError: There is no page there.
    """
    sources = dict(_read_sources(folder))
    if INDEX not in sources:
        raise FileNotFoundError(f"{folder} holds no index.html")
    sources[INDEX] = _with_hints(sources)
    files = {
        path: _file(_served(path, body), suffix_of(path))
        for path, body in sources.items()
        if path != WORKER
    }
    version = sha256(
        "".join(f"{path} {files[path].sha256}\n" for path in sorted(files))
        .encode()
    ).hexdigest()  # fmt: skip
    if WORKER in sources:
        worker = _served(WORKER, sources[WORKER])
        files[WORKER] = _worker(worker, version, files, all_imports(sources))
    files[LIST] = _file(_list_of(files, version), ".json")
    return WebPage(files, version)


def suffix_of(path: str) -> str:
    """Return the suffix that says of which type the file at *path* is."""
    return ".html" if path == INDEX else posixpath.splitext(path)[1]


def imports_of(path: str, text: str) -> list[str]:
    """Return the paths of what the module *text* at *path* imports at once."""
    folder = posixpath.dirname(path)
    return [
        posixpath.normpath(posixpath.join(folder, found["path"]))
        for found in _IMPORT.finditer(text)
    ]


def all_imports(sources: Mapping[str, bytes], start: str = _START) -> list[str]:
    """Return the path of every module that runs before *start* does.

    Itself comes first; a module that is not among *sources* is left out.
    """
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop(0)
        if path in found or path not in sources:
            continue
        found[path] = None
        waiting += imports_of(path, sources[path].decode())
    return list(found)


def _read_sources(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each file that is of a known type."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.suffix not in _TYPES or "/." in f"/{name}":
            continue
        if not file.is_file():
            continue
        yield (INDEX if name == "index.html" else f"/{name}"), file.read_bytes()


def _served(path: str, source: bytes) -> bytes:
    """Return *source* as it goes out: modules without what people read."""
    if suffix_of(path) != ".js":
        return source
    text = jsmin(source.decode(), keep_bang_comments=True)
    assert isinstance(text, str), "text in, text out"
    return text.encode()


def _with_hints(sources: Mapping[str, bytes]) -> bytes:
    """Return the page, with a hint for each module that it starts with."""
    hints = "".join(
        f'<link rel="modulepreload" href="{path}">'
        for path in all_imports(sources)
    )
    return sources[INDEX].replace(b"</head>", hints.encode() + b"</head>", 1)


def _worker(
    source: bytes,
    version: str,
    files: Mapping[str, PageFile],
    start: Collection[str],
) -> PageFile:
    """Return the service worker, told what it is to keep.

    Modules that few visits need, such as the scanner's, it is to keep once
    they were used: not those of *start*, nor those of the map.
    """
    first: dict[str, str] = {}
    later: dict[str, str] = {}
    for path, file in files.items():
        is_module = suffix_of(path) == ".js"
        waits = is_module and path not in start and not path.startswith(_MAP)
        # Enough to tell one version from another; whoever serves the files
        # serves this list too, and no longer hash would keep him honest.
        (later if waits else first)[path] = file.sha256[:16]
    shell = {"version": version, "files": first, "later": later}
    said = json.dumps(shell, separators=(",", ":"))
    return _file(f"self.SHELL={said};\n".encode() + source, ".js")


def _list_of(files: Mapping[str, PageFile], version: str) -> bytes:
    said = {
        "version": version,
        "files": {
            path: {
                "sha256": file.sha256,
                "bytes": len(file.body),
                "gzip_bytes": file.weight,
            }
            for path, file in sorted(files.items())
        },
    }
    return json.dumps(said, indent=1).encode()


def _file(body: bytes, suffix: str) -> PageFile:
    forms = {} if suffix in _PACKED else pack_once(body)
    return PageFile(body, _TYPES[suffix], forms)
