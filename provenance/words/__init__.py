"""Words: what is said around the record, in each language.

    story       the phrases of timelines and verdicts
    moments     one event of a story, in sentences

What the page says in a browser stands with the page
(`provenance_node/web/page/`), and what the codes mean with the codes
(`provenance.proof.codes`). A phrase is there in every language or in none.
Nothing here knows a terminal or HTML.
"""
