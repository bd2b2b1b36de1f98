#!/usr/bin/env python3
"""SPF checks a second that pyspf makes over recorded domains: the median of three rounds, one number.

usage: pyspf_rate.py FLEET_DIR        (needs: pip install pyspf==2.0.14 dnspython)

FLEET_DIR holds nl-municipalities.json and spf-include-targets.json. Each domain is checked for an address that no
record authorises, with the limits of RFC 7208; what is not recorded is answered "no data".
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
    targets = json.loads((fleet / "spf-include-targets.json").read_text())
    txt = {name.lower(): entry["txt"].encode() for name, entry in targets.items()}
    municipalities = json.loads((fleet / "nl-municipalities.json").read_text())
    mx = {entry["domain"]: entry["mx"] for entry in municipalities}
    domains = [entry["domain"] for entry in municipalities if entry["spf"]]
    txt |= {entry["domain"]: entry["spf"].encode() for entry in municipalities if entry["spf"]}

    def lookup(name, qtype, tcpfallback=True, timeout=30, **_):
        name = name.rstrip(".").lower()
        if qtype == "TXT" and name in txt:
            return [((name, "TXT"), (txt[name],))]
        if qtype == "MX":
            return [((name, "MX"), (10, host)) for host in mx.get(name, [])]
        return []

    spf.DNSLookup = lookup

    def rate() -> float:
        began = time.perf_counter()
        for domain in domains:
            spf.check2(i=ADDRESS, s=f"postmaster@{domain}", h=domain, timeout=300, querytime=300)
        return len(domains) / (time.perf_counter() - began)

    print(statistics.median(rate() for _ in range(3)))


if __name__ == "__main__":
    main()
