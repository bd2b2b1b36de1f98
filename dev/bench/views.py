#!/usr/bin/env python3
"""What looking at every name server and validating cost: questions and CPU a domain, beside a look without them.

Serves signed zones below a signed top-level domain with two knots and unbound (`dev/dns-servers`), each zone a domain
with SPF, DKIM, DMARC and MX as its manifest says, and runs `zegel check` over them:

- *first pass*: at most sixteen domains are looked at closely, as a controller looks at an object it has not seen;
- *steady state*: of more, name servers are asked only where something is wrong, as in nearly every pass of a controller.

    cargo build --release && python3 dev/bench/views.py target/release/zegel
"""

import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import leash

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "dev/dnssec"))
import tree  # noqa: E402

CLOSELY, MANY, ROUNDS = 16, 48, 7
KEY = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="
TEXT = f"""
@ NS ns2
ns2 A 127.0.0.2
@ TXT "v=spf1 mx -all"
@ MX 10 mail
mail A 192.0.2.1
_dmarc TXT "v=DMARC1; p=reject"
s1._domainkey TXT "v=DKIM1; k=ed25519; p={KEY}"
"""


def manifest(domain):
    return f"""---
apiVersion: zegel.dev/v1alpha1
kind: MailDomain
metadata: {{name: {domain.replace('.', '-')}}}
spec:
  domain: {domain}
  role: Mail
  spf: {{mechanisms: [mx], all: Fail}}
  dkim: {{selectors: [{{name: s1, anyKey: true}}]}}
  dmarc: {{policy: Reject}}
"""


def second_knot(served):
    """The same zones at 127.0.0.2."""
    folder = served.folder
    conf = (folder / "knot.conf").read_text()
    conf = conf.replace("127.0.0.1@", "127.0.0.2@").replace(f"{folder}/run", f"{folder}/run2").replace(f"{folder}/db", f"{folder}/db2")
    (folder / "knot2.conf").write_text(conf)
    for name in ("run2", "db2"):
        (folder / name).mkdir()
    return leash.start(["knotd", "-c", folder / "knot2.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(zegel, served, domains, how, folder):
    """Questions and milliseconds of CPU a domain."""
    file = folder / "look.json"
    began = cpu()
    done = subprocess.run(
        [zegel, "check", "-", "--output", "json", "--resolver", f"127.0.0.1:{served.unbound_port}",
         "--authority-port", str(served.knot_port), "--authority-rate", "100000", *how],
        input="".join(manifest(domain) for domain in domains), text=True, capture_output=True)
    used = cpu() - began
    if done.returncode != 0:
        sys.exit(f"not in sync: {done.stdout[:2000]}\n{done.stderr}")
    # Counted in a run of its own: writing the recording takes time too. One domain at a time, so that each counts its own.
    subprocess.run(
        [zegel, "check", "-", "--output", "json", "--resolver", f"127.0.0.1:{served.unbound_port}", "--domains-at-once", "1",
         "--authority-port", str(served.knot_port), "--authority-rate", "100000", "--record", str(file), *how],
        input="".join(manifest(domain) for domain in domains), text=True, capture_output=True, check=True)
    looks = json.loads(file.read_text())["looks"]
    questions = sum(look["questions"] for look in looks)
    return questions / len(domains), used * 1000


def main(zegel):
    os.environ["PATH"] += ":/usr/sbin"
    domains = [f"d{number:02}.nl" for number in range(MANY)]
    tree.ZONES = {".": {}, "nl": dict(algorithm="RSASHA256", options=tree.NSEC3), **{domain: dict(text=TEXT) for domain in domains}}
    folder = pathlib.Path(tempfile.mkdtemp())
    served = tree.Tree(folder, int(time.time()))
    second = None
    try:
        served.build()
        served.serve()
        second = second_knot(served)
        anchor = ["--trust-anchor", str(folder / "root.key")]
        before = ["--authorities", "off", "--dnssec", "off"]
        rows = [
            ("before: one resolver, no validation", before),
            ("every name server", ["--authorities", "auto", "--dnssec", "off"]),
            ("validation", ["--authorities", "off", "--dnssec", "auto", *anchor]),
            ("both (the default)", ["--authorities", "auto", "--dnssec", "auto", *anchor]),
        ]
        print("| what is looked at | questions, first pass | CPU, first pass | questions, steady state | CPU, steady state |")
        print("|---|---|---|---|---|")
        for what, how in rows:
            cells = []
            for number in (CLOSELY, MANY):
                if number == MANY:
                    # Caches are warm in a steady state: what one more domain costs.
                    pairs = [(run(zegel, served, domains, how, folder), run(zegel, served, domains[:CLOSELY + 1], how, folder)) for _ in range(ROUNDS)]
                    more = MANY - CLOSELY - 1
                    questions = statistics.median((many[0] * MANY - few[0] * (CLOSELY + 1)) / more for many, few in pairs)
                    used = statistics.median((many[1] - few[1]) / more for many, few in pairs)
                else:
                    pairs = [(run(zegel, served, domains[:number], how, folder), run(zegel, served, domains[:1], how, folder)) for _ in range(ROUNDS)]
                    questions = statistics.median((many[0] * number - few[0]) / (number - 1) for many, few in pairs)
                    used = statistics.median((many[1] - few[1]) / (number - 1) for many, few in pairs)
                cells += [f"{questions:.1f}", f"{used:.2f} ms"]
            print(f"| {what} | {' | '.join(cells)} |", flush=True)
    finally:
        if second:
            second.terminate()
        if hasattr(served, "unbound"):
            served.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
