"""Extras: packages that only some commands need.

    pip install 'provenance[label]'

The library is used by many who print no labels and serve no node. What these
need more is loaded when it is used, and its absence says what to install.
"""

from importlib import import_module
from types import ModuleType


class MissingExtraError(Exception):
    """A package is not installed that this command needs."""


def load_extra(module: str, *, extra: str) -> ModuleType:
    """Return *module*, which the extra of that name installs.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # A package that is there and lacks one of its own is as useless.
        raise MissingExtraError(
            f"{error.name} is not installed, which this command needs: install"
            f" it with pip install 'provenance[{extra}]'"
        ) from error
