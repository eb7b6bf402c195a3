"""Proves where an imported thing comes from.

An **Event** says what happened to which items. Events are gathered in a
**Statement**, which an **Actor** signs; the signed bytes are an **Entry**.
The ledger **admits** an Entry if its rules allow, **sequences** it in the log,
and adds a **Link** to the **Trail** of every item it touches. A **Checkpoint**
sums up the log and all trails; **Witnesses** cosign it. A **Bundle** holds all
that one item's story needs, and anyone turns a Bundle into a **Verdict** with
no server at all.

What the library does at its edges it tells `logging.getLogger("provenance")`,
which is silent until a program gives it a handler (`provenance.logs`).

The names that most programs need can be imported from here. Each is loaded
when it is first asked for: verifying does not load a database.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.actors import add_key as add_key
    from provenance.actors import enrol as enrol
    from provenance.actors import grant as grant
    from provenance.actors import revoke_grant as revoke_grant
    from provenance.actors import revoke_key as revoke_key
    from provenance.actors import rotate_key as rotate_key
    from provenance.claims.actor import Grant as Grant
    from provenance.claims.event import Event as Event
    from provenance.claims.event import Field as Field
    from provenance.claims.event import Item as Item
    from provenance.claims.registry import Authority as Authority
    from provenance.claims.statement import Submission as Submission
    from provenance.claims.statement import sign_statement as sign_statement
    from provenance.epcis.event_hash import event_hash as event_hash
    from provenance.epcis.query_parameters import parse_query as parse_query
    from provenance.errors import AddressError as AddressError
    from provenance.errors import BrokenLinkError as BrokenLinkError
    from provenance.errors import ClockError as ClockError
    from provenance.errors import ConflictError as ConflictError
    from provenance.errors import DamagedError as DamagedError
    from provenance.errors import DuplicateEventError as DuplicateEventError
    from provenance.errors import EquivocationError as EquivocationError
    from provenance.errors import ForkError as ForkError
    from provenance.errors import InsecureError as InsecureError
    from provenance.errors import InvalidProofError as InvalidProofError
    from provenance.errors import InvalidSignatureError as InvalidSignatureError
    from provenance.errors import LifecycleError as LifecycleError
    from provenance.errors import MalformedError as MalformedError
    from provenance.errors import NotFoundError as NotFoundError
    from provenance.errors import ProvenanceError as ProvenanceError
    from provenance.errors import QueryTooLargeError as QueryTooLargeError
    from provenance.errors import QuorumNotMetError as QuorumNotMetError
    from provenance.errors import QuotaError as QuotaError
    from provenance.errors import RejectedError as RejectedError
    from provenance.errors import RoleNotGrantedError as RoleNotGrantedError
    from provenance.errors import StoreError as StoreError
    from provenance.errors import UnknownActorError as UnknownActorError
    from provenance.errors import UnknownBookError as UnknownBookError
    from provenance.errors import UnknownKindError as UnknownKindError
    from provenance.errors import UnreachableError as UnreachableError
    from provenance.errors import VerificationError as VerificationError
    from provenance.folder import audit_folder as audit_folder
    from provenance.folder import create_ledger as create_ledger
    from provenance.folder import export_folder as export_folder
    from provenance.folder import open_ledger as open_ledger
    from provenance.folder import open_queries as open_queries
    from provenance.folder import open_reader as open_reader
    from provenance.gs1.epcurn_write import format_epc_urn as format_epc_urn
    from provenance.gs1.reading import read_item as read_item
    from provenance.gs1.scan import parse_scan as parse_scan
    from provenance.intake.intake import Intake as Intake
    from provenance.intake.prepare import new_event as new_event
    from provenance.intake.prepare import prepare_document as prepare_document
    from provenance.intake.prepare import prepare_stream as prepare_stream
    from provenance.keys import KeyHolder as KeyHolder
    from provenance.keys import Signer as Signer
    from provenance.keys import Verifier as Verifier
    from provenance.ledger.audit import audit as audit
    from provenance.ledger.cosign import Witness as Witness
    from provenance.ledger.ledger import Ledger as Ledger
    from provenance.ledger.read import LedgerReader as LedgerReader
    from provenance.ledger.reveal import Revealed as Revealed
    from provenance.proof.codes import Outcome as Outcome
    from provenance.proof.receipt import Receipt as Receipt
    from provenance.proof.receipt import verify_receipt as verify_receipt
    from provenance.proof.trust import Trust as Trust
    from provenance.proof.trust import format_trust as format_trust
    from provenance.proof.trust import parse_trust as parse_trust
    from provenance.proof.verdict import Verdict as Verdict
    from provenance.proof.verify import Verified as Verified
    from provenance.proof.verify import examine_bundle as examine_bundle
    from provenance.proof.verify import verify_bundle as verify_bundle
    from provenance.store.keyfile import load_key as load_key
    from provenance.store.keyfile import new_key as new_key

_HOMES = {
    "AddressError": "errors",
    "Authority": "claims.registry",
    "BrokenLinkError": "errors",
    "ConflictError": "errors",
    "DamagedError": "errors",
    "DuplicateEventError": "errors",
    "EquivocationError": "errors",
    "Event": "claims.event",
    "Field": "claims.event",
    "ClockError": "errors",
    "ForkError": "errors",
    "Grant": "claims.actor",
    "InsecureError": "errors",
    "Intake": "intake.intake",
    "InvalidProofError": "errors",
    "InvalidSignatureError": "errors",
    "Item": "claims.event",
    "KeyHolder": "keys",
    "Ledger": "ledger.ledger",
    "LedgerReader": "ledger.read",
    "LifecycleError": "errors",
    "MalformedError": "errors",
    "NotFoundError": "errors",
    "Outcome": "proof.codes",
    "ProvenanceError": "errors",
    "QueryTooLargeError": "errors",
    "QuorumNotMetError": "errors",
    "QuotaError": "errors",
    "Receipt": "proof.receipt",
    "RejectedError": "errors",
    "Revealed": "ledger.reveal",
    "RoleNotGrantedError": "errors",
    "Signer": "keys",
    "StoreError": "errors",
    "Submission": "claims.statement",
    "Trust": "proof.trust",
    "UnknownActorError": "errors",
    "UnknownBookError": "errors",
    "UnknownKindError": "errors",
    "UnreachableError": "errors",
    "Verdict": "proof.verdict",
    "VerificationError": "errors",
    "Verified": "proof.verify",
    "Verifier": "keys",
    "Witness": "ledger.cosign",
    "add_key": "actors",
    "audit": "ledger.audit",
    "audit_folder": "folder",
    "create_ledger": "folder",
    "enrol": "actors",
    "event_hash": "epcis.event_hash",
    "examine_bundle": "proof.verify",
    "export_folder": "folder",
    "format_epc_urn": "gs1.epcurn_write",
    "format_trust": "proof.trust",
    "grant": "actors",
    "load_key": "store.keyfile",
    "new_event": "intake.prepare",
    "new_key": "store.keyfile",
    "open_ledger": "folder",
    "open_queries": "folder",
    "open_reader": "folder",
    "parse_query": "epcis.query_parameters",
    "parse_scan": "gs1.scan",
    "parse_trust": "proof.trust",
    "prepare_document": "intake.prepare",
    "prepare_stream": "intake.prepare",
    "read_item": "gs1.reading",
    "revoke_grant": "actors",
    "revoke_key": "actors",
    "rotate_key": "actors",
    "sign_statement": "claims.statement",
    "verify_bundle": "proof.verify",
    "verify_receipt": "proof.receipt",
}

__all__ = [  # noqa: PLE0604  # the names are in one place only
    *sorted(_HOMES),
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load a public name from its home, the first time it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return [*__all__, "__version__"]
