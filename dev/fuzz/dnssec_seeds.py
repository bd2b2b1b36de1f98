#!/usr/bin/env python3
"""Writes the recorded answers of the tree that validation is held to as seeds of the fuzz target dnssec: dnssec_seeds.py DIR"""

import base64
import json
import pathlib
import sys

recorded = pathlib.Path(__file__).parents[2] / "tests/dnssec/recorded.jsonl"
into = pathlib.Path(sys.argv[1])
into.mkdir(parents=True, exist_ok=True)


def with_odd_record(message):
    """The answer with a key of another protocol than 3 at the question's name before its records: no codec reads that one."""
    at = 12
    while message[at]:
        at += 1 + message[at]
    at += 5
    odd = b"\xc0\x0c\0\x30\0\1\0\0\0\x3c\0\x24" + bytes([1, 0, 2, 15]) + bytes(32)
    count = (int.from_bytes(message[6:8], "big") + 1).to_bytes(2, "big")
    return message[:6] + count + message[8:at] + odd + message[at:]


lines = [json.loads(line) for line in recorded.read_text().splitlines()[1:]]
rows = [line for line in lines if "lookup" not in line]
for number, row in enumerate(rows):
    seed = number.to_bytes(2, "big") + b"\0" + base64.b64decode(row["message"])
    (into / f"answer-{number}").write_bytes(seed)
    odd = with_odd_record(base64.b64decode(row["message"]))
    (into / f"odd-{number}").write_bytes(number.to_bytes(2, "big") + b"\0" + odd)
for number, line in enumerate(line for line in lines if "lookup" in line):
    # Behind the first answer at or below that name.
    zone = line["lookup"].rstrip(".").lower()
    below = (at for at, row in enumerate(rows) if ("." + row["name"].rstrip(".").lower()).endswith("." + zone if zone else ""))
    row = next(below, 0)
    seed = row.to_bytes(2, "big") + b"\1" + base64.b64decode(line["message"])
    (into / f"behind-{number}").write_bytes(seed)
