"""Names of the dimensions of labelled arrays.

Comments beside unlabelled arrays use letters (``# (T, D)``): M members, R replicates, T time steps,
D districts, S stocks, G armed groups, L levers, P parameters.
"""

from __future__ import annotations

from typing import Final

DRAW: Final = "draw"  # of the parameters
REPLICATE: Final = "replicate"  # of the random numbers
TIME: Final = "time"  # day, week or month of a panel
WEEK: Final = "week"  # of a simulation
DISTRICT: Final = "district"
