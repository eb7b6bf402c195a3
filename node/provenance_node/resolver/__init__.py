"""The resolver of GS1 Digital Links: where a printed code leads.

    asked        what a request names, level by level
    wishes       what Accept and Accept-Language would have
    links        what there is to lead to
    answer       which of it is the answer
    description  what the resolver says of itself

All of it is decided without a server (`routes.resolver` has the routes).
`node/RESOLVER.md` goes through the points of GS1's conformance text.
"""
