"""`provenance node install`: files for this machine, and nothing overwritten."""

import pathlib
import re
import sys
import sysconfig
import tomllib

import provenance_node.install
import pytest
from provenance_node.install import Machine, install, render

from provenance.errors import ConflictError, MalformedError, StoreError
from tests.support.cli_runs import ok, run

PROGRAM = "/srv/python/bin/provenance"
OTHER = Machine(
    name="id.example",
    program=PROGRAM,
    user="ledger",
    ledger="/srv/food",
    settings="/srv/settings",
    backups="/mnt/copies",
    keep="30d",
    port=9000,
)


def names() -> set[str]:
    return set(render(OTHER))


def test_the_files_are_those_that_the_module_lists() -> None:
    said = provenance_node.install.__doc__ or ""
    listed = re.findall(r"[\w.-]+\.[a-z]+(?=[ \n])|Containerfile", said)
    assert names() == {*listed}
    assert len(names()) == 11


def test_nothing_of_another_machine_is_left_in_them() -> None:
    for name, text in render(OTHER).items():
        inside = name in {"Containerfile", "compose.yaml"}
        assert not re.search(r"@[A-Z]+@", text), name
        assert "ledger.example" not in text
        assert inside or "/var/lib/provenance" not in text
        assert inside or "/opt/provenance" not in text
        assert inside or "8080" not in text, name


def test_what_is_said_of_the_machine_stands_where_it_counts() -> None:
    texts = render(OTHER)
    unit = texts["provenance-node.service"]
    assert (
        f"ExecStart={PROGRAM} node serve /srv/food --config"
        " /srv/settings/node.toml\n"
    ) in unit
    assert "User=ledger\nGroup=ledger\n" in unit
    assert "LoadCredential=log.key:/srv/settings/log.key\n" in unit
    assert "ReadWritePaths=/srv/food\n" in unit
    backup = texts["provenance-backup.service"]
    assert "ReadWritePaths=/srv/food /mnt/copies\n" in backup
    assert "ExecStart=/srv/settings/backup.sh\n" in backup
    settings = tomllib.loads(texts["node.toml"])
    assert settings["port"] == 9000
    assert settings["public_url"] == "https://id.example"
    assert "server 127.0.0.1:9000;" in texts["nginx.conf"]
    assert "server_name id.example;" in texts["nginx.conf"]
    assert '"127.0.0.1:9000:8080"' in texts["compose.yaml"]
    script = texts["backup.sh"]
    assert f"exec {PROGRAM} backup --quiet --keep 30d" in script
    assert (
        "--ledger /srv/food --trust /srv/settings/trust.toml /mnt/copies"
        in (script)
    )


def test_only_the_script_can_be_run_and_others_write_nothing(
    tmp_path: pathlib.Path,
) -> None:
    paths = install(OTHER, tmp_path / "a/b")
    modes = {path.name: path.stat().st_mode & 0o777 for path in paths}
    assert modes.pop("backup.sh") == 0o755
    assert set(modes.values()) == {0o644}


def test_nothing_is_overwritten(tmp_path: pathlib.Path) -> None:
    (tmp_path / "node.toml").symlink_to("/nowhere")
    with pytest.raises(ConflictError, match=r"there is a .*node\.toml already"):
        install(OTHER, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["node.toml"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write in"):
        install(OTHER, tmp_path / "file/folder")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("program", "bin/provenance"),
        ("program", "/opt/a b/provenance"),
        ("ledger", "/srv/$(reboot)"),
        ("ledger", "/srv/food\nUser=root"),
        ("ledger", "/"),
        ("settings", '/etc/"'),
        ("ledger", "/srv/../etc"),
        ("backups", "/srv/%h"),
        ("backups", "/srv/."),
        ("program", "//opt/provenance"),
        ("name", "ledger.example; return 200"),
        ("name", ""),
        ("name", "ledger..example"),
        ("name", "a" * 64),
        ("user", "root; reboot"),
        ("keep", "14; reboot"),
        ("keep", "0"),
    ],
)
def test_what_a_unit_or_a_shell_would_read_differently_is_refused(
    what: str, value: str
) -> None:
    said = {"name": "id.example", "program": PROGRAM, what: value}
    with pytest.raises(MalformedError, match=re.escape(repr(value))):
        Machine(**said)  # type: ignore[arg-type]  # texts, all of them


def test_the_command_writes_them_for_this_python(
    tmp_path: pathlib.Path,
) -> None:
    folder = tmp_path / "files"
    done = ok("node", "install", folder, "--name", "ledger.example")
    assert {path.name for path in folder.iterdir()} == names()
    program = f"{sysconfig.get_path('scripts')}/provenance"
    assert sys.prefix in program
    unit = (folder / "provenance-node.service").read_text(encoding="utf-8")
    assert f"ExecStart={program} node serve /var/lib/provenance/ledger" in unit
    assert str(folder / "backup.sh") in done.out.splitlines()

    again = run("node", "install", folder, "--name", "ledger.example")
    assert again.code == 3
    assert "not overwritten" in again.err


def test_the_command_says_what_the_service_could_not_reach(
    tmp_path: pathlib.Path,
) -> None:
    call = ("node", "install", tmp_path, "--name", "ledger.example")
    place = ("--program", PROGRAM, "--ledger", "/home/me/food")
    said = ok(*call, *place, "--json").json
    assert said["hidden"] == ["ledger /home/me/food"]
    assert run(*call, "--ledger", "food").code == 2
