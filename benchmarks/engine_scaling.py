"""What a run costs by its districts, weeks and members: `python -m benchmarks.engine_scaling`.

Writes docs/validation/engine-scaling.json and, where Chromium is at hand, the picture of it.
"""

import argparse
import json
import subprocess
import tempfile
import time
import tracemalloc
from pathlib import Path
from shutil import which

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.twins.world import World, shipped_world
from tarazu.engine import simulate

OUT = Path("docs/validation")
REPEATS = 3
BATCH = 8  # members that a study holds at a time


def seconds(world: World, members: int) -> float:
    """Processor seconds of the members, run in batches as studies do; the best of some."""
    best = float("inf")
    for _ in range(REPEATS):
        began = time.thread_time()
        for first in range(0, members, BATCH):
            run(world, np.arange(first, min(first + BATCH, members)))
        best = min(best, time.thread_time() - began)
    return best


def run(world: World, members: np.ndarray) -> None:
    simulate(
        world.model,
        world.parameters,
        world.levers,
        districts=world.districts,
        seed=1,
        members=members,
        weeks=world.weeks,
    )


def peak_megabytes(world: World, members: int) -> float:
    tracemalloc.start()
    for first in range(0, members, BATCH):
        run(world, np.arange(first, min(first + BATCH, members)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measure(districts: list[int]) -> dict:
    weeks, members = [130, 260, 520, 1040], [8, 16, 32, 64]
    found: dict = {"districts": {}, "weeks": {}, "members": {}, "peak_megabytes": {}}
    for count in districts:
        world = shipped_world(260, count)
        run(world, np.arange(1))  # compiles
        found["districts"][count] = seconds(world, BATCH)
    for count in weeks:
        found["weeks"][count] = seconds(shipped_world(count), BATCH)
    world = shipped_world(260)
    for count in members:
        found["members"][count] = seconds(world, count)
        found["peak_megabytes"][count] = peak_megabytes(world, count)
    return found


def picture(found: dict) -> go.Figure:
    titles = ("Districts (260 weeks, 8 members)", "Weeks (34 districts, 8 members)", "Members")
    figure = make_subplots(1, 3, subplot_titles=titles)
    for column, part in enumerate(("districts", "weeks", "members"), start=1):
        sizes = [int(size) for size in found[part]]
        times = [*found[part].values()]
        line = [times[-1] * size / sizes[-1] for size in sizes]
        measured = {"mode": "markers", "marker": {"size": 9, "color": "#1b6ca8"}}
        figure.add_scatter(x=sizes, y=times, name="measured", row=1, col=column, **measured)
        figure.add_scatter(
            x=sizes, y=line, mode="lines", line={"dash": "dot", "color": "#888"}, row=1, col=column
        )
    figure.update_xaxes(type="log")
    figure.update_yaxes(type="log", dtick=1)
    figure.update_yaxes(title_text="processor seconds", col=1)
    figure.update_layout(
        template="plotly_white", showlegend=False, width=1100, height=380,
        title="Cost of a stochastic run; dotted: in proportion to the largest",
    )  # fmt: skip
    return figure


def draw(found: dict) -> None:
    if (chromium := which("chromium")) is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        picture(found).write_html(page, include_plotlyjs=True, config={"displayModeBar": False})
        size = ("--window-size=1120,400", f"--user-data-dir={folder}")
        shot = f"--screenshot={(OUT / 'engine-scaling.png').absolute()}"
        flags = ("--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=5000")
        command = [chromium, *flags, *size, shot, page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, nargs="*", default=[34, 100, 300, 1000])
    given = parser.parse_args()
    found = measure(given.districts)
    text = json.dumps(found, indent=1) + "\n"
    (OUT / "engine-scaling.json").write_text(text, encoding="utf-8")
    draw(found)


if __name__ == "__main__":
    main()
