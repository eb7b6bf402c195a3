"""Extras: packages that only some uses need.

    pip install './provenance_ledger-0.1.0-py3-none-any.whl[label]'

The library is used by many who print no labels and serve no node. What these
need more is loaded when it is used, and its absence says what to install: from
the wheel or the clone that this came from, never by the name alone, which on
an index may be anybody's.
"""

from importlib import import_module
from types import ModuleType

from provenance import __version__


class MissingExtraError(ImportError):
    """A package is not installed that this use needs."""

    def __init__(self, package: str | None, *, extra: str) -> None:
        super().__init__(
            f"{package} is not installed, which this needs: install provenance"
            " again from the wheel or the clone that it came from, with pip"
            f" install './provenance_ledger-{__version__}-py3-none-any.whl"
            f"[{extra}]' or pip install '.[{extra}]'",
            name=package,
        )


def load_extra(module: str, *, extra: str) -> ModuleType:
    """Return *module*, which the extra of that name installs.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # A package that is there and lacks one of its own is as useless.
        raise MissingExtraError(error.name, extra=extra) from error
