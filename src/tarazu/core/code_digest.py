"""Digests of what code computes, whatever file it stands in and however it is worded.

The outline of a definition leaves out imports, docstrings, comments, annotations and layout, and
numbers the local names of a function in the order in which they appear. What it reads of the same
code is replaced by the digest of that, so that neither its name nor its module counts.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

_ROUNDS: Final = 64  # more than the longest chain of definitions that read each other
_NO_DIGEST: Final = {"annotation", "returns", "type_comment", "kind", "ctx", "simple"}
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


class CodeObject(NamedTuple):
    """A function, class or constant at the top level of a module."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Code:
    """Digests of the definitions of some packages.

    Attributes
    ----------
    digests : SHA-256 of what each definition computes, with all that it reads of these packages.
    reads : the definitions of these packages that each one names itself.
    """

    digests: Mapping[CodeObject, str]
    reads: Mapping[CodeObject, tuple[CodeObject, ...]]

    @property
    def digest(self) -> str:
        """SHA-256 of all definitions and their names, in no order and in no module."""
        return _sha256(sorted(f"{key.name} {digest}" for key, digest in self.digests.items()))


@dataclass(slots=True)
class _Module:
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)  # local name -> dotted name


def read_code(packages: Mapping[str, Path], *, prose: bool) -> Code:
    """Return the digests of all definitions in some packages.

    Parameters
    ----------
    packages : dotted name -> folder; sub-packages are included.
    prose : whether f-strings and strings with a blank in them count.
    """
    modules = {
        ".".join((package, *_parts(path.relative_to(folder)))): _read_module(path)
        for package, folder in packages.items()
        for path in sorted(folder.rglob("*.py"))
    }
    texts: dict[CodeObject, str] = {}
    reads: dict[CodeObject, tuple[CodeObject, ...]] = {}
    for module_name, module in modules.items():
        for name, statements in module.defined.items():
            outline = _Outline(modules, module_name, prose)
            for statement in statements:
                outline.add_statement(statement)
            key = CodeObject(module_name, name)
            texts[key], reads[key] = "\n".join(outline.tokens), tuple(outline.reads)
    digests = {key: _sha256([text]) for key, text in texts.items()}
    for _ in range(_ROUNDS):
        digests = {
            key: _sha256([text, *(digests[read] for read in reads[key])])
            for key, text in texts.items()
        }
    return Code(digests, reads)


