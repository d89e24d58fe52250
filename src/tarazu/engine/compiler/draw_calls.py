"""Source of what is drawn in a week: tables of rows, and loops that call a function for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tarazu.engine.compiler.program import Exits
from tarazu.engine.compiler.week_plan import EventDraw, ExitDraw, Settle, ShockDraw
from tarazu.model.quantities import Event, Transfer

TABLES: Final = {
    "draw_poisson": "of each event: mean, P(0), count",
    "draw_tailed": "of each event: mean, exponent, largest; what it is drawn for, count",
    "draw_exits": "of each stock: who is there, sum of hazards, P(nobody leaves), who leaves; the\n"
    "# first row of hazards, rests, exits; their number",
    "settle": "of each transfer: who moves, pull, who arrived",
}
"""The columns of the table of rows of each function that draws."""

Row = tuple[str, tuple[str, ...]]
"""What is drawn, and the rows that the draw works on."""


class DrawCalls:
    """Writes calls, and collects the tables that they read.

    Parameters
    ----------
    drawn : names of what is drawn in a week, in the order of their streams.
    """

    def __init__(self, drawn: Sequence[str]) -> None:
        self.drawn = drawn
        self.rows_of: dict[str, list[Row]] = {}

    def events(self, one: EventDraw) -> Iterator[str]:
        """Yield the lines that draw events."""
        plain = [event for event in one.events if event.size is None and event.tail is None]
        yield from self._calls("draw_poisson", map(_poisson_row, plain), "states, keys")
        tailed = [event for event in one.events if event.tail is not None]
        yield from self._calls("draw_tailed", map(_tail_row, tailed), "states, keys")
        for event in one.events:
            name = event.name
            if event.size is not None and event.tail is None:
                rows = f"at_mean_of_{name}, at_size_of_{name}, at_{name}"
                where = f"states[{self.drawn.index(name)}], keys"
                yield f"draw_negative_binomial(x, {rows}, {where})"
        yield "if row >= 0:"
        for event in one.events:
            yield "    for d in range(STRIDE):"
            yield f"        x[at_{event.name} + d] += x[at_count_pulse_{event.name} + d]"

    def exits(self, one: ExitDraw) -> Iterator[str]:
        """Yield the lines that draw who leaves some stocks."""
        others = "STRIDE, states, keys, work"
        yield from self._calls("draw_exits", map(_exit_row, one.exits), others)

    def shocks(self, one: ShockDraw) -> Iterator[str]:
        """Yield the lines that move what comes and goes by itself."""
        for shock in one.shocks:
            name, common = shock.name, int(shock.is_common)
            moved = f"at_chance_of_{name}, at_{name}, STRIDE, spread_of_{name}, kept_of_{name}"
            where = f"first_week + t, {common}, states[{self.drawn.index(name)}], keys"
            yield f"draw_shock(x, {moved}, {where})"

    def settle(self, one: Settle) -> Iterator[str]:
        """Yield the lines that send movers to their neighbours."""
        others = "STRIDE, states, keys, first, neighbour, weight"
        yield from self._calls("settle", [_mover_row(one.transfer)], others)

    def tables(self) -> Iterator[str]:
        """Yield the tables of rows, one line per draw."""
        for function, rows in self.rows_of.items():
            if rows:
                yield f"# {TABLES[function]}; its place among the streams"
                yield f"rows_of_{function} = np.array(["
                for name, words in rows:
                    yield f"    ({', '.join(words)}, {self.drawn.index(name)}),"
                yield "])"

    def _calls(self, function: str, rows: Iterable[Row], others: str) -> Iterator[str]:
        """Call a function for some lines of its table of rows.

        A table, not arguments: a literal argument would have the function compiled once for each.
        """
        known = self.rows_of.setdefault(function, [])
        begin = len(known)
        known += rows
        if known[begin:]:
            names = ", ".join(name for name, _ in known[begin:])
            yield f"for i in range({begin}, {len(known)}):  # {names}"
            yield f"    {function}(x, rows_of_{function}[i], {others})"


def _poisson_row(event: Event) -> Row:
    name = event.name
    return name, (f"at_mean_of_{name}", f"at_none_of_{name}", f"at_{name}")


def _tail_row(event: Event) -> Row:
    assert event.tail is not None  # only such events come here
    name, of = event.name, f"at_{event.tail.of}"
    words = ("mean", "exponent", "largest")
    return name, (*(f"at_{word}_of_{name}" for word in words), of, f"at_{name}")


def _exit_row(one: Exits) -> Row:
    stock, first = one.stock, one.hazards[0].name
    rows = (
        *(f"at_{word}_{stock}" for word in ("staying", "hazard_of", "none_of", "leaving")),
        *(f"at_h_{first}", f"at_rest_of_{first}", f"at_{first}", str(len(one.hazards))),
    )
    return stock, rows


def _mover_row(transfer: Transfer) -> Row:
    name = transfer.name
    return name, (f"at_{name}", f"at_pull_of_{name}", f"at_arrived_{name}")
