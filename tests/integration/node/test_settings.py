"""A node's settings: who said what, and that nothing is misread."""

from pathlib import Path

import pytest
from provenance_node.settings import BUILT_IN, Settings, read_configuration

from provenance.errors import MalformedError
from tests.support.cli_runs import ok, run


def test_without_a_word_everything_is_built_in() -> None:
    found = read_configuration(environ={})
    assert found.settings == Settings()
    assert {row.source for row in found.rows} == {BUILT_IN}
    assert [row.says for row in found.rows if not row.says] == []


def test_the_file_the_environment_and_the_options_win_in_that_order() -> None:
    found = read_configuration(
        text="port = 1\nmax_batch = 5\nwrite_rate = 3",
        called="node.toml",
        environ={"PROVENANCE_NODE_PORT": "2", "PROVENANCE_NODE_HOST": "::1"},
        options={"host": "0.0.0.0"},
    )
    assert found.settings == Settings(
        port=2, max_batch=5, host=("0.0.0.0",), write_rate=3.0
    )
    sources = {row.name: row.source for row in found.rows}
    assert sources["max_batch"] == "node.toml"
    assert sources["port"] == "PROVENANCE_NODE_PORT"
    assert sources["host"] == "--host"


def test_a_node_listens_on_one_address_or_several() -> None:
    def hosts(text: str) -> tuple[str, ...]:
        return read_configuration(text=text, environ={}).settings.host

    assert hosts('host = "::1"') == ("::1",)
    assert hosts('host = ["::1", "unix:/run/n.sock"]') == (
        "::1",
        "unix:/run/n.sock",
    )
    found = read_configuration(
        environ={"PROVENANCE_NODE_HOST": "::1, a.example"}
    )
    assert found.settings.host == ("::1", "a.example")


def test_a_public_url_may_have_a_port_and_no_path() -> None:
    for url in (
        "https://id.example",
        "https://id.example:8443",
        "http://[::1]",
    ):
        found = read_configuration(text=f"public_url = '{url}'", environ={})
        assert found.settings.public_url == url


def test_a_byte_order_mark_before_the_file_is_no_part_of_it() -> None:
    found = read_configuration(text="\ufeffport = 9", environ={})
    assert found.settings.port == 9


def test_every_variable_sets_its_setting() -> None:
    rows = read_configuration(environ={}).rows
    written = {
        row.variable: ", ".join(row.value)
        if isinstance(row.value, tuple)
        else str(row.value)
        for row in rows
    }
    found = read_configuration(environ=written)
    assert found.settings == Settings()
    assert [row.source for row in found.rows] == list(written)


def test_lists_have_commas_in_the_environment() -> None:
    environ = {
        "PROVENANCE_NODE_WRITE_ORIGINS": "https://a.example, https://b.example",
        "PROVENANCE_NODE_LOG_REQUESTS": "false",
        "PROVENANCE_NODE_CONFIG": "elsewhere.toml",
        "PROVENANCE_LEDGER": "ledger",
    }
    found = read_configuration(environ=environ).settings
    assert found.write_origins == ("https://a.example", "https://b.example")
    assert found.log_requests is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "node.toml: there is no setting 'prot'"),
        ("port = ", "node.toml: Invalid value"),
        ("port = '1'", "node.toml: port is a number"),
        ("port = true", "port is a number"),
        ("port = 1.5", "port is a whole number"),
        ("port = 65536", "port is from 0 to 65535"),
        ("header_seconds = nan", "header_seconds is from 0.1"),
        ("header_seconds = inf", "header_seconds is from 0.1"),
        ("log_requests = 1", "log_requests is true or false"),
        ("public_url = 1", "public_url is a text"),
        ("host = 1", "host is a list of texts"),
        ("host = []", "host has one address at least"),
        ("host = ['::1', '::1']", "host has '::1' twice"),
        ("host = 'unix:run/node.sock'", "is no absolute path"),
        ("host = 'http://127.0.0.1'", "is no address such as"),
        ("host = ''", "is no address such as"),
        ("write_origins = 'https://a.example'", "is a list of texts"),
        ("write_origins = [1]", "is a list of texts"),
        ("log_prefix = 'log'", "is a path such as /log"),
        ("log_prefix = '/'", "is a path such as /log"),
        ("public_url = 'id.example'", "is a URL such as"),
        ("public_url = 'https://id.example/'", "is a URL such as"),
        ("public_url = 'https://id.example/trace'", "has the path /trace: the"),
        ("public_url = 'http://[::1]:8/a/b'", "has the path /a/b: the"),
    ],
)
def test_a_wrong_value_in_the_file_is_refused(text: str, message: str) -> None:
    with pytest.raises(MalformedError, match=r"node\.toml") as caught:
        read_configuration(text=text, called="node.toml", environ={})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("PROVENANCE_NODE_PROT", "1", "there is no such setting"),
        ("PROVENANCE_NODE_port", "1", "there is no such setting"),
        ("PROVENANCE_NODE_PORT", "x", "'x' is no number"),
        ("PROVENANCE_NODE_PORT", "70000", "port is from 0 to 65535"),
        ("PROVENANCE_NODE_BODY_SECONDS", "soon", "'soon' is no number"),
        ("PROVENANCE_NODE_LOG_REQUESTS", "yes", "write true or false"),
    ],
)
def test_a_wrong_variable_is_refused(
    variable: str, text: str, message: str
) -> None:
    with pytest.raises(MalformedError, match=variable) as caught:
        read_configuration(environ={variable: text})
    assert message in str(caught.value)


def test_the_command_prints_each_setting_with_its_source(
    tmp_path: Path,
) -> None:
    file = tmp_path / "node.toml"
    file.write_text('port = 9\nwrite_origins = ["https://a.example"]')
    done = ok("node", "config", "--config", file, PROVENANCE_NODE_HOST="::1")
    assert f"port                 9              {file}" in done.out
    assert "PROVENANCE_NODE_HOST" in done.out
    assert "built in" in done.out
    rows = ok(
        "node", "config", "--json", PROVENANCE_NODE_CONFIG=str(file)
    ).json["settings"]
    assert rows["port"]["value"] == 9
    assert rows["write_origins"]["value"] == ["https://a.example"]
    assert rows["max_batch"]["source"] == BUILT_IN


def test_a_configuration_that_is_not_there_is_not_found(
    tmp_path: Path,
) -> None:
    assert run("node", "config", "--config", tmp_path / "none").code == 4
    assert run("node", "config", PROVENANCE_NODE_PORT="x").code == 3
