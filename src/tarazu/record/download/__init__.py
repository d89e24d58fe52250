"""Downloads of event files: optional commands, never a step of a run."""

from tarazu.record.download.acled import fetch_acled
from tarazu.record.download.ucdp import fetch_ucdp

__all__ = ["fetch_acled", "fetch_ucdp"]
