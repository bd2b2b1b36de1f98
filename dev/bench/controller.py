#!/usr/bin/env python3
"""What a fleet costs the controller and the API server, and what it does when things go wrong: scenarios on a real API server.

  controller.py [--objects N] [--shared N] [--scenarios NAME,…] [--zegel PROGRAM] [--out FILE]

Each domain has SPF with its provider's include, two DKIM selectors that are its provider's, and DMARC; a fifth of all share a
provider. Prints one JSON object, told again line by line on standard error as it comes. Who wrote what is counted from the API
server's audit log, what was said from the controller's own log. Scenarios, in their order:

  first      the first pass over N objects, from nothing: memory, processor time of the controller and of the API server, writes
  restart    kill -9, and a new process that finds all as it stands
  killed     another N objects, kill -9 in the middle of their first pass, and a new process
  outage     the resolver is silent for --outage seconds and longer than what is known may be old; and comes back
  liar       the resolver says of every name that it does not exist, for one interval; and stops lying
  include    one of five providers takes its SPF record away: a real change for a fifth of the objects
  shards     --shared objects, three replicas and eight shards, one killed; then five shards; then the same in a closed cluster
  mail       N objects, all on one provider's two mail servers, whose TLS is looked at (a host has two connections a day for its
             certificates, and about fourteen a week for all of its TLS, --pause apart): connections, questions, processor time and
             memory of an object, over the first pass and two intervals more
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time
import urllib.request

import leash
import mail as provider
from plane import PROVIDERS, Plane, Resolver, cpu_and_memory

ROOT = pathlib.Path(__file__).resolve().parents[2]
GROUP = "/apis/zegel.dev/v1alpha1"
FINE = "Compliant"
INTERVAL, STALE_AFTER = 180, 240


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def wait(what, done, patience=1800, pause=0.5):
    """Waits until something is so; how long that took."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > patience:
            sys.exit(f"in vain was waited {patience} s for: {what}")
        time.sleep(pause)
    return round(time.monotonic() - began, 1)


class Replica:
    """A controller of this name; one that `tells` has a line in its log for every status that it writes."""

    def __init__(self, bench, name, namespace, *flags, resolver=None, tells=False):
        self.name, self.log = name, bench.folder / f"{name}.log"
        words = [
            bench.given.zegel, "controller", "--log-format", "json", "--log-level", "info" + (",zegel::operator::write=debug" if tells else ""),
            "--bind", "127.0.0.1:0", "--identity", name, "--namespace", namespace, "--resolver", resolver or bench.resolver.address,
            "--authorities", "off", "--dnssec", "off", *flags,
        ]
        environment = {**os.environ, "KUBECONFIG": str(bench.plane.user(name))}
        with open(self.log, "wb") as log:
            self.process = leash.start(words, env=environment, stdout=log, stderr=log)
        bench.replicas.append(self)
        wait(f"{name} listens", lambda: b'"listening"' in self.log.read_bytes()[:10_000], 60, 0.05)
        self.address = re.search(rb'"listening":"([^"]+)"', self.log.read_bytes()).group(1).decode()

    def get(self, path):
        if self.process.poll() is not None:
            sys.exit(f"{self.name} ended by itself: {self.log.read_text()[-2000:]}")
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=30) as answer:
            return answer.read().decode()

    def metric(self, series):
        lines = (line.rsplit(" ", 1) for line in self.get("/metrics").splitlines() if line.startswith(series))
        return sum(float(value) for name, value in lines if re.split("[{ ]", name)[0] == series)

    def reasons(self):
        """Ready's reason, by how many objects."""
        found = re.findall(r'zegel_maildomains\{[^}]*type="Ready"[^}]*reason="(\w+)"[^}]*\} (\d+)', self.get("/metrics"))
        return collections.Counter({reason: int(number) for reason, number in found})

    def usage(self):
        cpu, now, most, own = cpu_and_memory(self.process.pid)
        return {"cpuSeconds": round(cpu, 2), "rssMiB": now, "peakMiB": most, "ownMiB": own}

    def said(self):
        """Every status it wrote, of one that tells: (when, object, reason, reason before)."""
        for line in self.log.read_text().splitlines():
            if '"status ' in line:
                entry = json.loads(line)
                entry = {**entry, **entry.get("fields", {})}
                yield seconds(entry["timestamp"]), entry["name"], entry["reason"], entry["before"]

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()


