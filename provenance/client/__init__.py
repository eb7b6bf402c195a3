"""The ledger's verbs over HTTP, for programs that are not beside its folder.

    with Client("https://ledger.example", trust=trust) as client:
        receipt, = client.submit([statement])
        verdict = client.verify(item)

What a node says is evidence, and is checked here against the caller's own
trust file: receipts, checkpoints and bundles are verified before they are
given out. A node can stay silent; it cannot lie unnoticed.

`AsyncClient` has the same verbs for programs on asyncio.

Whatever got no answer is asked again. For reading that is harmless; for
statements too, since the same bytes are logged once and get the same answer.

    asking      what each verb asks, and makes of the answers; no I/O
    sending     a batch of statements, and the receipts it is answered with
    batches     statements into requests of bounded size
    problems    a node's refusals as the library's errors
    retry       when to ask again
    exchange    one request, answered within bounds
    coding      what came compressed, unpacked within them
    deadline    nothing goes on when a request's time is over
    client      the verbs
    async_…     the last of these, and a stream's groups, without blocking
"""

from provenance.client.async_client import AsyncClient
from provenance.client.client import Client
from provenance.client.problems import (
    AnsweredError,
    NodeProblem,
    problem_behind,
)
from provenance.client.retry import Retries
from provenance.errors import UnreachableError

__all__ = [
    "AnsweredError",
    "AsyncClient",
    "Client",
    "NodeProblem",
    "Retries",
    "UnreachableError",
    "problem_behind",
]
