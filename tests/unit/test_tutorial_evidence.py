"""The tutorial on evidence runs as it is written, and prints what stands under its blocks."""

import ast
import contextlib
import io
import re
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorials" / "evidence.md"
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE


def run_block(code: str, names: dict[str, object]) -> str:
    """Return what a notebook prints of a block: its output, then the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, PAGE.name, "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), PAGE.name, "eval"), names)  # type: ignore[attr-defined]
            if value is not None:
                print(repr(value))  # noqa: T201
    return printed.getvalue()


@pytest.mark.slow
def test_tutorial__runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = list(BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(blocks) >= 12
    differing = []
    for block in blocks:
        found, shown = run_block(block["code"], names), block["shown"]
        if shown is not None and not OutputChecker().check_output(shown, found, FLAGS):
            differing.append(f"{block['code']}\nexpected:\n{shown}\nfound:\n{found}")
    assert not differing, "\n".join(differing)


def test_block__of_another_output_would_be_found() -> None:
    assert run_block("x = 1\nx + 1", {}) == "2\n"
    assert not OutputChecker().check_output("3\n", "2\n", ELLIPSIS)
