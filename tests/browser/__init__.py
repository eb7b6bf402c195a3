"""What the tests in a real browser stand on.

parts      Chromium and its driver, or the reason why a test skips
stage      one ledger with everything that the page is shown
liar       a server in front of a node, honest until told to lie
camera     a film in which a label lies before the camera
visit      one visitor: a page, with all that it asked for and said
access     axe, the order of focus, the sizes of what is touched
"""
