"""Serving the page: its files, their hashes and weights, and nothing else."""

import json
import os
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256

import pytest
from provenance_node.page import (
    INDEX,
    LIST,
    WEB,
    WORKER,
    WebPage,
    all_imports,
    imports_of,
    read_page,
)
from starlette.testclient import TestClient

from provenance.client.coding import unpack
from tests.ledger_world import can
from tests.support.node_world import new_world, quoted, served
from tests.support.parts import lack

HERE = pathlib.Path(__file__).parents[2]

HEAVIEST = 155_000
"""Bytes that a visit may take: 155 kB under gzip, without the map's data."""

HEAVIEST_SCANNER = 48_000
"""Bytes more that opening the scanner may take."""

MAP_DATA = "/map/world.js"


@pytest.fixture(scope="module")
def page() -> WebPage:
    return read_page()


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    world = new_world(tmp_path_factory.mktemp("page"))
    with served(world) as client:
        yield client


@pytest.fixture(scope="module")
def sources() -> dict[str, bytes]:
    return {
        f"/{file.relative_to(WEB).as_posix()}": file.read_bytes()
        for file in WEB.rglob("*.js")
    }


def test_the_root_is_the_page_whatever_is_asked_for(
    client: TestClient,
) -> None:
    plain = client.get("/")
    assert plain.status_code == 200
    assert plain.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<!doctype html>" in plain.content
    asked = client.get(f"/?item={quoted(can(1))}&lang=zh-CN&show=certificates")
    assert asked.content == plain.content


def test_each_file_has_its_type_and_may_not_be_taken_for_another(
    client: TestClient, page: WebPage
) -> None:
    types = {
        "": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
    }
    seen = set()
    for path in page.files:
        answer = client.get(path)
        suffix = pathlib.PurePosixPath(path).suffix
        seen.add(suffix)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == types[suffix], path
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert seen == set(types)


def test_a_browser_that_has_it_is_told_so(client: TestClient) -> None:
    first = client.get("/page/main.js")
    assert first.headers["cache-control"] == "no-cache"
    etag = first.headers["etag"]
    assert not etag.startswith("W/")
    again = client.get("/page/main.js", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    other = client.get("/page/main.js", headers={"if-none-match": '"other"'})
    assert other.status_code == 200


def test_each_form_of_a_file_has_a_tag_of_its_own(client: TestClient) -> None:
    forms = {
        coding: client.get("/style.css", headers={"accept-encoding": coding})
        for coding in ("identity", "gzip", "zstd")
    }
    for coding, answer in forms.items():
        said = answer.headers.get("content-encoding", "identity")
        assert said == coding
        assert answer.content == forms["identity"].content
        assert "Accept-Encoding" in answer.headers["vary"]
    tags = {coding: form.headers["etag"] for coding, form in forms.items()}
    assert len(set(tags.values())) == len(tags)
    for wanted in forms:
        for coding, tag in tags.items():
            asked = {"accept-encoding": wanted, "if-none-match": tag}
            again = client.get("/style.css", headers=asked)
            has_it = coding in {wanted, "identity"}
            assert again.status_code == (304 if has_it else 200)
            if has_it:
                assert again.headers["etag"] == tag


def test_it_is_packed_for_those_who_take_it(client: TestClient) -> None:
    for accepted, coding in (
        ("gzip, deflate, br, zstd", "zstd"),
        ("br, gzip;q=0.5", "gzip"),
        ("br", None),
        ("", None),
    ):
        answer = client.get("/", headers={"accept-encoding": accepted})
        assert answer.headers.get("content-encoding") == coding
        assert b"<!doctype html>" in answer.content


def test_head_says_as_much_and_sends_nothing(client: TestClient) -> None:
    asked = {"accept-encoding": "identity"}
    answer = client.head("/sw.js", headers=asked)
    whole = client.get("/sw.js", headers=asked)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(whole.content))
    assert answer.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_page_is_only_read(client: TestClient, method: str) -> None:
    answer = client.request(method, "/page/main.js")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/page/../../page.py",
        "/page/..%2f..%2fpage.py",
        "/%2e%2e/page.py",
        "/page/%2e%2e/%2e%2e/page.py",
        "/page//main.js",
        "//page/main.js",
        "/page/main.js/",
        "/page/main.js%00",
        "/page/main.js%00.css",
        "/page\\main.js",
        "/page/..%5c..%5cpage.py",
        "/PAGE/MAIN.JS",
        "/page/",
        "/page",
        "/index.html",
        "/node/provenance_node/web/index.html",
        "/etc/passwd",
        "/file:///etc/passwd",
        "/vendor/qr/README.md",
    ],
)
def test_no_path_leads_anywhere_else(client: TestClient, path: str) -> None:
    # The client must not tidy the path up before it is sent.
    answer = client.request("GET", f"http://testserver{path}")
    if answer.status_code == 200:
        # Some clients resolve `..` by themselves: then it is a file's name.
        assert answer.url.path in read_page().files
        return
    assert answer.status_code in {400, 404}
    assert b"import" not in answer.content


