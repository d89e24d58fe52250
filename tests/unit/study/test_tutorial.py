"""The tutorial on policies runs, and its outputs are those that it prints.

Where numbers of the model moved, ``python -m tests.unit.study.test_tutorial`` renews the page.
"""

import ast
import contextlib
import doctest
import io
import os
import re
import tempfile
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "tutorials" / "policies.md"
BLOCK = re.compile(r"```python\n(?P<code>.*?)```(?:\n+```text\n(?P<output>.*?)```)?", re.DOTALL)
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def shown(code: str, names: dict) -> str:
    """Run a block as a notebook does; return what it prints and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, str(PAGE), "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names)
            if value is not None:
                print(repr(value))  # noqa: T201 - it goes to `printed`
    return "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())


def is_same(written: str, output: str) -> bool:
    return doctest.OutputChecker().check_output(written, output, LOOSE)


def renew(page: str) -> str:
    """Return the page with the outputs that its blocks have now."""
    names: dict = {}

    def block(found: re.Match[str]) -> str:
        output = shown(found["code"], names)
        if found["output"] is None or is_same(found["output"], output):
            return found[0]
        return found[0].replace(f"```text\n{found['output']}", f"```text\n{output}")

    return BLOCK.sub(block, page)


def test_tutorial__runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(page)) >= 10
    assert renew(page) == page


def test_tutorial__another_output_is_seen():
    page = "```python\n1 + 1\n```\n\n```text\n3\n```\n"
    assert renew(page) == page.replace("3", "2")


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    os.chdir(tempfile.mkdtemp())
    PAGE.write_text(renew(text), encoding="utf-8")
