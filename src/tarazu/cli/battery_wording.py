"""The battery's table as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tarazu.cli.wording import paragraph, table

if TYPE_CHECKING:
    from tarazu.evidence import Battery


def describe_battery(battery: Battery) -> str:
    """Return all tests in one table, with what remains of them together."""
    from tarazu.report.tables.battery import results_table, sight_table

    results, sight = results_table(battery), sight_table(battery)
    return "\n".join(
        [
            results.caption,
            table([results.columns, *results.rows], left=len(results.columns)),
            "",
            sight.caption,
            table([sight.columns, *sight.rows], left=len(sight.columns)),
            "",
            paragraph(battery.sentence),
        ]
    )
