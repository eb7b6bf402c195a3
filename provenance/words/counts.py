"""Numbers of things in words."""


def entries(indexes: list[int]) -> str:
    """Return where something stands, as it follows a verb."""
    if not indexes:
        return ""
    if len(indexes) == 1:
        return f" as entry {indexes[0]}"
    return f" as entries {indexes[0]} to {indexes[-1]}"


def counted(number: int, noun: str) -> str:
    """Return so many of a *noun* that takes an s."""
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def with_it(others: int) -> str:
    """Return what is said of the rows that a fault takes with it."""
    if not others:
        return ""
    is_one = others == 1
    return (
        f"; {counted(others, 'other row')} {'is' if is_one else 'are'} refused"
        " with it"
    )
