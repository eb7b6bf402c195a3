"""A parent whose child is in an endless loop; it says which, and waits."""

import asyncio

from provenance_node.children import Children


async def main() -> None:
    children = Children("tests.support.node_child", ["x"], count=1, most=1)
    await children.start()
    pid = await children.ask(["pid"])
    looping = asyncio.create_task(children.ask(["loop"]))
    await asyncio.sleep(0.1)
    print(pid, flush=True)
    await looping


if __name__ == "__main__":
    asyncio.run(main())
