"""Where the variables of an XMILE file stand in the diagram.

What is common to all districts stands in a block of its own, every district in another: stocks in
a row, above them the flows, transfers each in a lane of its own, below them the auxiliary
variables in columns. Connectors are drawn within a district; those from parameters and between
districts would cross the whole diagram.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, SubElement

STOCK_WIDTH: Final = 60.0
STOCK_HEIGHT: Final = 40.0
_BETWEEN_STOCKS: Final = 160.0
_BETWEEN_LANES: Final = 40.0
_AUXILIARY: Final = (130.0, 50.0)
_ROWS: Final = 12  # auxiliary variables in a column
_BLOCKS_ACROSS: Final = 6
_MARGIN: Final = 100.0


@dataclass
class Block:
    """The variables of one part of the diagram.

    Attributes
    ----------
    stocks : names, in order. flows : name -> (stock it leaves, stock it enters), None for a cloud.
    auxiliaries : names. reads : name -> names of the block that its equation reads.
    """

    stocks: list[str] = field(default_factory=list)
    flows: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    auxiliaries: list[str] = field(default_factory=list)
    reads: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def width(self) -> float:
        """Width in pixels."""
        columns = -(-len(self.auxiliaries) // _ROWS)
        return max(len(self.stocks) * _BETWEEN_STOCKS, columns * _AUXILIARY[0]) + 2 * _MARGIN

    @property
    def lanes(self) -> dict[str, int]:
        """Lane of each flow, counted from the stocks: those of one stock first, transfers above."""
        found: dict[str, int] = {}
        beside: dict[str | None, int] = {}
        for name, (source, target) in self.flows.items():
            if source is None or target is None:
                stock = source or target
                found[name] = beside[stock] = beside.get(stock, 0) + 1
        first = max(found.values(), default=0) + 1
        transfers = [name for name in self.flows if name not in found]
        return found | {name: first + i for i, name in enumerate(reversed(transfers))}

    @property
    def height(self) -> float:
        """Height in pixels."""
        lanes = (max(self.lanes.values(), default=0) + 1) * _BETWEEN_LANES
        rows = min(len(self.auxiliaries), _ROWS) * _AUXILIARY[1]
        return lanes + 2 * STOCK_HEIGHT + rows + 2 * _MARGIN


def draw_view(blocks: Sequence[Block]) -> Element:
    """Return the views of a file: one diagram of all blocks."""
    views = Element("views")
    view = SubElement(views, "view", type="stock_flow", page_width="1000", page_height="800")
    top, left, tallest = 0.0, 0.0, 0.0
    numbers = iter(range(1, 10**9))
    for at, block in enumerate(blocks):
        if at % _BLOCKS_ACROSS == 0:
            top, left, tallest = top + tallest, 0.0, 0.0
        for element in _Drawing(block, left, top, numbers).elements():
            view.append(element)
        left, tallest = left + block.width, max(tallest, block.height)
    return views


class _Drawing:
    def __init__(self, block: Block, left: float, top: float, numbers: Iterator[int]) -> None:
        self.block, self.numbers = block, numbers
        self.left, self.top = left + _MARGIN, top + _MARGIN
        self.lanes = block.lanes
        highest = max(self.lanes.values(), default=0)
        self.row = self.top + (highest + 1) * _BETWEEN_LANES  # of the stocks
        self.at: dict[str, tuple[float, float]] = {}

    def elements(self) -> Iterator[Element]:
        for i, name in enumerate(self.block.stocks):
            yield self._placed("stock", name, self.left + i * _BETWEEN_STOCKS, self.row)
        for name, ends in self.block.flows.items():
            lane = self.lanes[name]
            yield self._flow(name, ends, self.row - (lane + 1) * _BETWEEN_LANES, lane)
        below = self.row + 2 * STOCK_HEIGHT
        for i, name in enumerate(self.block.auxiliaries):
            x = self.left + i // _ROWS * _AUXILIARY[0]
            yield self._placed("aux", name, x, below + i % _ROWS * _AUXILIARY[1])
        for name, reads in self.block.reads.items():
            yield from (self._connector(read, name) for read in reads)

    def _placed(self, tag: str, name: str, x: float, y: float) -> Element:
        self.at[name] = x, y
        return Element(tag, name=name, x=f"{x:g}", y=f"{y:g}")

    def _flow(self, name: str, ends: tuple[str | None, str | None], y: float, lane: int) -> Element:
        """Return a flow: up from its source, along its lane, down to its target."""
        shift = (lane % 5 - 2) * STOCK_WIDTH / 6  # flows of one stock begin beside each other
        source, target = (None if end is None else self.at[end][0] + shift for end in ends)
        edge = self.row - STOCK_HEIGHT / 2
        x1 = source if source is not None else (target or 0.0) - _BETWEEN_STOCKS / 2
        x2 = target if target is not None else x1 + _BETWEEN_STOCKS / 2
        points = [(x1, edge)] if source is not None else []
        points += [(x1, y), (x2, y)]
        points += [(x2, edge)] if target is not None else []
        element = self._placed("flow", name, (x1 + x2) / 2, y)
        listed = SubElement(element, "pts")
        for x, height in points:
            SubElement(listed, "pt", x=f"{x:g}", y=f"{height:g}")
        return element

    def _connector(self, source: str, target: str) -> Element:
        (x1, y1), (x2, y2) = self.at[source], self.at[target]
        angle = math.degrees(math.atan2(y1 - y2, x2 - x1)) % 360.0
        element = Element("connector", uid=str(next(self.numbers)), angle=f"{angle:.1f}")
        SubElement(element, "from").text = source
        SubElement(element, "to").text = target
        return element


def ends_of_flows(
    inflows: Mapping[str, Sequence[str]], outflows: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str | None, str | None]]:
    """Return of each flow the stock that it leaves and the stock that it enters."""
    sources = {flow: stock for stock, flows in outflows.items() for flow in flows}
    targets = {flow: stock for stock, flows in inflows.items() for flow in flows}
    return {flow: (sources.get(flow), targets.get(flow)) for flow in {**sources, **targets}}
