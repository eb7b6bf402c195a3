"""Faults in the bytes: what is not JSON, or not one document to all readers."""

import json

from tests.faults.case import Fault, in_bytes, swap


def faults() -> list[Fault]:
    return [
        in_bytes(
            "json-key-twice", "two actions in one event, of which readers take either",
            "making", swap('"bizStep": "creating', '"action": "OBSERVE",\n     "bizStep": "creating'),
            place="[0]", reason='the key "action" appears twice: leave one of them out',
        ),
        in_bytes(
            "json-event-list-twice", "two lists of events, of which readers take either",
            "shipping", swap('  "eventList": [', '  "eventList": [],\n  "eventList": ['),
            place="$.epcisBody", reason='the key "eventList" appears twice: leave one of them out',
        ),
        in_bytes(
            "json-key-twice-escaped", "a member twice, once written with an escape",
            "making", swap('"tea:pickers": 14', '"tea:pickers": 14,\n     "tea:picker\\u0073": 41'),
            place="[0]", reason='the key "tea:pickers" appears twice: leave one of them out',
        ),
        in_bytes(
            "json-nan", "a measured value that is not a number",
            "watching", swap('"value": 18.5', '"value": NaN'),
            place="[1].sensorElementList[0].sensorReport[0].value",
            reason="NaN is not a JSON number: leave out what was not measured",
        ),
        in_bytes(
            "json-infinity", "a measured value without end",
            "watching", swap('"maxValue": 47.25', '"maxValue": -Infinity'),
            place="[1].sensorElementList[0].sensorReport[1].maxValue",
            reason="-Infinity is not a JSON number: leave out what was not measured",
        ),
        in_bytes(
            "json-number-too-large", "a number that no float can hold",
            "making", swap('"quantity": 240.5', '"quantity": 2e999'),
            place="[0].quantityList[0].quantity",
            reason="the number is too large for a float: write a smaller one",
        ),
        in_bytes(
            "json-integer-of-5000-digits", "an integer of 5,000 digits, which takes long to read",
            "making", swap('"quantity": 120', '"quantity": ' + "9" * 5000),
            place="[1].outputQuantityList[0].quantity",
            reason="an integer of 5000 digits is too long: write fewer",
        ),
        in_bytes(
            "json-half-a-surrogate-pair", "half of a character outside the first plane",
            "shipping", swap("茶叶完好", "\\ud83c"),
            place="[3].tea:note",
            reason="the text holds half of a surrogate pair: write both halves or neither",
        ),
        in_bytes(
            "json-half-a-surrogate-pair-in-a-key", "half of a character in the name of a member",
            "making", swap('"tea:terrace"', '"tea:terrace\\udf43"'),
            place="[0].ilmd",
            reason='the key "tea:terrace\\udf43" is half a surrogate pair: write both halves or neither',
        ),
        in_bytes(
            "json-trailing-comma", "a comma after the last member",
            "making", swap('"tea:pickers": 14\n', '"tea:pickers": 14, '),
            place="line 39, column", reason="not JSON at line 39",
        ),
        in_bytes(
            "json-comment", "a comment, which JSON has not",
            "shipping", swap('"schemaVersion": "2.0",', '"schemaVersion": "2.0", // of 2022'),
            place="line 9, column 26", reason="expecting property name",
        ),
        in_bytes(
            "json-single-quotes", "a document in single quotes",
            "alone", lambda data: data.replace(b'"', b"'"),
            place="line 2, column 2", reason="expecting property name",
        ),
        in_bytes(
            "json-leading-zero", "a count with zeros before it",
            "shipping", swap('"quantity": 48', '"quantity": 048'),
            place="line 26, column 20", reason="expecting ',' delimiter",
        ),
        in_bytes(
            "json-control-character", "a line break inside of text",
            "shipping", swap("Carton opened, ", "Carton opened,\n"),
            place="line 130, column 32", reason="invalid control character",
        ),
        in_bytes(
            "json-truncated", "a document that was cut off on its way",
            "watching", lambda data: data[:2000],
            place="line 79, column 14", reason="not JSON",
        ),
        in_bytes(
            "json-two-documents", "two documents one after another in one file",
            "alone", lambda data: data + data,
            place="line 36, column 1", reason="extra data",
        ),
        in_bytes(
            "json-empty", "a file of no bytes",
            "making", lambda _: b"",
            place="line 1, column 1", reason="expecting value",
        ),
        in_bytes(
            "json-blank", "a file of spaces and line breaks alone",
            "making", lambda _: b" \n\t\r\n",
            place="line 3, column 1", reason="expecting value",
        ),
        in_bytes(
            "json-byte-order-mark", "a byte order mark before the document",
            "making", lambda data: b"\xef\xbb\xbf" + data,
            place="the JSON starts", reason="with a byte order mark: save it without",
        ),
        in_bytes(
            "json-not-utf-8", "a document in Latin-1",
            "alone", swap('"red"', b'"ros\xe9"'),
            place="byte 713", reason="save it as UTF-8",
        ),
        in_bytes(
            "json-utf-16", "a document in UTF-16",
            "alone", lambda data: data.decode().encode("utf-16"),
            place="byte 0", reason="save it as UTF-8",
        ),
        in_bytes(
            "json-surrogate-in-utf-8", "half of a character, in bytes that look like UTF-8",
            "alone", swap('"red"', b'"\xed\xa0\xbd"'),
            place="byte 710", reason="save it as UTF-8",
        ),
        in_bytes(
            "json-nests-100000-deep", "lists 100,000 deep, which would overflow a careless reader",
            "shipping", swap('"Carton opened, 茶叶完好"', "[" * 100_000 + "]" * 100_000),
            place="line 130, column 77",
            reason="$.epcisBody.eventList[3] is nested 100004 deep: at most 64, so flatten what starts at",
        ),
        in_bytes(
            "json-nests-65-deep", "objects one deeper than a reader takes",
            "making", swap('"tea:pickers": 14', '"tea:pickers": ' + '{"tea:x":' * 61 + "1" + "}" * 61),
            place="line 39, column 560",
            reason="$.epcisBody.eventList[0] is nested 65 deep: at most 64, so flatten what starts at",
        ),
        in_bytes(
            "json-text-alone", "the text of a document as one JSON string",
            "alone", lambda data: json.dumps(data.decode()).encode(),
            place="$", reason="this must be an object, not text: write each of its members under its name",
        ),
    ]  # fmt: skip
