"""Shares of simulated futures as words of one stated scale, never surer than their interval."""

from __future__ import annotations

from typing import Final

from tarazu.evidence.words import Words

SCALE: Final = (
    (0.0, 0.01, "exceptionally unlikely"),
    (0.0, 0.1, "very unlikely"),
    (0.0, 0.33, "unlikely"),
    (0.99, 1.0, "virtually certain"),
    (0.9, 1.0, "very likely"),
    (0.66, 1.0, "likely"),
    (0.33, 0.66, "about as likely as not"),
)
"""Ends of a share, and the words: the scale of the IPCC's uncertainty guidance (2010)."""
EVEN: Final = 0.5
TEXTS: Final = Words("tarazu.report.brief")  # the brief's texts: the annex has the same scale
BETWEEN: Final = ("less likely than not", "more likely than not", "undecided")


def likelihood(low: float, high: float) -> str:
    """Return the word of a share, from its interval.

    The strongest word whose range holds the whole interval. Where none does: on which side of one
    half the interval lies, or that it lies on both.

    Examples
    --------
    >>> likelihood(0.94, 1.0), likelihood(0.7, 0.88), likelihood(0.36, 0.6)
    ('very likely', 'likely', 'about as likely as not')
    >>> likelihood(0.55, 0.75), likelihood(0.2, 0.8)
    ('more likely than not', 'undecided')
    """
    for least, most, words in SCALE:
        if least <= low and high <= most:
            return words
    if high < EVEN:
        return BETWEEN[0]
    return BETWEEN[1] if low > EVEN else BETWEEN[2]


def scale_sentence() -> str:
    """Return the scale in words, for the foot of the page."""
    return TEXTS.text("scale", "sentence")
