#!/usr/bin/env python3
"""Counts SPF lookups of recorded domains with pyspf, an implementation that shares nothing with Zegel.

usage: pyspf_counts.py FLEET_DIR > counts.jsonl        (needs: pip install pyspf==2.0.14 dnspython)
       pyspf_counts.py FLEET_DIR --rate                only how many checks a second it makes, median of three rounds

FLEET_DIR holds nl-municipalities.json and spf-include-targets.json. Each domain is evaluated for an address that no
record authorises, so that every term is reached; what is not recorded is answered "no data", as in Zegel's own test.
pyspf's limits are raised, so that the count is shown and not only that it is too high. One JSON object a line:
{domain, result, lookups, voids, error}.
"""
import json
import statistics
import sys
import time
from pathlib import Path

import spf

ADDRESS = "203.0.113.77"


def main() -> None:
    fleet = Path(sys.argv[1])
    txt = {name: [entry["txt"]] for name, entry in json.loads((fleet / "spf-include-targets.json").read_text()).items()}
    mx = {}
    domains = []
    for entry in json.loads((fleet / "nl-municipalities.json").read_text()):
        domains.append(entry["domain"])
        mx[entry["domain"]] = entry["mx"]
        if entry["spf"]:
            txt[entry["domain"]] = [entry["spf"]]

    def lookup(name, qtype, tcpfallback=True, timeout=30, **_):
        name = name.rstrip(".").lower()
        if qtype == "TXT":
            return [((name, "TXT"), (text.encode(),)) for text in txt.get(name, [])]
        if qtype == "MX":
            return [((name, "MX"), (10, host)) for host in mx.get(name, [])]
        return []

    spf.DNSLookup = lookup
    spf.MAX_LOOKUP = spf.MAX_VOID_LOOKUPS = 100_000
    spf.MAX_MX = spf.MAX_PTR = 100_000
    if "--rate" in sys.argv:
        print(statistics.median(rate([domain for domain in domains if domain in txt]) for _ in range(3)))
        return
    for domain in sorted(domains):
        print(json.dumps(count(domain)))


def count(domain: str) -> dict:
    query = spf.query(i=ADDRESS, s=f"postmaster@{domain}", h=domain, timeout=300, querytime=300)
    error = None
    try:
        result, _, explanation = query.check()
        if result in ("permerror", "temperror"):
            error = explanation
    except Exception as problem:  # what pyspf cannot do is a datum too
        result, error = "exception", f"{type(problem).__name__}: {problem}"
    return {"domain": domain, "result": result, "lookups": query.lookups, "voids": query.void_lookups, "error": error}


def rate(domains: list[str]) -> float:
    began = time.perf_counter()
    for domain in domains:
        count(domain)
    return len(domains) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