def test_what_is_hidden_or_of_another_kind_is_not_read(
    tmp_path: pathlib.Path,
) -> None:
    (tmp_path / ".git").mkdir()
    for name in (
        *("index.html", "a.js", "b.PY", "c.py", ".env", ".x.js", "d.toml"),
        *(".git/config.json", "e", "f.js~", "g.md"),
    ):
        (tmp_path / name).write_text("<html></html>", encoding="utf-8")
    (tmp_path / "folder.js").mkdir()
    assert set(read_page(tmp_path).files) == {INDEX, "/a.js", LIST}


def test_a_folder_without_a_page_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"index\.html"):
        read_page(tmp_path)


def test_the_published_hashes_are_those_of_what_is_served(
    client: TestClient, page: WebPage
) -> None:
    said = client.get(LIST).json()
    assert said["version"] == page.version
    assert set(said["files"]) == set(page.files) - {LIST}
    for path, row in said["files"].items():
        body = client.get(path).content
        assert row["sha256"] == sha256(body).hexdigest(), path
        assert row["bytes"] == len(body)
        assert row["gzip_bytes"] <= row["bytes"]


def test_the_same_files_have_the_same_version(
    tmp_path: pathlib.Path, page: WebPage
) -> None:
    again = read_page()
    assert again.version == page.version
    assert {p: f.forms for p, f in again.files.items()} == {
        p: f.forms for p, f in page.files.items()
    }
    shutil.copytree(WEB, tmp_path / "web")
    with (tmp_path / "web/style.css").open("ab") as file:
        file.write(b"\n")
    assert read_page(tmp_path / "web").version != page.version


def test_the_worker_is_told_what_to_keep(page: WebPage) -> None:
    first, _, rest = page.files[WORKER].body.decode().partition("\n")
    shell = json.loads(first.removeprefix("self.SHELL=").removesuffix(";"))
    assert shell["version"] == page.version
    assert shell["files"] | shell["later"] == {
        path: file.sha256[:16]
        for path, file in page.files.items()
        if path not in {WORKER, LIST}
    }
    # What is only wanted by who scans a code waits until somebody does.
    assert {"/scan/scanner.js", "/vendor/qr/decode.js"} <= set(shell["later"])
    assert {INDEX, "/style.css", "/page/main.js", "/map/map.js"} <= set(
        shell["files"]
    )
    assert "addEventListener" in rest


def test_hints_name_every_module_that_the_page_starts_with(
    page: WebPage, sources: dict[str, bytes]
) -> None:
    html = page.files[INDEX].body.decode()
    hints = re.findall(r'<link rel="modulepreload" href="([^"]+)">', html)
    assert hints == all_imports(sources)
    assert set(hints) <= set(page.files)
    # Nothing that is loaded when somebody wants it.
    assert not any(p.startswith(("/scan/", "/map/", "/vendor/")) for p in hints)
    assert "/verify/proof/explanations.js" not in hints


def test_every_import_of_every_module_is_served(
    page: WebPage, sources: dict[str, bytes]
) -> None:
    lazily = re.compile(r'\bimport\(\s*"(\.[^"]+)"')
    for path, source in sources.items():
        text = source.decode()
        named = imports_of(path, text)
        # Types are imported in comments; those are no imports.
        code = re.sub(r"(?m)^\s*(?://|/?\*).*$", "", text)
        code = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
        for found in lazily.findall(code):
            named += imports_of(path, f'import "{found}";')
        plain = re.findall(r'(?m)^(?:} from|import [^"(]*from) "', code)
        assert len(named) >= len(plain), path
        for name in named:
            assert name in page.files, f"{path} imports {name}"


