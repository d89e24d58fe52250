"""Tools of system dynamics, made ready to run the mean field: PySD and BPTK-Py's Rust engine."""

from collections.abc import Callable
from functools import cache, partial
from unittest.mock import patch

import numpy as np

from benchmarks.twins.contestants import Contestant, Setting
from benchmarks.twins.vensim import write_vensim
from tarazu.engine.mean_field.xmile import variable_name, write_xmile

# Runs of PySD that differ in length only: what it needs at its start and end is not a week's cost.
FLATTENED_WEEKS, SUBSCRIPTED_WEEKS = (2, 202), (2, 6)
# PySD has the Python file that it writes laid out by Black, which takes most of the translation.
AS_WRITTEN = patch("black.format_file_contents", lambda text, **_: text)


def pysd_flattened(setting: Setting) -> Contestant:
    """Tarazu's own XMILE file: every quantity of every district a variable."""
    import pysd

    world = setting.short
    text = write_xmile(
        world.model, world.parameters, world.levers, districts=world.districts, weeks=world.weeks
    )
    file = setting.folder / "flattened.xmile"
    file.write_text(text, encoding="utf-8")
    districts = range(len(world.districts.names))
    columns = [variable_name(s, d) for s in world.model.stocks for d in districts]
    with AS_WRITTEN:
        model = pysd.read_xmile(str(file))
    return _pysd(setting, model, columns, variable_name, FLATTENED_WEEKS)


def pysd_subscripted(setting: Setting) -> Contestant:
    """A Vensim file with the districts as a subscript."""
    import pysd

    file = setting.folder / "subscripted.mdl"
    file.write_text(write_vensim(setting.week, setting.short), encoding="utf-8")
    columns = [*setting.short.model.stocks]
    with AS_WRITTEN:
        model = pysd.read_vensim(str(file))
    return _pysd(setting, model, columns, lambda s, d: f"{s}[d{d + 1}]", SUBSCRIPTED_WEEKS)


def _pysd(
    setting: Setting,
    model,
    columns: list[str],
    column: Callable[[str, int], str],
    weeks: tuple[int, int],
) -> Contestant:
    stocks, districts = setting.short.model.stocks, range(len(setting.short.districts.names))
    few, many = weeks

    def national() -> np.ndarray:
        until = min(many, setting.short.weeks)
        found = model.run(final_time=until, return_columns=columns)
        levels = [[found[column(s, d)].to_numpy()[1:] for d in districts] for s in stocks]
        return _added_up(setting, np.array(levels, dtype=float))

    run = partial(model.run, return_columns=columns[:1])
    return Contestant(
        lambda: run(final_time=many), many - few, national, less=lambda: run(final_time=few)
    )


def bptk_engine(setting: Setting) -> Contestant:
    """BPTK-Py's Rust engine alone: the model is loaded before the time is taken."""
    from BPTK_Py._rust_engine import RustSdEngine

    model = _bptk_model(setting)
    return _bptk(setting, RustSdEngine().load_model(model.to_json()).simulate)


def bptk_end_to_end(setting: Setting) -> Contestant:
    """BPTK-Py from its model to its table; building the model is not timed."""
    return _bptk(setting, partial(_bptk_model(setting).simulate, backend="rust"))


@cache
def _bptk_model(setting: Setting):
    from benchmarks.twins.bptk import build

    return build(setting.week, setting.short)


def _bptk(setting: Setting, run: Callable) -> Contestant:
    short = setting.short
    stocks, districts = short.model.stocks, range(len(short.districts.names))

    def national() -> np.ndarray:
        found = run([f"{s}_d{d}" for s in stocks for d in districts])
        weeks = sorted(found["trust_d0"].keys(), key=float)[1:]
        levels = [[[found[f"{s}_d{d}"][t] for t in weeks] for d in districts] for s in stocks]
        return _added_up(setting, np.array(levels))

    return Contestant(lambda: run(["trust_d0"]), short.weeks, national)


def _added_up(setting: Setting, levels: np.ndarray) -> np.ndarray:
    """Return national stocks (T, S, 1) of levels (S, D, T)."""
    inputs = setting.short.inputs(1, setting.mode)
    means = inputs.is_mean[: len(levels)].astype(bool)
    weights = np.where(means[:, None], inputs.people_share, 1.0)
    return np.einsum("sdt,sd->ts", levels, weights)[:, :, None]
