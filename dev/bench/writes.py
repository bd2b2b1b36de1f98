#!/usr/bin/env python3
"""What a first status costs the API server, by how its CRD is and how it is written: ways in turns on one API server.

  writes.py [--rounds N] [--batch N] WAY…      a way is VERB:CRD.yaml, with VERB one of apply, warn, merge, put

  git show HEAD~1:crds/maildomains.zegel.dev.yaml > before.yaml
  writes.py warn:before.yaml apply:crds/maildomains.zegel.dev.yaml

Each way has a kind of its own (the CRD under another group), a watcher, and objects of its own in each of its rounds, whose order
is by lot. apply is what the controller does (but that it asks for the version alone in answer), warn the same without
fieldValidation=Ignore. Processor time is that of the
API server alone, and so is what it allocates, which is read from its own metrics: both without what it takes when idle, which
other load draws out.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from plane import Plane

STAMP = "2026-11-21T20:57:00Z"


def spec(label):
    return {
        "domain": f"{label}.nl", "role": "Mail",
        "spf": {"mechanisms": ["include:spf.provider.net", "ip4:192.0.2.1"], "all": "Fail"},
        "dkim": {"selectors": [{"name": name, "cname": f"{name}.{label}.provider.net"} for name in ("s1", "s2")]},
        "dmarc": {"policy": "Reject", "aggregateReports": [f"mailto:dmarc@{label}.nl"]},
    }


def status(label):
    """As large as the controller writes of such a spec."""
    conditions = [
        {"type": kind, "status": "True", "reason": "InSync", "message": "4 of 4 records in sync", "observedGeneration": 1, "lastTransitionTime": STAMP}
        for kind in ("Ready", "InSync", "Compliant", "SPF", "DKIM", "DMARC")
    ]
    record = lambda name, kind, standard, text: {
        "name": name, "type": kind, "standard": standard, "state": "InSync", "desired": [text], "observed": [text], "ttl": 3600,
    }
    alias = lambda name: record(f"{name}._domainkey.{label}.nl", "CNAME", "DKIM", f"{name}.{label}.provider.net")
    records = [
        record(f"{label}.nl", "TXT", "SPF", "v=spf1 include:spf.provider.net ip4:192.0.2.1 -all"), alias("s1"), alias("s2"),
        record(f"_dmarc.{label}.nl", "TXT", "DMARC", f"v=DMARC1; p=reject; rua=mailto:dmarc@{label}.nl"),
    ]
    findings = [
        {
            "rule": f"SPF-{number:03}", "severity": "Info", "record": f"{label}.nl", "since": STAMP, "managed": True, "subject": "-all",
            "message": "receivers may reject on -all before DKIM and DMARC are looked at", "fix": "Nothing need be done; it is a choice.",
        }
        for number in range(6)
    ]
    counts = ("records", "inSync", "drifted", "missing", "unexpected", "unknown", "unanswered", "errors", "managedErrors", "warnings")
    return {
        "observedGeneration": 1, "intentDigest": "358441c70261e09274b6957e9a53cabb", "reason": "Compliant", "reasonSince": STAMP,
        "lastObservation": STAMP, "lastComplianceObservation": STAMP, "conditions": conditions, "records": records,
        "findings": findings, "summary": {**dict.fromkeys(counts, 0), "ratio": "4/4"},
    }


class Way:
    def __init__(self, plane, number, word):
        self.plane, self.word = plane, word
        self.verb, _, path = word.partition(":")
        if self.verb not in ("apply", "warn", "merge", "put") or not path:
            sys.exit(f"{word}: want apply, warn, merge or put, a colon and a CRD")
        # kubectl reads YAML, so that nothing has to be installed for it.
        words = [plane.tools["kubectl"], "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", path, "--kubeconfig", plane.kubeconfig]
        crd = json.loads(subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True).stdout)
        group = f"way{number}.dev"
        names = crd["spec"]["names"]
        crd["metadata"] = {"name": f"{names['plural']}.{group}"}
        crd["spec"]["group"] = group
        for key in ("shortNames", "categories"):
            names.pop(key, None)
        plane.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
        self.path = f"/apis/{group}/v1alpha1/namespaces/default/maildomains"
        self.all = f"/apis/{group}/v1alpha1/maildomains"
        self.head = {"apiVersion": f"{group}/v1alpha1", "kind": "MailDomain"}
        self.cpu, self.allocated, self.size = [], [], 0

    def watch(self):
        def read():
            link = self.plane.connect()
            link.request("GET", f"{self.all}?watch=true")
            answer = link.getresponse()
            try:
                while answer.read1(1 << 16):
                    pass
            except (OSError, http.client.HTTPException):
                pass

        threading.Thread(target=read, daemon=True).start()

    def make(self, labels):
        """Makes objects, and gives the writes of their statuses."""
        made = [("POST", self.path, {**self.head, "metadata": {"name": label}, "spec": spec(label)}, "application/json") for label in labels]
        self.plane.each(made, 2)
        for label in labels:
            url = f"{self.path}/{label}/status?fieldManager=zegel-controller"
            metadata = {"name": label, "namespace": "default"}
            body = {**self.head, "metadata": metadata, "status": status(label)}
            match self.verb:
                case "apply":
                    yield "PATCH", f"{url}&force=true&fieldValidation=Ignore", body, "application/apply-patch+yaml"
                case "warn":
                    yield "PATCH", f"{url}&force=true", body, "application/apply-patch+yaml"
                case "merge":
                    yield "PATCH", url, {"status": body["status"]}, "application/merge-patch+json"
                case "put":
                    metadata["resourceVersion"] = self.plane.call("GET", f"{self.path}/{label}")["metadata"]["resourceVersion"]
                    yield "PUT", url, body, "application/json"


def allocated(plane):
    text = plane.call("GET", "/metrics", raw=True).decode()
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith("go_memstats_alloc_bytes_total "))


def processor_time(plane):
    """Of the API server, in seconds and finer than /proc tells it."""
    return time.clock_gettime((~plane.server.pid << 3) | 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("ways", nargs="+", metavar="WAY")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Plane(folder) as plane:
        ways = [Way(plane, number, word) for number, word in enumerate(given.ways)]
        # The API server gathers the new kinds for its own documentation, which costs more than all that is measured.
        time.sleep(15)
        for way in ways:
            way.watch()
        time.sleep(10)
        had, before, began = allocated(plane), processor_time(plane), time.monotonic()
        time.sleep(10)
        passed = time.monotonic() - began
        idle, idly_allocated = (processor_time(plane) - before) / passed, (allocated(plane) - had) / passed
        number = 0
        for turn in range(-1, given.rounds):
            for way in random.Random(turn).sample(ways, len(ways)):
                labels = [f"d{number + each:06}" for each in range(given.batch)]
                number += given.batch
                writes = list(way.make(labels))
                time.sleep(0.3)
                had = allocated(plane)
                before, began = processor_time(plane), time.monotonic()
                plane.each(writes, 2)
                time.sleep(0.3)
                passed = time.monotonic() - began
                cpu = processor_time(plane) - before - idle * passed
                # The first turn warms up.
                if turn >= 0:
                    way.cpu.append(cpu / given.batch * 1000)
                    way.allocated.append((allocated(plane) - had - idly_allocated * passed) / given.batch / 1024)
                way.size = len(plane.call("GET", f"{way.path}/{labels[0]}", raw=True))
    for way in ways:
        error = statistics.stdev(way.cpu) / len(way.cpu) ** 0.5
        quartile = statistics.quantiles(way.cpu, n=4)[0]
        print(
            f"{way.word}: CPU {quartile:.2f} ms (lower quartile), {statistics.mean(way.cpu):.2f} ± {error:.2f} ms (mean), "
            f"allocated {statistics.median(way.allocated):.0f} KiB, object {way.size} octets"
        )


if __name__ == "__main__":
    main()
