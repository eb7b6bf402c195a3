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

Where witnesses are asked:

provenance_published_size              leaves under the checkpoint served
provenance_quorum_age_seconds          since a checkpoint had its quorum
provenance_cosignatures_total          by witness
provenance_witness_failures_total      by witness and reason
"""

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


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
