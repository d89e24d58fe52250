"""Names of the dimensions, fixed once.

Comments beside arrays use the letters (``# (T, D)``), labelled arrays use the words.
"""

from __future__ import annotations

from typing import Final

MEMBER: Final = "member"  # M: one draw of the parameters times one replicate of randomness
REPLICATE: Final = "replicate"  # R
TIME: Final = "time"  # T in a panel of the record (days, weeks or months)
WEEK: Final = "week"  # T in a simulation
DISTRICT: Final = "district"  # D
STOCK: Final = "stock"  # S
GROUP: Final = "group"  # G: armed group
LEVER: Final = "lever"  # L
PARAMETER: Final = "parameter"  # P

LETTERS: Final[dict[str, str]] = {
    "M": MEMBER,
    "R": REPLICATE,
    "T": WEEK,
    "D": DISTRICT,
    "S": STOCK,
    "G": GROUP,
    "L": LEVER,
    "P": PARAMETER,
}