def _sha256(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _parts(path: Path) -> tuple[str, ...]:
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def _read_module(path: Path) -> _Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = _Module()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                module.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                module.imported[alias.asname or first] = alias.name if alias.asname else first
    for statement in tree.body:
        for name in _defines(statement):
            module.defined.setdefault(name, []).append(statement)
    return module


def _defines(statement: ast.stmt) -> Iterator[str]:
    """Yield the names a statement gives a value; "" for one that runs without naming anything."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        yield from (name for name in _targets(statement) if name != "__all__")
    elif isinstance(statement, ast.If):
        if "TYPE_CHECKING" not in (test := ast.unparse(statement.test)) and "__main__" not in test:
            yield ""
    elif not _has_no_effect(statement):
        yield ""


def _targets(statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _has_no_effect(node: ast.AST) -> bool:
    """Whether a statement is an import, a docstring or ``pass``."""
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) or (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


class _Outline:
    """The parts of a definition that decide what it computes, and what it reads."""

    def __init__(self, modules: Mapping[str, _Module], module: str, prose: bool) -> None:
        self.modules, self.module, self.prose = modules, module, prose
        self.tokens: list[str] = []
        self.reads: list[CodeObject] = []
        self.locals: dict[str, str] | None = None  # None outside functions

    def add_statement(self, node: ast.stmt) -> None:
        """Add a statement of the top level; what it is called does not count."""
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(isinstance(target, ast.Name) for target in targets):
                self.tokens.append("value")
                self.add(node.value)
                return
        self.add(node, unnamed=True)

    def add(self, node: ast.AST, *, unnamed: bool = False) -> None:
        if isinstance(node, ast.JoinedStr) and not self.prose:
            self.tokens.append("prose")
        elif isinstance(node, ast.Constant):
            is_prose = isinstance(node.value, str) and " " in node.value and not self.prose
            self.tokens.append("prose" if is_prose else repr(node.value))
        elif isinstance(node, ast.Name | ast.Attribute) and (read := self.resolve(node)):
            self.reads.append(read)
            self.tokens.append(f"read {' '.join(self.parameters(read))}")
        elif isinstance(node, ast.Name):
            self.tokens.append(self.local(node.id))
        elif isinstance(node, ast.Call):
            self.add_call(node)
        elif isinstance(node, ast.AnnAssign) and self.locals is not None:
            if node.value is not None:
                self.add_fields(ast.Assign([node.target], node.value))
        elif isinstance(node, _FUNCTIONS) and self.locals is None:
            self.locals = self.names_in(node, unnamed)
            self.add_fields(node, unnamed=unnamed)
            self.locals = None
        else:
            self.add_fields(node, unnamed=unnamed)

    def add_fields(self, node: ast.AST, *, unnamed: bool = False) -> None:
        """Add the fields of a node; empty ones depend on the version of Python and are left out."""
        self.tokens.append(type(node).__name__)
        for name, value in ast.iter_fields(node):
            if name in _NO_DIGEST or (name == "name" and unnamed):
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    if not _has_no_effect(part):
                        self.tokens.append(name)
                        self.add(part)
                elif isinstance(part, str) and name in {"name", "arg", "rest"}:
                    self.tokens.append(f"{name} {self.local(part)}")
                elif isinstance(part, str | int):
                    self.tokens.append(f"{name} {part}")
        self.tokens.append("end")

    def add_call(self, node: ast.Call) -> None:
        """Add a call; a keyword counts as the position of the parameter that it names."""
        read = self.resolve(node.func)
        parameters = self.parameters(read) if read else []
        unpacks = any(keyword.arg is None for keyword in node.keywords)
        self.tokens.append("Call")
        if read and parameters and not unpacks:
            self.reads.append(read)
            self.tokens.append("read")
        else:
            self.add(node.func)
        for argument in node.args:
            self.add(argument)
        own = isinstance(node.func, ast.Name) and node.func.id in (self.locals or {})
        for keyword in node.keywords:
            name = str(keyword.arg)
            if name in parameters and not unpacks:
                name = str(parameters.index(name))
            self.tokens.append(f"keyword {self.local(name) if own else name}")
            self.add(keyword.value)
        self.tokens.append("end")

    def local(self, name: str) -> str:
        """Return the number of a local name, the full name of an imported one, or the name."""
        if self.locals is not None and name in self.locals:
            if not self.locals[name]:
                self.locals[name] = f"local {sum(map(bool, self.locals.values()))}"
            return self.locals[name]
        dotted = self.modules[self.module].imported.get(name, name)
        is_ours = dotted.partition(".")[0] == self.module.partition(".")[0]
        return dotted.rpartition(".")[2] if is_ours else dotted

    def names_in(self, function: ast.AST, unnamed: bool) -> dict[str, str]:
        """Return the names bound in a function, without number yet.

        Names that the module also binds are kept as they are, and so are the parameters of methods,
        which calls name where the class is not known.
        """
        nodes = list(ast.walk(function))[1:]
        if any(isinstance(node, ast.ClassDef) for node in nodes):
            return {}
        names = {
            n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        } | {str(n.name) for n in nodes if isinstance(n, (*_FUNCTIONS, ast.ExceptHandler))}
        if unnamed:
            names |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        else:
            names -= {n.arg for n in nodes if isinstance(n, ast.arg)}
        module = self.modules[self.module]
        return dict.fromkeys(sorted(names - module.defined.keys() - module.imported.keys()), "")

    def parameters(self, read: CodeObject) -> list[str]:
        """Return the names of a function's parameters; none for a class or a constant."""
        for node in self.modules[read.module].defined[read.name]:
            if isinstance(node, _FUNCTIONS):
                args = node.args
                return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
        return []

    def resolve(self, node: ast.expr) -> CodeObject | None:
        """Return the definition that a name, or a name in an imported module, stands for."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            held = self.modules[self.module].imported.get(node.value.id, "")
            return self.follow(held, node.attr)
        if isinstance(node, ast.Name) and node.id not in (self.locals or {}):
            return self.follow(self.module, node.id)
        return None

    def follow(self, module_name: str, name: str) -> CodeObject | None:
        """Return where a module has a name from, through modules that only pass it on."""
        module = self.modules.get(module_name)
        if module is None:
            return None
        if name in module.defined:
            return CodeObject(module_name, name)
        home, _, original = module.imported.get(name, "").rpartition(".")
        return self.follow(home, original) if home else None
