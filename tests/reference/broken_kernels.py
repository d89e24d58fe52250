"""A module of kernels with one piece of its text changed, for negative controls."""

import sys
from importlib.util import module_from_spec, spec_from_loader
from inspect import getsource
from types import ModuleType


def changed_module(module: ModuleType, before: str, after: str) -> ModuleType:
    """Return a second copy of a module, in which `after` stands where `before` stood once."""
    text = getsource(module)
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {module}"
    name = f"{module.__name__}_changed"
    copy = module_from_spec(spec_from_loader(name, loader=None))
    sys.modules[name] = copy  # numba looks functions up by module
    exec(compile(text.replace(before, after), f"<{name}>", "exec"), vars(copy))
    return copy
