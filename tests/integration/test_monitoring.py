"""What a node counts, and that dashboard, alerts and notes are about that."""

import importlib
import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from provenance_node import metrics as metrics_module
from provenance_node.install import Machine, render
from provenance_node.metrics import Metrics
from starlette.testclient import TestClient

from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.node_world import (
    MSGPACK,
    ROOT,
    grow,
    new_world,
    quoted,
    served,
)
from tests.support.waiting import wait_until

FILES = render(Machine(name="ledger.example", program="/opt/provenance"))
SHIPPED = ("alerts.yaml", "grafana.json")
NAME = re.compile(r"\bprovenance_[a-z_]+")


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    world = new_world(tmp_path)
    grow(world, 3)
    return world


def whole() -> Metrics:
    """Return the metrics of a node that asks witnesses, too."""

    def one() -> float:
        return 1.0

    metrics = Metrics(size=one, age=one)
    metrics.watch_clock(difference=one, is_doubted=bool)
    metrics.watch_machine(
        pathlib.Path(),
        unfolded=one,
        index_lag=one,
        pools={},
    )
    metrics.watch_witnesses(size=one, age=one)
    metrics.statements.labels("logged").inc()
    metrics.refusals.labels("PRV-9100").inc()
    metrics.answered(200, "/", 0.1)
    metrics.cosignatures.labels("one").inc()
    metrics.witness_failures.labels("one", "late").inc()
    return metrics


def told(text: str) -> dict[str, dict[str, set[str]]]:
    """Return family → sample → the names of its labels."""
    return {
        family.name: {
            sample.name: set(sample.labels)
            for sample in family.samples
            if not sample.name.endswith("_created")
        }
        for family in text_string_to_metric_families(text)
        if not family.name.endswith("_created")
    }


ALL = told(whole().text().decode())
SAMPLES = {
    name: labels for each in ALL.values() for name, labels in each.items()
}


def expressions(name: str) -> list[str]:
    """Return what the file *name* asks Prometheus."""
    if name == "grafana.json":
        panels = json.loads(FILES[name])["panels"]
        return [each["expr"] for panel in panels for each in panel["targets"]]
    yaml = importlib.import_module("yaml")
    (group,) = yaml.safe_load(FILES[name])["groups"]
    return [rule["expr"] for rule in group["rules"]]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_asked_for_is_served(name: str) -> None:
    asked = expressions(name)
    assert len(asked) > 10
    for expression in asked:
        for sample in NAME.findall(expression):
            assert sample in SAMPLES, expression
        named = [SAMPLES[sample] for sample in NAME.findall(expression)]
        labels = {label for each in named for label in each}
        for by in re.findall(r"by \(([^)]*)\)", expression):
            assert {word.strip() for word in by.split(",")} <= {
                *labels, "instance",
            }, expression  # fmt: skip


def test_the_dashboard_shows_all_that_is_counted() -> None:
    asked = set(NAME.findall(" ".join(expressions("grafana.json"))))
    for family, samples in ALL.items():
        assert asked & samples.keys(), family
    panels = json.loads(FILES["grafana.json"])["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        for target in panel["targets"]:
            shown = re.findall(r"{{(\w+)}}", target["legendFormat"])
            for sample in NAME.findall(target["expr"]):
                assert SAMPLES[sample] >= set(shown), panel["title"]


def test_an_alert_says_what_is_wrong_and_what_to_do() -> None:
    yaml = importlib.import_module("yaml")
    (group,) = yaml.safe_load(FILES["alerts.yaml"])["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert rule["annotations"].keys() == {"summary", "do"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["for"]
    (job,) = yaml.safe_load(FILES["prometheus.yaml"])["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["127.0.0.1:8080"]


def test_the_notes_and_the_module_have_each_metric_and_no_other() -> None:
    notes = (ROOT / "node" / "DEPLOYMENT.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in notes.splitlines()
            if line.startswith("| `provenance_")]  # fmt: skip
    assert set(NAME.findall(" ".join(rows))) == ALL.keys()
    said = set(NAME.findall(metrics_module.__doc__ or ""))
    assert {name.removesuffix("_total") for name in said} == ALL.keys()


def values(client: TestClient) -> dict[tuple[str, str], float]:
    """Return (sample, its labels) → value, of a node."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(
            client.get("/metrics").text
        )
        for sample in family.samples
    }


def test_a_node_serves_all_but_those_about_witnesses_it_has_not(
    world: LedgerWorld,
) -> None:
    with served(world) as client:
        client.get("/nothing")
        given = world.sign(PRODUCER, world.made(can(7))).to_bytes()
        client.post("/v1/statements", content=given, headers=MSGPACK)
        found = told(client.get("/metrics").text)
    assert ALL.keys() - found.keys() == {
        "provenance_published_size",
        "provenance_quorum_age_seconds",
        "provenance_cosignatures",
        "provenance_witness_failures",
    }
    assert not found.keys() - ALL.keys()


def test_what_is_used_up_is_measured(world: LedgerWorld) -> None:
    with served(world) as client:
        given = world.sign(PRODUCER, world.made(can(7))).to_bytes()
        client.post("/v1/statements", content=given, headers=MSGPACK)
        wait_until(
            lambda: values(client)["provenance_index_lag_entries", ""] == 0,
            "the index has caught up",
        )
        said = values(client)
    assert said["provenance_store_unfolded_bytes", ""] > 0
    free = said["provenance_disk_free_bytes", ""]
    assert 0 < free <= said["provenance_disk_size_bytes", ""]
    for kind in ("node", "readers", "lookers", "checkers", "searchers"):
        assert said["provenance_memory_bytes", kind] > 2**20, kind
    (build,) = (
        labels for name, labels in said if name == "provenance_build_info"
    )
    assert build.count(",") == 2


def test_whatever_is_asked_for_there_are_as_few_routes(
    world: LedgerWorld,
) -> None:
    def routes(said: dict[Any, float]) -> Iterator[str]:
        for name, labels in said:
            if name == "provenance_request_seconds_count":
                yield labels

    with served(world) as client:
        for number in range(20):
            client.get(f"/v1/items/{quoted(can(number))}/trail")
            client.get(f"/{number}/nothing")
            client.get(f"/v1/problems/{number}")
            client.get(f"/log/tile/0/{number:03}")
            client.request("DELETE", f"/v1/actors/{number}")
            client.request(f"ODD{number}", "/")
        said = values(client)
        assert set(routes(said)) == {
            "/v1/items/{item:path}/trail",
            "/v1/actors/{actor:path}",
            "/log/tile",
            "-",
        }
        # The question before this one is counted as well.
        said = values(client)
        assert "/metrics" in set(routes(said))
        trails = "/v1/items/{item:path}/trail"
        assert said["provenance_request_seconds_count", trails] == 20
        assert said["provenance_request_seconds_sum", trails] > 0
