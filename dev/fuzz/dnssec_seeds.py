#!/usr/bin/env python3
"""Writes the recorded answers of the tree that validation is held to as seeds of the fuzz target dnssec: dnssec_seeds.py DIR"""

import base64
import json
import pathlib
import sys

recorded = pathlib.Path(__file__).parents[2] / "tests/dnssec/recorded.jsonl"
into = pathlib.Path(sys.argv[1])
into.mkdir(parents=True, exist_ok=True)
lines = [json.loads(line) for line in recorded.read_text().splitlines()[1:]]
rows = [line for line in lines if "lookup" not in line]
for number, row in enumerate(rows):
    seed = number.to_bytes(2, "big") + b"\0" + base64.b64decode(row["message"])
    (into / f"answer-{number}").write_bytes(seed)
for number, line in enumerate(line for line in lines if "lookup" in line):
    # Behind the first answer at or below that name.
    zone = line["lookup"].rstrip(".").lower()
    below = (at for at, row in enumerate(rows) if ("." + row["name"].rstrip(".").lower()).endswith("." + zone if zone else ""))
    row = next(below, 0)
    seed = row.to_bytes(2, "big") + b"\1" + base64.b64decode(line["message"])
    (into / f"behind-{number}").write_bytes(seed)
