"""The ledger of claims: the finding and the experiment that test each, and its verdict."""

from tarazu.claims.experiments import ModelResult
from tarazu.claims.ledger import Claim, LedgerSpec, load_ledger
from tarazu.claims.weigh import Entry, Ledger, RecordResult, weigh_claims

__all__ = [
    "Claim",
    "Entry",
    "Ledger",
    "LedgerSpec",
    "ModelResult",
    "RecordResult",
    "load_ledger",
    "weigh_claims",
]
