"""Pages of the documentation whose blocks of Python run, and print what stands under them.

Where numbers moved, ``python -m tests.unit.pages docs/tutorials/policies.md`` renews a page.
"""

import ast
import contextlib
import io
import os
import re
import sys
import tempfile
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n+```text\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
LOOSE = ELLIPSIS | NORMALIZE_WHITESPACE


def shown(code: str, names: dict[str, object]) -> str:
    """Run a block as a notebook does; return what it prints and the value of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "page", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "page", "eval"), names)
            if value is not None:
                print(repr(value))  # noqa: T201 - it goes to `printed`
    return "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())


def is_same(written: str, output: str) -> bool:
    """Return whether an output is the written one, up to white space and ``...``."""
    return OutputChecker().check_output(written, output, LOOSE)


def renew(page: str) -> str:
    """Return a page with the outputs that its blocks have now."""
    names: dict[str, object] = {}

    def block(found: re.Match[str]) -> str:
        output = shown(found["code"], names)
        if found["output"] is None or is_same(found["output"], output):
            return found[0]
        return found[0].replace(f"```text\n{found['output']}", f"```text\n{output}")

    return BLOCK.sub(block, page)


if __name__ == "__main__":
    path = Path(sys.argv[1]).absolute()
    text = path.read_text(encoding="utf-8")
    os.chdir(tempfile.mkdtemp())
    path.write_text(renew(text), encoding="utf-8")
