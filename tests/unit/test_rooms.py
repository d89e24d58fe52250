"""Promises of the layout: small folders, no hidden modules, no import cycles."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import tarazu

ROOT = Path(tarazu.__file__).parent
FOLDERS = sorted({path.parent for path in ROOT.rglob("*.py")})
MOST_MODULES = 15
MOST_LINES = 400
# One file per mechanism: the list is the model's table of contents.
LONG_LISTS = {ROOT / "model" / "mechanisms"}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, modules: set[str]) -> Iterator[str]:
    """Yield the modules of the package that a file imports anywhere, for types too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in modules else str(node.module)


def cycle(graph: dict[str, set[str]]) -> list[str]:
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_folder__has_few_modules(folder: Path) -> None:
    modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES or folder in LONG_LISTS, f"{len(modules)} in {folder}"


def test_modules__are_short() -> None:
    lines = {dotted(p): len(p.read_text(encoding="utf-8").splitlines()) for p in ROOT.rglob("*.py")}
    assert {name: n for name, n in lines.items() if n > MOST_LINES} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_module__is_not_hidden_behind_a_name_of_its_package(folder: Path) -> None:
    package = import_module(dotted(folder / "__init__.py"))
    names = [path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()]
    public = {name: getattr(package, name) for name in names if name in vars(package)}
    hidden = [name for name, value in public.items() if not isinstance(value, ModuleType)]
    assert hidden == []


def test_imports__have_no_cycle_at_any_level() -> None:
    files = {dotted(path): path for path in ROOT.rglob("*.py")}
    graph = {name: set(imported(path, set(files))) - {name} for name, path in files.items()}
    assert cycle(graph) == []


def test_cycle__is_found() -> None:
    assert set(cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
