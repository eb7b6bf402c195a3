"""Where a file that is not there was looked for.

A key, a ledger or a disk is often reached through a symbolic link. When what
it leads to is missing, "no such file" sends people to the wrong place.
"""

import os
from pathlib import Path


def whereabouts(path: Path) -> str:
    """Return *path*, with the link on its way that leads nowhere, if any.

    It is for messages: "log.key: it points to /etc/log.key, which is not
    there".
    """
    for link in (path, *path.parents):
        # Unlike those of Path, these answer where looking is not allowed.
        if os.path.islink(link) and not os.path.exists(link):  # noqa: PTH110, PTH114
            name = "it" if link == path else str(link)
            target = os.path.realpath(link)
            return f"{path}: {name} points to {target}, which is not there"
    return str(path)
