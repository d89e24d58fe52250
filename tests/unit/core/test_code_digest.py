import ast
from importlib.resources import files
from pathlib import Path

import pytest

from tarazu.core.code_digest import read_code
from tarazu.study.runner.run import ROOMS

CODE = '''
from tarazu.core.random.streams import uniform as draw

RATE = 0.5
NAMES = ("a", "b")

class Box:
    """What it holds."""
    size: int = 3
    def grow(self, by: int) -> int:
        larger = self.size + by
        return larger

def kernel(name: str, scale: float = RATE) -> str:
    line = f"{name} = {scale} * {draw(1)}"
    return line + "for i in range(n):"
'''


@pytest.fixture
def digest(tmp_path):
    def write(code: str = CODE, module: str = "one.py") -> str:
        for path in tmp_path.rglob("*.py"):
            path.unlink()
        path = tmp_path / module
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
        return read_code({"tarazu.toy": tmp_path}, prose=True).digest

    return write


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    """What it holds."""\n', ""),
        ("    larger =", "    import math\n        larger ="),
        ("name: str", "name"),
        ("-> int:", "-> float:"),
        ("tarazu.core.random.streams", "tarazu.core.other"),
        (" as draw", ""),
        ("line", "text"),
        ("larger", "more"),
        ("NAMES = ", "# names\nNAMES: tuple = "),
    ],
)
def test_code_digest__does_not_see(digest, old, new):
    changed = CODE.replace(old, new)
    assert changed != CODE
    if old == " as draw":
        changed = changed.replace("draw(", "uniform(")
    assert digest() == digest(changed)


@pytest.mark.parametrize("module", ["two.py", "deep/one.py", "__init__.py"])
def test_code_digest__does_not_see_the_file(digest, module):
    assert digest() == digest(module=module)


def test_code_digest__does_not_see_the_order_of_definitions(digest):
    box, kernel = CODE.index("class Box"), CODE.index("def kernel")
    assert digest() == digest(CODE[:box] + CODE[kernel:] + "\n" + CODE[box:kernel])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.5", "0.6"),
        ("{name} = ", "{name} += "),
        ("for i in range(n):", "for j in range(n):"),
        ('"a", "b"', '"b", "a"'),
        ("size: int = 3", "size: int = 4"),
        ("self.size + by", "by - self.size"),
        ("uniform as draw", "exponential as draw"),
        ("scale: float = RATE", "scale: float = 1"),
        ("kernel", "core"),
        ("grow", "shrink"),
    ],
)
def test_code_digest__sees(digest, old, new):
    changed = CODE.replace(old, new)
    assert changed != CODE
    assert digest() != digest(changed)


def test_code_digest__sees_which_of_two_functions_of_one_name_is_called(tmp_path):
    for name, value in (("low", 1), ("high", 2)):
        (tmp_path / f"{name}.py").write_text(f"def level():\n    return {value}\n")
    digests = set()
    for name in ("low", "high"):
        user = f"from tarazu.toy.{name} import level\ndef use():\n    return level()\n"
        (tmp_path / "user.py").write_text(user)
        digests.add(read_code({"tarazu.toy": tmp_path}, prose=True).digest)
    assert len(digests) == 2


def test_code_digest__local_that_hides_a_name_of_the_module_is_kept_apart(digest):
    outer = "n = 1\ndef f(xs):\n    return [n for x in xs]\n"
    inner = "n = 1\ndef f(xs):\n    return [n for n in xs]\n"
    assert digest(outer) != digest(inner)


def test_code_digest__functions_that_call_each_other_have_one(digest):
    code = "def a(n):\n    return b(n)\ndef b(n):\n    return a(n) + 1\n"
    assert digest(code) == digest(code)
    assert digest(code) != digest(code.replace("+ 1", "+ 2"))


def test_code_digest__of_the_shipped_rooms_does_not_see_wording_or_layout(tmp_path):
    shipped = {f"tarazu.{room}": Path(str(files(f"tarazu.{room}"))) for room in ROOMS}
    bare = {name: tmp_path / name for name in shipped}
    for name, folder in shipped.items():
        for path in folder.rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                    docstring = ast.get_docstring(node) is not None
                    node.body = node.body[docstring:] or [ast.Pass()]
            copy = bare[name] / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(ast.unparse(tree), encoding="utf-8")
    before, after = read_code(shipped, prose=True), read_code(bare, prose=True)
    assert before.digests == after.digests
