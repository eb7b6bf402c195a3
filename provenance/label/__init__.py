"""Labels: QR codes that lead from a thing to its evidence.

    a serial number    drawn, or counted up          `serials`
    a label            the link, and what people read  `label`
    a drawing          SVG in millimetres              `drawing`
    a bitmap           PNG in dots                     `bitmap`, `font`
    a sheet            HTML, to print and cut          `sheet`
    files              all of these, named, and a table  `files`

A printed code can be copied: it shows which evidence to look at, and never
that the thing under it is the one meant. All of this is pure: randomness and
the making of QR codes are handed in.
"""
