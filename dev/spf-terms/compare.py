"""Counts with pyspf what Zegel counted, over recorded records, and shows where the two differ and why."""

import json
import sys

import spf

# Counting goes on where a receiver would stop.
spf.MAX_LOOKUP = spf.MAX_VOID_LOOKUPS = 100_000
NOBODY = "240.0.0.1"  # Reserved: no record names it on purpose.


def main(fleet, counted):
    zone = {}
    for name, target in json.load(open(f"{fleet}/spf-include-targets.json")).items():
        zone.setdefault((name.lower(), "TXT"), []).append((target["txt"].encode(),))
    domains = [one for one in json.load(open(f"{fleet}/nl-municipalities.json")) if one["spf"]]
    for one in domains:
        zone[(one["domain"], "TXT")] = [(one["spf"].encode(),)]
        zone[(one["domain"], "MX")] = [(10, host) for host in one["mx"]]

    def lookup(name, qtype, *_, **__):
        name = name.lower().rstrip(".")
        return [((name, qtype), value) for value in zone.get((name, qtype), [])]

    spf.DNSLookup = lookup
    zegel = json.load(open(counted))
    same, differ, over = 0, [], {"zegel": 0, "pyspf": 0}
    for one in domains:
        domain = one["domain"]
        query = spf.query(i=NOBODY, s=f"postmaster@{domain}", h=domain, strict=True, verbose=False)
        result, _, why = query.check()
        mine = zegel[domain]
        over["zegel"] += mine["worst"] > 10
        over["pyspf"] += query.lookups > 10
        if mine["worst"] == query.lookups:
            same += 1
        else:
            differ.append((domain, mine, query.lookups, result, why))
    print(f"{len(domains)} domains: {same} counts agree, {len(differ)} differ; over ten: {over}")
    for domain, mine, theirs, result, why in differ:
        bound = " (lower bound)" if mine["lowerBound"] else ""
        print(f"  {domain}: zegel {mine['worst']}{bound}, pyspf {theirs} ({result}: {why})")
        for problem in mine["problems"]:
            print(f"      {problem}")


main(*sys.argv[1:])
