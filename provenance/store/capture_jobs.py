"""What a node keeps of its own: capture jobs and named queries.

`capture.sqlite`, in the ledger's folder, for its owner's eyes alone: it holds
what clients sent until that is in the log. What is written here is durable
when the call returns. It is no part of the ledger: without the file, jobs and
names are gone, and nothing that was logged.

    jobs      each document from when it was accepted until it was answered,
              and then what became of it
    queries   name and parameters
"""

import json
import os
import stat
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from provenance.encoding.strict_json import JSON
from provenance.errors import ConflictError, NotFoundError, StoreError

FILE = "capture.sqlite"

MOST_PAGE_BYTES = 2**20
"""So much text makes a page of a list, or one element that has more."""

_APPLICATION_ID = 0x50434150
_VERSION = 2
_KEPT_JOBS = 10_000
"""So many jobs that ended are remembered."""

_SCHEMA = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    finished INTEGER,
    behaviour TEXT NOT NULL,
    is_success INTEGER NOT NULL DEFAULT 0,
    errors TEXT NOT NULL DEFAULT '[]',
    log_indexes TEXT NOT NULL DEFAULT '[]',
    prefixes TEXT NOT NULL,
    document BLOB,
    is_signed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX open_jobs ON jobs (number) WHERE finished IS NULL;
CREATE TABLE queries (name TEXT PRIMARY KEY, query TEXT NOT NULL)
    WITHOUT ROWID;
