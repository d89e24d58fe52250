"""Generated kernels run from their text, whatever lies in the cache."""

import importlib.util
import py_compile
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.unit.worlds import default_levers, line_of_districts, medians, toy_model

from tarazu.engine import simulate
from tarazu.engine.compiler import kernel_files as build

DISTRICTS, WEEKS = 2, 5


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """An empty cache, and no kernel in memory."""
    monkeypatch.setenv("TARAZU_CACHE_DIR", str(tmp_path))
    build._build.cache_clear()
    yield
    build._build.cache_clear()


def built_again() -> build.BuiltKernel:
    """Build as a new process would: nothing in memory but the cache folder as it is."""
    build._build.cache_clear()
    for name in [n for n in sys.modules if n.startswith("tarazu_generated_toy")]:
        del sys.modules[name]
    return build.build_kernel(toy_model(), "mean", DISTRICTS)


def series() -> bytes:
    m = toy_model()
    run = simulate(
        m,
        medians(m),
        default_levers(m, WEEKS, DISTRICTS),
        districts=line_of_districts(DISTRICTS),
        seed=0,
        members=np.array([0]),
        weeks=WEEKS,
        mode="mean",
    )
    return run.national.tobytes()


def put_byte_code(file: Path, text: str) -> Path:
    """Compile the text to where Python looks for the file's byte code, not to be checked."""
    other = file.with_name("other.py")
    other.write_text(text)
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    target = importlib.util.cache_from_source(str(file))
    py_compile.compile(str(other), target, doraise=True, invalidation_mode=unchecked)
    return Path(target)


def with_another_constant(text: str) -> str:
    changed = text.replace("1.0", "1.5")
    assert changed != text
    return changed


def test_build_kernel__ignores_byte_code_that_was_tampered_with():
    kernel, before = built_again(), series()
    put_byte_code(Path(kernel.file), with_another_constant(kernel.source.text))
    built_again()
    assert series() == before


def test_build_kernel__ignores_byte_code_that_was_cut_short():
    kernel = built_again()
    target = put_byte_code(Path(kernel.file), kernel.source.text)
    target.write_bytes(target.read_bytes()[:40])
    again = built_again()
    assert again.source == kernel.source
    assert again.run_member is not kernel.run_member


def test_build_kernel__writes_no_byte_code(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    kernel = built_again()
    built_again()
    assert [file.name for file in Path(kernel.file).parent.iterdir()] == [Path(kernel.file).name]


@pytest.mark.parametrize("damage", [with_another_constant, lambda text: text[:100], lambda _: ""])
def test_build_kernel__rewrites_a_source_that_differs(damage):
    kernel, before = built_again(), series()
    file = Path(kernel.file)
    file.write_text(damage(kernel.source.text))
    built_again()
    assert file.read_text() == kernel.source.text
    assert series() == before


def test_build__compiling_is_seen_where_nobody_has_set_up_logging(caplog):
    for times in (1, 0):  # the second time the source is there
        caplog.clear()
        built_again()
        seen = [record for record in caplog.records if "compiling the model" in record.message]
        assert len(seen) == times
        assert all(record.levelname == "WARNING" for record in seen)
