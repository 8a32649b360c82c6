"""Loads plug-ins: every module of a package gives one constant, and nothing is registered elsewhere."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def collect(package: ModuleType, constant: str) -> tuple[Any, ...]:
    """Give ``constant`` of every public module of ``package``, in the order of the modules' names.

    A module without it stops the start-up with ``AttributeError``: a plug-in that is not wired in must not pass
    unnoticed. Modules whose name starts with ``_`` are helpers of their neighbours and are left out.
    """
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))
    return tuple(getattr(importlib.import_module(f"{package.__name__}.{name}"), constant) for name in names)
