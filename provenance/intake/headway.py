"""Headway: how far an intake is, for whoever shows it."""

from collections.abc import Callable
from typing import NamedTuple


class Headway(NamedTuple):
    """How much of something is done.

    Attributes:
        noun: What is counted: events, rows, events logged.
        done: How many; with 0 a count begins.
        total: Of how many; 0 if nobody knows yet.
        share: How much of the file that is, from 0 to 1, if that is known
            better than the total.
    """

    noun: str
    done: int
    total: int = 0
    share: float = 0


Tell = Callable[[Headway], None]
"""Is told how far it is, often: it decides what to show, and when."""


def tell_nobody(headway: Headway) -> None:
    """Stand for nobody who wants to know."""