def test_a_visit_weighs_less_than_allowed(
    page: WebPage, sources: dict[str, bytes]
) -> None:
    start = all_imports(sources)
    scanner = {
        *all_imports(sources, "/scan/scanner.js"),
        *all_imports(sources, "/scan/qr.js"),
    } - set(start)
    assert "/vendor/qr/decode.js" in scanner
    assert "/vendor/qr/index.js" in scanner
    first = page.files[WORKER].body.decode().partition("\n")[0]
    shell = json.loads(first.removeprefix("self.SHELL=").removesuffix(";"))
    # All that is fetched at once or behind it, and that is all the page.
    visit = {*shell["files"], *start, WORKER} - {MAP_DATA}
    weight = sum(page.files[path].weight for path in visit)
    more = sum(page.files[path].weight for path in scanner)
    print(f"a visit: {weight} bytes; the scanner: {more} more")
    assert weight < HEAVIEST
    assert more < HEAVIEST_SCANNER


def test_what_is_packed_is_what_is_meant(page: WebPage) -> None:
    for path, file in page.files.items():
        for coding, form in file.forms.items():
            assert unpack(form, coding, most=2**20) == file.body, path
            assert len(form) < len(file.body)
    assert page.files["/page/main.js"].forms.keys() == {"zstd", "gzip"}


def test_nothing_is_loaded_from_elsewhere(
    client: TestClient, page: WebPage
) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    html = page.files[INDEX].body.decode()
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', html):
        assert address.startswith(("/", "#")), address
        assert not address.startswith("//")
    for path, file in page.files.items():
        if path.endswith(".css"):
            assert not re.search(rb"url\(|@import", file.body), path


def test_nothing_stands_in_the_page_that_the_policy_forbids(
    page: WebPage,
) -> None:
    html = page.files[INDEX].body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html)), (
        "scripts are files"
    )
    for path, file in page.files.items():
        if path.startswith(("/page/", "/sw.js")):
            assert not re.search(
                rb"innerHTML|outerHTML|insertAdjacentHTML|document\.write"
                rb"|\beval\(|new Function",
                file.body,
            ), path


def test_the_node_still_answers_for_all_else(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/docs").status_code == 200
    assert client.get("/nothing-here").status_code == 404


@pytest.fixture
def minified(tmp_path: pathlib.Path, page: WebPage) -> pathlib.Path:
    """Return a tree with the modules as they are served, and the tests."""
    for path, file in page.files.items():
        if path.endswith(".js"):
            target = tmp_path / "node/provenance_node/web" / path[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.body)
    (tmp_path / "tests").mkdir()
    shutil.copytree(
        HERE / "web",
        tmp_path / "tests/web",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "tests/vectors").symlink_to(HERE / "vectors")
    return tmp_path


def run_node(*arguments: str, cwd: pathlib.Path) -> str:
    node = shutil.which("node")
    if node is None:
        lack("no node: install Node 20.19 or newer")
    done = subprocess.run(
        [node, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={k: v for k, v in os.environ.items() if k != "NODE_OPTIONS"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_modules_as_served_pass_the_golden_vectors(
    minified: pathlib.Path,
) -> None:
    said = run_node(
        "--test",
        "--test-reporter=tap",
        "tests/web/golden.test.js",
        "tests/web/page_evidence.test.js",
        cwd=minified,
    )
    assert int(re.findall(r"^# pass (\d+)$", said, re.MULTILINE)[0]) > 300


def test_every_module_as_served_can_be_imported(
    minified: pathlib.Path, page: WebPage
) -> None:
    # Those that touch the document as they start are read for syntax alone.
    needs_page = {"/page/main.js", WORKER, "/scan/qr.js"}
    modules = [p for p in page.files if p.endswith(".js")]
    imported = [f".{p}" for p in modules if p not in needs_page]
    script = (
        f"const all = {json.dumps(imported)};"
        "for (const one of all) await import(one);"
        "console.log(all.length);"
    )
    web = minified / "node/provenance_node/web"
    (web / "all.mjs").write_text(script, encoding="utf-8")
    assert int(run_node("all.mjs", cwd=web)) == len(imported) > 60
    for path in needs_page & set(modules):
        run_node("--check", path[1:], cwd=web)
