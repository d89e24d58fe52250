"""The ledger: what is claimed, the finding and the experiment that test it, the verdict."""

from tarazu.claims.ledger import Claim, LedgerSpec, load_ledger
from tarazu.claims.weigh import Entry, Ledger, ModelReading, RecordReading, weigh_claims

__all__ = [
    "Claim",
    "Entry",
    "Ledger",
    "LedgerSpec",
    "ModelReading",
    "RecordReading",
    "load_ledger",
    "weigh_claims",
]
