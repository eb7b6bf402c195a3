"""What an event does, as far as permission to do it is concerned.

In full: `FORMATS.md`, section 11.
"""

from typing import NamedTuple


class Need(NamedTuple):
    """What one grant of the signer must let it do.

    Attributes:
        kinds: Kinds of event, of which its role has one at least.
        keys: Owner keys that its prefixes must cover, all of them: for a GS1
            identifier the digits that start with the company prefix, else
            the id.
    """

    kinds: frozenset[str]
    keys: tuple[str, ...] = ()


class Act(NamedTuple):
    """What an event does.

    Attributes:
        needs: What it takes; each is met by some grant of the signer.
        places: Where it says it happened; a grant that is limited to places
            must have them all.
        recalls: Whether it calls its items back.
        hides_place: Whether it conceals a part of where it happened; a grant
            that is limited to places does not cover that.
    """

    needs: tuple[Need, ...]
    places: tuple[str, ...] = ()
    recalls: bool = False
    hides_place: bool = False
