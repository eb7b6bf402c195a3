"""Metrics: few, and each with a meaning for the ledger.

provenance_log_size                    leaves under the latest checkpoint
provenance_checkpoint_age_seconds      since its last entry was committed
provenance_queue_statements            handed in and not yet answered
provenance_commit_seconds              one group commit, fsync included
provenance_commit_statements           how many were in it
provenance_heartbeats_total            commits of a ledger that was idle
provenance_clock_difference_seconds    ahead of what it is held against
provenance_clock_in_doubt              1 while nothing is signed for it
provenance_statements_total            by outcome: logged, known, refused
provenance_refusals_total              by the problem's code
provenance_requests_total              by status
provenance_request_seconds             by the pattern of the address
provenance_index_lag_entries           logged, and not found by queries yet
provenance_store_unfolded_bytes        durable, and to be folded in
provenance_disk_free_bytes             where the ledger is, for the node's user
provenance_disk_size_bytes             likewise, all there is
provenance_memory_bytes                by the node's kinds of processes
provenance_build_info                  1, with what runs as labels

Where witnesses are asked:

provenance_published_size              leaves under the checkpoint served
provenance_quorum_age_seconds          since a checkpoint had its quorum
provenance_cosignatures_total          by witness
provenance_witness_failures_total      by witness and reason
"""

import os
import platform
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    generate_latest,
)

from provenance import __version__, keys

_RESIDENT = re.compile(r"^VmRSS:\s+([0-9]+) kB$", re.MULTILINE)

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Processes(Protocol):
    """Some processes that come and go."""

    @property
    def process_ids(self) -> list[int]:
        """The ids of those that run now."""


class Metrics:
    """What one node counts."""

    def __init__(
        self, *, size: Callable[[], float], age: Callable[[], float]
    ) -> None:
        """Count in a registry of its own.

        Args:
            size: Returns the log's size.
            age: Returns the checkpoint's age in seconds.
        """
        self._all = registry = CollectorRegistry()
        Gauge(
            "provenance_log_size",
            "Leaves under the latest checkpoint",
            registry=registry,
        ).set_function(size)
        Gauge(
            "provenance_checkpoint_age_seconds",
            "Time since the last entry was committed",
            registry=registry,
        ).set_function(age)
        self.queue = Gauge(
            "provenance_queue_statements",
            "Statements handed in and not yet answered",
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "provenance_commit_seconds",
            "Duration of a group commit, fsync and signature included",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
            registry=registry,
        )
        self.commit_statements = Histogram(
            "provenance_commit_statements",
            "Statements in a group commit",
            buckets=(1, 2, 5, 10, 50, 100, 500, 1_000, 5_000),
            registry=registry,
        )
        self.heartbeats = Counter(
            "provenance_heartbeats",
            "Commits without an entry, of a ledger that was idle",
            registry=registry,
        )
        self.statements = Counter(
            "provenance_statements",
            "Statements answered",
            ["outcome"],
            registry=registry,
        )
        self.refusals = Counter(
            "provenance_refusals",
            "Requests and statements refused, by the problem's code",
            ["code"],
            registry=registry,
        )
        self.requests = Counter(
            "provenance_requests",
            "Requests answered, by status",
            ["status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "provenance_request_seconds",
            "Time from a request's head to the end of its answer",
            ["route"],
            buckets=(0.005, 0.02, 0.1, 0.5, 2, 10),
            registry=registry,
        )
        Info("provenance_build", "What runs here", registry=registry).info(
            {
                "version": __version__,
                "python": platform.python_version(),
                "signatures": keys.backend(),
            }
        )

    def answered(self, status: int, route: str, seconds: float) -> None:
        """Count one answer.

        Args:
            status: Its status.
            route: The pattern of its address, of which there are few.
            seconds: How long it took.
        """
        self.requests.labels(status).inc()
        self.request_seconds.labels(route).observe(seconds)

    def watch_machine(
        self,
        folder: Path,
        *,
        unfolded: Callable[[], float],
        index_lag: Callable[[], float],
        pools: Mapping[str, Processes],
    ) -> None:
        """Tell of what is used up, too.

        Args:
            folder: The ledger's.
            unfolded: Returns how many bytes the store has to fold in.
            index_lag: Returns how many entries are not indexed yet.
            pools: Kind → the processes of that kind, beside the node's own.
        """
        for name, says, function in (
            (
                "provenance_store_unfolded_bytes",
                "What is durable and not yet folded into the store's tables",
                unfolded,
            ),
            (
                "provenance_index_lag_entries",
                "Entries that are logged and not yet found by queries",
                index_lag,
            ),
            (
                "provenance_disk_free_bytes",
                "What the node may still write where the ledger is",
                lambda: disk_usage(folder).free,
            ),
            (
                "provenance_disk_size_bytes",
                "How large the disk is where the ledger is",
                lambda: disk_usage(folder).total,
            ),
        ):
            Gauge(name, says, registry=self._all).set_function(function)
        memory = Gauge(
            "provenance_memory_bytes",
            "Memory that is resident, where the system tells it",
            ["process"],
            registry=self._all,
        )
        memory.labels("node").set_function(partial(_resident, os.getpid()))
        for kind, pool in pools.items():
            memory.labels(kind).set_function(partial(_resident_of, pool))

    def watch_clock(
        self,
        *,
        difference: Callable[[], float],
        is_doubted: Callable[[], bool],
    ) -> None:
        """Tell of the clock, too.

        Args:
            difference: Returns how far it is ahead of what it is held
                against, in seconds.
            is_doubted: Returns whether nothing is signed for it.
        """
        Gauge(
            "provenance_clock_difference_seconds",
            "How far the clock is ahead of what it is held against",
            registry=self._all,
        ).set_function(difference)
        Gauge(
            "provenance_clock_in_doubt",
            "Whether nothing is signed, since the clock cannot be right",
            registry=self._all,
        ).set_function(is_doubted)

    def watch_witnesses(
        self, *, size: Callable[[], float], age: Callable[[], float]
    ) -> None:
        """Count what is asked of witnesses, too.

        Args:
            size: Returns the size of the checkpoint that is served.
            age: Returns the seconds since one had its quorum.
        """
        Gauge(
            "provenance_published_size",
            "Leaves under the checkpoint that is served",
            registry=self._all,
        ).set_function(size)
        Gauge(
            "provenance_quorum_age_seconds",
            "Time since a checkpoint last had its quorum",
            registry=self._all,
        ).set_function(age)
        self.cosignatures = Counter(
            "provenance_cosignatures",
            "Cosignatures that were verified and stored",
            ["witness"],
            registry=self._all,
        )
        self.witness_failures = Counter(
            "provenance_witness_failures",
            "Answers of witnesses that were no cosignature",
            ["witness", "reason"],
            registry=self._all,
        )

    def text(self) -> bytes:
        """Return all of them in Prometheus' text format."""
        return generate_latest(self._all)


def _resident_of(pool: Processes) -> float:
    """Return the bytes of memory that those processes have together."""
    return sum(map(_resident, pool.process_ids))


def _resident(pid: int) -> float:
    """Return the bytes of memory that a process has; 0 if it has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = _RESIDENT.search(text)
    return 0 if found is None else int(found[1]) * 1024
