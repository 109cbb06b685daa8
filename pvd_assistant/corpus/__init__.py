"""Documents come in: files are read, described by their metadata and cut into passages.

``catalogue`` lists the folder, ``readers`` turns a file into parts, ``metadata`` checks its front
matter, ``chunk`` cuts parts into passages along headings, sentences, items and rows.
"""