class Bench:
    def __init__(self, given, folder, plane):
        self.given, self.folder, self.plane = given, pathlib.Path(folder), plane
        self.resolver = Resolver(given.ttl)
        self.replicas, self.results = [], {}
        self.troubled = None

    def fleet(self, namespace, first, number, **more):
        """Makes objects; the domains of two fleets differ."""
        self.plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        before = self.plane.cpu()
        requests = []
        for each in range(first, first + number):
            label, provider = f"d{each:05}", each % PROVIDERS
            selectors = [{"name": name, "cname": f"{name}.{label}.p{provider}.net"} for name in ("s1", "s2")]
            spec = {
                "domain": f"{label}.nl", "role": "Mail", "settleWindow": "20s",
                "spf": {"mechanisms": [f"include:spf.p{provider}.net", f"ip4:192.0.2.{provider}"], "all": "Fail"},
                "dkim": {"selectors": selectors},
                "dmarc": {"policy": "Reject", "aggregateReports": [f"mailto:dmarc@{label}.nl"]},
                **more,
            }
            body = {"apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": label}, "spec": spec}
            requests.append(("POST", f"{GROUP}/namespaces/{namespace}/maildomains", body, "application/json"))
        self.plane.each(requests)
        return [request[2]["metadata"]["name"] for request in requests], self.plane.cpu() - before

    def edit(self, namespace, names, **spec):
        path = f"{GROUP}/namespaces/{namespace}/maildomains"
        self.plane.each([("PATCH", f"{path}/{name}", {"spec": spec}, "application/merge-patch+json") for name in names])

    def leader(self, name, namespace, *flags, **more):
        flags = ["--leader-elect", "--lease-namespace", namespace, "--lease-duration", self.given.lease, *flags]
        return Replica(self, name, namespace, *flags, **more)

    def writes(self, since, namespace):
        """The writes that succeeded: how often each object's status was, and how many events and others there were."""
        statuses, others, writers = collections.Counter(), collections.Counter(), collections.defaultdict(list)
        for _, user, verb, resource, where, name, code in self.plane.audit(since):
            if user == "admin" or where != namespace:
                continue
            if resource == "maildomains/status" and code == 200:
                statuses[name] += 1
                writers[name].append(user)
            elif resource == "events" and code == 201:
                others["events"] += 1
            elif code and code >= 400:
                others[f"{verb} {resource} {code}"] += 1
        return statuses, dict(others), writers

    def events(self, namespace):
        """The events there are, by kind and reason."""
        told = collections.Counter()
        for event in self.plane.list(f"/apis/events.k8s.io/v1/namespaces/{namespace}/events", 2000):
            told[f"{event['regarding']['kind']} {event['reason']}"] += 1
        return told

    def scenario(self, name):
        load = os.getloadavg()[0]
        began = time.monotonic()
        try:
            result = getattr(self, name)()
        except (SystemExit, Exception) as error:
            # The others are done all the same.
            result = {"failed": f"{type(error).__name__}: {error}"}
        result["seconds"] = round(time.monotonic() - began, 1)
        result["load"] = [round(load, 1), round(os.getloadavg()[0], 1)]
        self.results[name] = result
        print(json.dumps({name: result}), file=sys.stderr, flush=True)

    def cost(self, replica, since, number, api):
        statuses, others, _ = self.writes(since, "fleet")
        usage = replica.usage()
        return {
            "objects": number, **usage, "cpuMsEach": round(1000 * usage["cpuSeconds"] / number, 2),
            "apiServerCpuMsEach": round(1000 * (self.plane.cpu() - api) / number, 2),
            "statusWrites": statuses.total(), "mostWritesOfOne": max(statuses.values(), default=0), **others,
            "questionsEach": round(replica.metric("zegel_dns_questions_total") / number, 1),
            "answersKept": int(replica.metric("zegel_dns_cached")),
        }

    def first(self):
        number = self.given.objects
        _, made = self.fleet("fleet", 0, number, interval="6h", staleAfter="12h")
        since, api = self.plane.mark(), self.plane.cpu()
        replica = self.replica = self.leader("first", "fleet")
        # Each look is a scrape, which goes over all objects: seldom, so that it is not what is measured.
        took = wait("the first pass", lambda: replica.reasons()[FINE] == number, pause=5)
        # Events come after statuses.
        wait("all is told", lambda: replica.metric("zegel_events_total") >= number, 600)
        result = self.cost(replica, since, number, api)
        example = self.plane.call("GET", f"{GROUP}/namespaces/fleet/maildomains/d00000", raw=True)
        return {**result, "allJudgedAfter": took, "apiServerCpuMsToCreate": round(1000 * made / number, 2), "octetsOfOne": len(example)}

    def restart(self):
        number = self.given.objects
        self.replica.kill()
        since, api = self.plane.mark(), self.plane.cpu()
        replica = self.leader("again", "fleet")
        took = wait("all are known", lambda: replica.reasons()[FINE] == number)
        wait("all had their turn", lambda: replica.metric("zegel_reconciles_total") >= number)
        result = {**self.cost(replica, since, number, api), "allKnownAfter": took}
        replica.kill()
        return result

    def killed(self):
        number = self.given.objects
        self.names, _ = self.fleet("trouble", 100_000, number, interval=f"{INTERVAL}s", staleAfter=f"{STALE_AFTER}s")
        since = self.plane.mark()
        replica = self.leader("one", "trouble", tells=True)
        wait("the middle", lambda: replica.reasons()[FINE] >= number // 2, pause=0.2)
        replica.kill()
        before = sum(1 for user in self.writes(since, "trouble")[2].values() if user)
        replica = self.troubled = self.leader("two", "trouble", tells=True)
        took = wait("the rest", lambda: replica.reasons()[FINE] == number)
        statuses, others, _ = self.writes(since, "trouble")
        # Judged again because it was due, and written because what stands would grow too old else.
        due = sum(1 for _, _, reason, then in replica.said() if reason == then)
        wait("all is told", lambda: sum(self.events("trouble").values()) >= number, 600, 5)
        return {
            "objects": number, "judgedBeforeTheKill": before, "restAfter": took, "statusWrites": statuses.total(), "refreshedMeanwhile": due,
            "objectsWritten": len(statuses), **others, "eventsThere": dict(self.events("trouble")),
        }

    def turns(self, replica, since):
        """Of what was said since then: how often each reason was turned to."""
        return collections.Counter(reason for at, _, reason, then in replica.said() if at >= since and reason != then)

    def outage(self):
        number, replica = self.given.objects, self.troubled
        self.settled(replica, number)
        mark, since = self.plane.mark(), time.time()
        known = {}
        for item in self.plane.list(f"{GROUP}/namespaces/trouble/maildomains"):
            known[item["metadata"]["name"]] = seconds(item["status"]["lastObservation"])
        self.resolver.tell("silent")
        slowest, unknown = 0, None
        while unknown is None or time.time() - since < self.given.outage:
            began = time.monotonic()
            replica.get("/livez")
            slowest = max(slowest, time.monotonic() - began)
            if unknown is None and replica.reasons()["DNSUnavailable"] == number:
                unknown = round(time.time() - since, 1)
            if time.time() - since > 3000:
                sys.exit(f"not all are unknown: {replica.reasons()}")
            time.sleep(1)
        during = self.writes(mark, "trouble")
        late = []
        for at, name, reason, _ in replica.said():
            if at >= since and reason == "DNSUnavailable":
                # What stands in the status may be older than what the process knows: no later than this was it stale.
                late.append(at - max(known[name], since - INTERVAL * 1.1) - STALE_AFTER)
        self.resolver.tell("answer")
        answered = time.time()
        recovered = wait("all recover", lambda: replica.reasons()[FINE] == number, pause=0.2)
        statuses, others, _ = self.writes(mark, "trouble")
        self.settled(replica, number)
        return {
            "objects": number, "silentFor": round(answered - since, 1), "allUnknownAfter": unknown, "staleAfter": STALE_AFTER,
            "lateAtTheMost": round(max(late), 1), "recoveredAfter": recovered, "livezAtTheMost": round(slowest, 3),
            "writesInTheOutage": during[0].total(), "statusWrites": statuses.total(), "mostWritesOfOne": max(statuses.values()), **others,
            "turnedTo": dict(self.turns(replica, since)), "events": dict(self.events("trouble")), **replica.usage(),
        }

    def settled(self, replica, number):
        wait("all is well", lambda: replica.reasons()[FINE] == number)

    def liar(self):
        number, replica = self.given.objects, self.troubled
        before, mark, since = self.events("trouble"), self.plane.mark(), time.time()
        self.resolver.tell("deny")
        suspected = wait("it is suspected", lambda: replica.metric("zegel_resolver_suspected") == 1)
        seen = collections.Counter()
        while time.time() - since < INTERVAL * 1.2:
            seen |= replica.reasons()
            time.sleep(1)
        self.resolver.tell("answer")
        trusted = wait("it is trusted", lambda: replica.metric("zegel_resolver_suspected") == 0)
        recovered = wait("all is well", lambda: replica.reasons()[FINE] == number)
        statuses, others, _ = self.writes(mark, "trouble")
        return {
            "objects": number, "suspectedAfter": suspected, "trustedAfter": trusted, "recoveredAfter": recovered,
            "mostAtOnce": dict(seen), "turnedTo": dict(self.turns(replica, since)), "statusWrites": statuses.total(), **others,
            "newEvents": dict(self.events("trouble") - before),
        }

    def include(self):
        number, replica = self.given.objects, self.troubled
        self.settled(replica, number)
        share = len(self.names) // PROVIDERS
        before, mark, since = self.events("trouble"), self.plane.mark(), time.time()
        self.resolver.tell("break 0")
        took = wait("it comes through", lambda: replica.reasons()["Noncompliant"] == share)
        statuses, others, _ = self.writes(mark, "trouble")
        turned = self.turns(replica, since)
        wait("all is told", lambda: (self.events("trouble") - before)["MailDomain Noncompliant"] >= share, 600, 2)
        events = self.events("trouble") - before
        mended = time.time()
        self.resolver.tell("mend")
        recovered = wait("all is well", lambda: replica.reasons()[FINE] == number)
        return {
            "objects": number, "concerned": share, "allAfter": took, "recoveredAfter": recovered, "turnedTo": dict(turned),
            "turnedToWhenMended": dict(self.turns(replica, mended)), "statusWrites": statuses.total(), **others, "events": dict(events),
        }

    def shards(self):
        result = {}
        for tenancy in ("Open", "Closed"):
            result[tenancy] = self.share(tenancy)
        return result

    def share(self, tenancy):
        number, namespace = self.given.shared, f"shared-{tenancy.lower()}"
        names, _ = self.fleet(namespace, 200_000 if tenancy == "Open" else 300_000, number, interval="6h", staleAfter="12h")
        if tenancy == "Closed":
            for first in range(0, number, 100):
                domains = [f"{name}.nl" for name in names[first:first + 100]]
                grant = {"namespaces": {"names": [namespace]}, "domains": domains, "may": ["Claim"]}
                body = {"apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomainGrant", "metadata": {"name": f"part-{first:06}"}, "spec": grant}
                self.plane.call("POST", f"{GROUP}/maildomaingrants", body)
        prefix = tenancy[0].lower()

        def replica(name, shards):
            return self.leader(f"{prefix}-{name}", namespace, "--shards", shards, "--tenancy", tenancy)

        def phase(name, what):
            """Edits all objects, and sees who writes them."""
            nonlocal policy
            policy = "Quarantine" if policy == "Reject" else "Reject"
            mark, began = self.plane.mark(), time.monotonic()
            self.edit(namespace, names, dmarc={"policy": policy})
            edited, asked = time.monotonic() - began, time.monotonic()
            what()
            path = f"{GROUP}/namespaces/{namespace}/maildomains"
            judged = lambda: all(item["metadata"]["generation"] == item["status"]["observedGeneration"] for item in self.plane.list(path))
            wait(name, judged, pause=1)
            took = round(time.monotonic() - asked, 1)
            _, others, writers = self.writes(mark, namespace)
            changed = sum(1 for users in writers.values() if len(set(users)) > 1)
            back = sum(1 for users in writers.values() if len([a for a, b in zip(users, users[1:]) if a != b]) >= len(set(users)))
            return {
                "edited": round(edited, 1), "judgedAfter": took, "writes": sum(map(len, writers.values())),
                "byWhom": dict(collections.Counter(users[-1] for users in writers.values())),
                "objectsWithTwoWriters": changed, "writtenAgainByTheFirst": back, **others,
            }

        policy, held = "Reject", lambda all: sum(int(one.metric("zegel_shards_held")) for one in all)
        a = replica("a", 8)
        b, c = replica("b", 8), replica("c", 8)
        result = {"objects": number}
        balanced = lambda all, shards: held(all) == shards and all and min(one.metric("zegel_shards_held") for one in all) >= shards // len(all)
        result["balancedAfter"] = wait("the shards are shared", lambda: balanced([a, b, c], 8))
        result["firstPassAfter"] = wait("all are judged", lambda: a.reasons() and sum(one.reasons()[FINE] for one in (a, b, c)) >= number)
        result["quiet"] = phase("nothing happens", lambda: None)
        result["oneKilled"] = phase("one is killed", b.kill)
        d, e = replica("d", 5), replica("e", 5)

        def other_number():
            a.kill(signal.SIGTERM)
            c.kill(signal.SIGTERM)

        result["fiveShards"] = phase("their number changes", other_number)
        result["balancedAgainAfter"] = wait("the shards are shared", lambda: balanced([d, e], 5))
        result["quietAgain"] = phase("nothing happens", lambda: None)
        d.kill()
        e.kill()
        return result

    def mail(self):
        number, namespace = self.given.objects, "mail"
        self.plane.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        folder = self.folder / "provider"
        folder.mkdir(mode=0o755)
        self.folder.chmod(0o755)
        dns = provider.Dns(folder, number)
        try:
            server = provider.Mail(folder)
            flags = ["--smtp-port", server.port, "--smtp-pause", self.given.pause, "--allow-private-targets"]
            replica = self.leader("mail", namespace, *flags, resolver=f"127.0.0.1:{dns.port}")
            wait("it leads", lambda: replica.metric("zegel_leader") == 1)
            empty, asked, since, began = replica.usage(), dns.asked(), self.plane.mark(), time.monotonic()
            requests = []
            for each in range(number):
                spec = {**provider.spec(each), "readyWhen": "InSync", "interval": f"{INTERVAL}s", "settleWindow": "20s"}
                body = {"apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain", "metadata": {"name": f"d{each:05}"}, "spec": spec}
                requests.append(("POST", f"{GROUP}/namespaces/{namespace}/maildomains", body, "application/json"))
            self.plane.each(requests)
            wait("the first pass", lambda: replica.reasons()["InSync"] == number)
            wait("all is told", lambda: replica.metric("zegel_events_total") >= number, 600)

            def so_far():
                usage = replica.usage()
                return {
                    "after": round(time.monotonic() - began, 1), "connections": server.count,
                    "questionsEach": round((dns.asked() - asked) / number, 2),
                    "cpuMsEach": round(1000 * (usage["cpuSeconds"] - empty["cpuSeconds"]) / number, 2),
                    "ownKiBEach": round(1024 * (usage["ownMiB"] - empty["ownMiB"]) / number, 2),
                    "statusWrites": self.writes(since, namespace)[0].total(), **usage,
                }

            first, passes = so_far(), replica.metric("zegel_reconciles_total")
            wait("two intervals", lambda: replica.metric("zegel_reconciles_total") >= passes + 2 * number)
            later = so_far()
            return {"objects": number, "empty": empty, "interval": INTERVAL, "first": first, "twoIntervalsLater": later}
        finally:
            dns.stop()

    def end(self):
        for replica in self.replicas:
            if replica.process.poll() is None:
                replica.kill(signal.SIGTERM)
        self.resolver.end()


ALL = ["first", "restart", "killed", "outage", "liar", "include", "shards", "mail"]


def main():
    leash.ends_when_told()
    os.environ["PATH"] += ":/usr/sbin"
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--shared", type=int, default=1000, help="objects of the scenario of shards")
    parser.add_argument("--outage", type=int, default=600, help="how many seconds DNS is silent, at the least")
    parser.add_argument("--ttl", type=int, default=60, help="of every answer, in seconds")
    parser.add_argument("--lease", default="30s", help="how long a Lease lasts: longer on a machine that does much else")
    parser.add_argument("--pause", default="30s", help="of a mail server's address between two connections")
    parser.add_argument("--scenarios", type=lambda text: text.split(","), default=ALL)
    parser.add_argument("--zegel", type=pathlib.Path, default=ROOT / "target/release/zegel")
    parser.add_argument("--out", type=pathlib.Path)
    given = parser.parse_args()
    given.objects -= given.objects % PROVIDERS
    for needed, by in {"restart": "first", "outage": "killed", "liar": "killed", "include": "killed"}.items():
        if needed in given.scenarios and by not in given.scenarios:
            given.scenarios.append(by)
    with tempfile.TemporaryDirectory(prefix="zegel-bench-") as folder, Plane(folder) as plane:
        bench = Bench(given, folder, plane)
        try:
            for name in filter(given.scenarios.__contains__, ALL):
                bench.scenario(name)
        finally:
            bench.end()
    failed = any("failed" in result for result in bench.results.values())
    text = json.dumps({"cores": os.cpu_count(), "scenarios": bench.results}, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
