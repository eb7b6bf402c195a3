"""What the node answers, one file for each subject.

Each file has `routes(node: Node) -> APIRouter`.
"""
