"""Embedding on a Ray cluster: a worker on each machine, and what they make is written here."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from rag.errors import AskpapersError, LibraryError, SettingsError
from rag.indexing.records import Encode, Record, encode
from rag.models.embedding import Embedder
from rag.types import Paper

_AHEAD = 2  # batches a worker holds: the one in hand, and the next, so that it never waits for the writer
_RESTARTS = 3  # of a worker, its batch with it: one that kills its workers does not do so for ever


def embedding_on_ray(load: Callable[[], Embedder], fingerprint: str) -> Encode:
    """What `Library.sync` takes as `embed`: batches are embedded by workers, each with a model that it loads once.

    `load` is called on every machine and must give an embedder of that fingerprint. The cluster is the one of
    RAY_ADDRESS, else the one that `ray start` started on this machine, else one of our own, on this machine alone
    and for as long as it takes; none is looked for before there is something to embed. Raises SettingsError when Ray
    is not installed and, while embedding, when no cluster answers; LibraryError when the workers fail.
    """
    try:
        import ray  # noqa: F401
    except ImportError:
        raise SettingsError("--ray needs Ray: pip install 'askpapers[ray]'") from None
    return partial(_embed, load, fingerprint)


class Worker:
    """On a machine of the cluster: papers in, records out."""

    def __init__(self, load: Callable[[], Embedder], fingerprint: str) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"  # a worker downloads nothing
        os.environ.pop("OMP_NUM_THREADS", None)  # Ray's guess is one thread, and there is one worker a machine
        self._load, self._fingerprint = load, fingerprint
        self._embedder: Embedder | None = None

    def encode(self, papers: Sequence[Paper]) -> list[Record]:
        """The papers' records. Raises LibraryError where the model is not the one of the calling process."""
        if self._embedder is None:  # not when the worker starts: Ray has no clean word for what goes wrong there
            embedder = self._load()
            if embedder.fingerprint != self._fingerprint:
                raise LibraryError(
                    f"{socket.gethostname()} embeds with {embedder.fingerprint}, and this machine with "
                    f"{self._fingerprint}: put the same askpapers and model on every machine of the Ray cluster"
                )
            self._embedder = embedder
        return encode(self._embedder, papers)


def _embed(
    load: Callable[[], Embedder], fingerprint: str, batches: Iterable[Sequence[Paper]]
) -> Iterator[Sequence[Record]]:
    """The records of each batch as they are done, in any order; no more are under way than the workers can hold."""
    batches = iter(batches)
    first = next(batches, None)
    if first is None:
        return
    from ray.util import ActorPool

    with _cluster(), _one_line_errors():
        pool = ActorPool(_workers(load, fingerprint) * _AHEAD)
        pool.submit(_encode, first)
        for batch in batches:
            if not pool.has_free():
                yield pool.get_next_unordered()
            pool.submit(_encode, batch)
        while pool.has_next():
            yield pool.get_next_unordered()


def _encode(worker: Any, papers: Sequence[Paper]) -> Any:
    return worker.encode.remote(papers)


@contextmanager
def _cluster() -> Iterator[None]:
    """Connected to Ray, unless the process already is."""
    import ray

    if ray.is_initialized():
        yield
        return
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    address = os.environ.get("RAY_ADDRESS", "")
    try:
        if address not in ("", "auto", "local"):
            _knock(address)  # Ray itself tries for many minutes
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
    except (OSError, RuntimeError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise SettingsError(
            f"no Ray cluster at {address or 'this machine'} ({why}): set RAY_ADDRESS to the HOST:PORT that "
            "`ray start --head` told, or to local"
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raises OSError when nobody listens there, ValueError when it is no address."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("no HOST:PORT")
    socket.create_connection((host, int(port)), timeout=10).close()


def _workers(load: Callable[[], Embedder], fingerprint: str) -> list[Any]:
    """One on each machine that has processors to give; should it be lost, another machine takes it on."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    # A batch is tried as long as its worker lives on: Ray tries every second, and misses a lost machine after twenty.
    remote = ray.remote(max_restarts=_RESTARTS, max_task_retries=-1)(Worker)
    machines = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    if not machines:
        raise SettingsError("the Ray cluster has no machine with processors to give: add one with `ray start`")
    places = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=True) for node in machines]
    return [remote.options(scheduling_strategy=place).remote(load, fingerprint) for place in places]


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """What a worker says to users is passed on; that workers were lost is said in a line."""
    from ray.exceptions import RayError, RayTaskError

    try:
        yield
    except RayTaskError as error:
        if isinstance(error.cause, AskpapersError):
            raise error.cause from None
        raise
    except RayError as error:
        raise LibraryError(
            f"the Ray workers were lost ({type(error).__name__}): see that every machine has the same askpapers and "
            "enough memory; the same command again goes on from here"
        ) from error