"""
_JOB = (
    "number, id, created, finished, behaviour, is_success, errors, log_indexes"
)


class Job(NamedTuple):
    """A capture job, as it is told of.

    Attributes:
        number: Later jobs have higher ones.
        id: What it is asked for by.
        created: When it was accepted, in ms since 1970.
        finished: When it ended; None while it runs.
        behaviour: `rollback` or `proceed`.
        is_success: Whether all of its events are in the log.
        errors: Problems, as JSON objects.
        log_indexes: Where the statements with its events are, in order.
    """

    number: int
    id: str
    created: int
    finished: int | None
    behaviour: str
    is_success: bool
    errors: list[JSON]
    log_indexes: list[int]


class Work(NamedTuple):
    """What is still to be done for a job.

    Attributes:
        job: Which.
        prefixes: What prefixes stand for in its document.
        document: What was sent.
        is_signed: Whether what it says waits, signed, in the job's journal.
    """

    job: Job
    prefixes: dict[str, str]
    document: bytes
    is_signed: bool


class Load(NamedTuple):
    """How much waits: jobs that run, and bytes of their documents."""

    jobs: int
    size: int


class Database:
    """The file, open. Any thread may use it, one at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the file in *folder*, which is made if it is not there.

        Raises:
            StoreError: It cannot be opened, or is something else.
        """
        self._path = folder / FILE
        self._lock = threading.Lock()
        with self._failing():
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            os.close(os.open(self._path, flags, 0o600))
            self._make_private()
            self._connection = apsw.Connection(str(self._path))
            self._prepare()

    def _make_private(self) -> None:
        """Let nobody else read what was put back with a looser mode."""
        for path in (self._path, *self._path.parent.glob(f"{FILE}-*")):
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                path.chmod(0o600)

    def _prepare(self) -> None:
        connection = self._connection
        connection.set_busy_timeout(10_000)
        if connection.pragma("application_id") == 0 and not list(
            connection.execute("SELECT 1 FROM sqlite_schema")
        ):
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.execute(_SCHEMA)
                connection.pragma("application_id", _APPLICATION_ID)
                connection.pragma("user_version", _VERSION)
        known = (
            connection.pragma("application_id"),
            connection.pragma("user_version"),
        )
        if known != (_APPLICATION_ID, _VERSION):
            raise StoreError(
                f"{self._path} is no file of capture jobs of this version:"
                " move it away"
            )
        connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    # Jobs.

    def add_job(
        self,
        job_id: str,
        document: bytes,
        *,
        prefixes: Mapping[str, str],
        behaviour: str,
        now: int,
    ) -> None:
        """Accept a document: it is on disk when this returns."""
        self._run(
            "INSERT INTO jobs (id, created, behaviour, prefixes, document)"
            " VALUES (?, ?, ?, ?, ?)",
            job_id, now, behaviour, json.dumps(dict(prefixes)), document,
        )  # fmt: skip

    def load(self) -> Load:
        """Return how much waits."""
        ((jobs, size),) = self._run(
            "SELECT count(*), coalesce(sum(length(document)), 0) FROM jobs"
            " WHERE finished IS NULL"
        )
        return Load(jobs, size)

    def next_work(self) -> Work | None:
        """Return the oldest job that runs, with what it is about."""
        for row in self._run(
            f"SELECT {_JOB}, prefixes, document, is_signed FROM jobs"  # noqa: S608  # our own columns
            " WHERE finished IS NULL ORDER BY number LIMIT 1"
        ):
            *job, prefixes, document, is_signed = row
            return Work(
                _job(job), json.loads(prefixes), document, bool(is_signed)
            )
        return None

    def set_signed(self, number: int, errors: Sequence[JSON]) -> None:
        """Note that a job's journal is whole, and what could not be signed."""
        self._run(
            "UPDATE jobs SET is_signed = 1, errors = ? WHERE number = ?",
            json.dumps(list(errors)), number,
        )  # fmt: skip

    def forget_signed(self, number: int) -> None:
        """Let a job begin again with its document."""
        self._run(
            "UPDATE jobs SET is_signed = 0, errors = '[]' WHERE number = ?",
            number,
        )

    def finish(
        self,
        number: int,
        *,
        errors: Sequence[JSON],
        log_indexes: Sequence[int],
        now: int,
    ) -> None:
        """End a job; without errors all of it is at *log_indexes*."""
        assert errors or log_indexes, "success has its place"
        with self._failing(), self._lock, self._connection as connection:
            connection.execute(
                "UPDATE jobs SET finished = ?, is_success = ?, errors = ?,"
                " log_indexes = ?, document = NULL WHERE number = ?",
                (
                    now,
                    not errors,
                    json.dumps(list(errors)),
                    json.dumps(list(log_indexes)),
                    number,
                ),
            )
            connection.execute(
                "DELETE FROM jobs WHERE finished IS NOT NULL AND number <="
                " (SELECT max(number) FROM jobs) - ?",
                (_KEPT_JOBS,),
            )

    def open_jobs(self) -> set[str]:
        """Return the ids of the jobs that run."""
        rows = self._run("SELECT id FROM jobs WHERE finished IS NULL")
        return {job_id for (job_id,) in rows}

    def job(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            NotFoundError: There is none.
        """
        for row in self._run(
            f"SELECT {_JOB} FROM jobs WHERE id = ?",  # noqa: S608
            job_id,
        ):
            return _job(row)
        raise NotFoundError(
            f"there is no capture job {job_id[:80]!r}; of those that ended,"
            f" the last {_KEPT_JOBS} are kept"
        )

    def jobs(self, *, before: int | None, count: int) -> tuple[list[Job], bool]:
        """Return the latest jobs, and whether others follow.

        The latest comes first; all are older than *before*, if that is given.
        They are fewer than *count* where more would be too large for a page.
        """
        rows, is_cut = self._page(
            f"SELECT {_JOB} FROM jobs WHERE number < ?"  # noqa: S608
            " ORDER BY number DESC LIMIT ?",
            2**62 if before is None else before,
            count=count,
        )
        return [_job(row) for row in rows], is_cut

    # Named queries.

    def add_query(self, name: str, query: JSON, *, most: int) -> None:
        """Keep *query* under *name*.

        Raises:
            ConflictError: There is one of that name, or there are *most*.
        """
        with self._failing(), self._lock, self._connection as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                "SELECT count(*), coalesce(max(name = ?), 0) FROM queries",
                (name,),
            ).fetchall()
            ((count, is_taken),) = rows
            if is_taken:
                raise ConflictError(f"there is a query {name!r}")
            if count >= most:
                raise ConflictError(
                    f"this node keeps {most} named queries: delete one first"
                )
            connection.execute(
                "INSERT INTO queries VALUES (?, ?)", (name, json.dumps(query))
            )

    def query(self, name: str) -> dict[str, JSON]:
        """Return the parameters of the query *name*.

        Raises:
            NotFoundError: There is none.
        """
        for (text,) in self._run(
            "SELECT query FROM queries WHERE name = ?", name
        ):
            found: dict[str, JSON] = json.loads(text)
            return found
        raise NotFoundError(f"there is no query {name[:80]!r}")

    def delete_query(self, name: str) -> None:
        """Forget the query *name*.

        Raises:
            NotFoundError: There is none.
        """
        if not self._run(
            "DELETE FROM queries WHERE name = ? RETURNING name", name
        ):
            raise NotFoundError(f"there is no query {name[:80]!r}")

    def queries(
        self, *, after: str, count: int
    ) -> tuple[list[tuple[str, dict[str, JSON]]], bool]:
        """Return named queries, and whether others follow.

        They come by their names, those behind *after*, and are fewer than
        *count* where more would be too large for a page.
        """
        rows, is_cut = self._page(
            "SELECT name, query FROM queries WHERE name > ?"
            " ORDER BY name LIMIT ?",
            after,
            count=count,
        )
        return [(name, json.loads(text)) for name, text in rows], is_cut

    def _page(
        self, sql: str, behind: object, *, count: int
    ) -> tuple[list[tuple[Any, ...]], bool]:
        """Return the rows of a page, and whether others follow."""
        rows: list[tuple[Any, ...]] = []
        size = 0
        with self._failing(), self._lock, self._connection as connection:
            # One more than is shown tells whether another page follows.
            for row in connection.execute(sql, (behind, count + 1)):
                size += sum(len(each) for each in row if isinstance(each, str))
                if len(rows) == count or (rows and size > MOST_PAGE_BYTES):
                    return rows, True
                rows.append(row)
        return rows, False

    def _run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        with self._failing(), self._lock, self._connection as connection:
            rows += connection.execute(sql, values).fetchall()
        return rows

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (apsw.Error, OSError) as error:
            raise StoreError(f"{self._path}: {error}") from error


def _job(row: Sequence[Any]) -> Job:
    number, job_id, created, finished, behaviour, success, errors, found = row
    return Job(
        number,
        job_id,
        created,
        finished,
        behaviour,
        bool(success),
        json.loads(errors),
        json.loads(found),
    )
