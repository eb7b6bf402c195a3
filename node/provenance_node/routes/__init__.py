"""What the node answers, one file for each subject.

A file of routes has `routes(node: Node) -> APIRouter`. A route reads what was
asked, asks the node's parts, and gives their answer its form (`answers`,
`proven`); `schemas` is what the OpenAPI says of bodies, and `readers_only` is
for those who may read what is concealed. No route judges: errors come from the
library, and `provenance_node.problems` makes answers of them.
"""
