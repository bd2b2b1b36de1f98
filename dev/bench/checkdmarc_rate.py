"""Checks the domains of a list with checkdmarc's own API, one after another; prints JSON: domains, seconds.

  checkdmarc_rate.py HOST PORT FILE COUNT
"""

import json
import sys
import time

import dns.resolver
from checkdmarc.dmarc import check_dmarc
from checkdmarc.smtp import check_mx
from checkdmarc.spf import check_spf

host, port, path, count = sys.argv[1:]
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = [host], int(port)
resolver.lifetime = 10
# What Zegel does not look at is left out: no HTTPS, no SMTP. It does not look at DKIM.
domains = [line.strip() for line in open(path)][: int(count)]
began = time.perf_counter()
checked = 0
for domain in domains:
    try:
        check_mx(domain, skip_tls=True, resolver=resolver)
        check_spf(domain, resolver=resolver)
        check_dmarc(domain, resolver=resolver)
        checked += 1
    except Exception as error:  # noqa: BLE001: what it cannot check costs time too
        print(f"{domain}: {error!r}", file=sys.stderr)
print(json.dumps({"domains": len(domains), "checked": checked, "seconds": time.perf_counter() - began}))
