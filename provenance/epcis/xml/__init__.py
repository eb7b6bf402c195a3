"""EPCIS in XML: events read from documents of 1.x and 2.0, and written as 2.0.

Elements are read by the standard's schema: their names, order and types. A
document is read as a stream, within bounds of depth and size; entities and
external references are refused. The members of an event are those of JSON.
"""
