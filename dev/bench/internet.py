#!/usr/bin/env python3
"""A seeded internet of N domains on loopback: the world that `make bench` measures in.

  internet.py write N DIR [--seed S]   writes zones, manifests and the list of domains into DIR
  internet.py serve N DIR [--seed S]   the same, starts knot (twice) and unbound, prints one line of JSON that says where
                                       everything is, and waits for the end of standard input

The same N and seed give the same domains, records and manifests; only keys and signatures of DNSSEC are made anew. Domain
number i is the same in every N. What is there:

- a root, nl, com and net, signed, on one address: the registry. All zones of domains and providers on four others. Both are
  knot; the resolver is unbound, which validates. DNSSEC's chain starts at the key in `root.key`.
- six providers of mailboxes and four of newsletters, whose SPF includes lead to further ones, whose mail exchanges have
  addresses, and who hold a DKIM key for each customer; two who take DMARC reports.
- domains of every role, five of nine zones signed. Of a hundred domains, twelve are broken, each in one of the ways of BROKEN.

A manifest stands in a file of its own, `manifests/00042.yaml`; it says what a right domain holds, also where the domain is
broken. Needs knotd and unbound (dev/dns-servers installs them), and leave to listen on port 53 of 127.53.0.0/16: name
servers have no other port.
"""

import argparse
import base64
import hashlib
import json
import math
import os
import pathlib
import random
import signal
import socket
import struct
import sys
import tempfile
import time

import leash

REGISTRY = "127.53.0.1"
HOSTS = ["127.53.1.1", "127.53.1.2", "127.53.1.3", "127.53.1.4"]
MAILBOXES = [f"mail{n}" for n in range(6)]
LETTERS = [f"letters{n}" for n in range(4)]
REPORTS = [f"reports{n}" for n in range(2)]

# What is wrong with twelve domains of a hundred.
BROKEN = [
    "spf-syntax", "spf-lookups", "spf-two", "spf-void", "spf-differs", "no-spf", "no-dmarc", "dmarc-none", "dmarc-syntax",
    "dkim-differs", "dkim-dangles", "no-domain",
]

SMALL_PRIMES = math.prod(n for n in range(3, 2000, 2) if all(n % d for d in range(3, 45, 2) if d < n))
SPKI_2048 = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
EXPONENT = bytes.fromhex("0203010001")


def rsa_key(seed):
    """The p= value of an RSA key of 2,048 bits in which nobody finds a weakness. No private key belongs to it."""
    chance = random.Random(seed)
    while True:
        modulus = chance.getrandbits(2048) | 1 << 2047 | 1 << 2046 | 1
        if math.gcd(modulus, SMALL_PRIMES) == 1:
            return base64.b64encode(SPKI_2048 + modulus.to_bytes(256, "big") + EXPONENT).decode()


def txt(text):
    """The value of a TXT record, in strings of at most 255 octets."""
    return " ".join('"%s"' % text[at:at + 255] for at in range(0, len(text), 255))


def network(chance):
    return f"ip4:{chance.randrange(1, 223)}.{chance.randrange(256)}.{chance.randrange(256)}.0/24"


class Domain:
    """One domain: what its zone holds, what its manifest says, and what it has providers hold for it."""

    def __init__(self, number, seed):
        self.number = number
        self.seed = f"{seed}/{number}"
        chance = self.chance = random.Random(self.seed)
        self.name = f"d{number:05}.{chance.choice(['nl', 'nl', 'nl', 'nl', 'com', 'net'])}"
        self.signed = number % 9 < 5
        self.ttl = chance.choice([300, 3600, 3600, 86400])
        self.records, self.elsewhere = [], []
        turn = {3: 0, 11: 1, 19: 2}.get(number % 25)
        self.broken = None if turn is None else BROKEN[(number // 25 * 3 + turn) % len(BROKEN)]
        kind = chance.choices(["hosted", "own", "both", "sends", "receives", "parked"], [35, 15, 12, 6, 4, 28])[0]
        if self.broken:
            kind = chance.choice(["hosted", "both"])
        self.spec = {"domain": self.name}
        getattr(self, kind)()

    def add(self, name, kind, data):
        self.records.append(f"{name} {self.ttl} {kind} {data}")

    def mailbox(self):
        return self.chance.choice(MAILBOXES)

    def exchanges(self, provider):
        self.add("@", "MX", f"10 mx1.{provider}.net.")
        self.add("@", "MX", f"20 mx2.{provider}.net.")

    def spf(self, mechanisms, everything):
        self.spec["spf"] = {"mechanisms": mechanisms, "all": everything}
        texts = ["v=spf1 " + " ".join([*mechanisms, {"Fail": "-all", "SoftFail": "~all"}[everything]])]
        match self.broken:
            case "spf-syntax":
                texts = [texts[0].replace("include:", "include;", 1)]
            case "spf-lookups":
                more = " ".join(f"include:spf.{provider}.net" for provider in MAILBOXES + LETTERS)
                texts = [f"v=spf1 mx a {more} -all"]
            case "spf-two":
                texts.append("v=spf1 mx -all")
            case "spf-void":
                texts = [texts[0].replace("v=spf1 ", f"v=spf1 include:gone.{self.name} a:gone1.{self.name} a:gone2.{self.name} ")]
            case "spf-differs":
                texts = [texts[0].replace("v=spf1 ", "v=spf1 ip4:192.0.2.7 ")]
            case "no-spf":
                texts = []
        for text in texts:
            self.add("@", "TXT", txt(text))
        if self.chance.random() < 0.5:
            self.add("@", "TXT", txt("site-verification=" + hashlib.sha256(self.seed.encode()).hexdigest()))

    def dmarc(self, policy="Reject"):
        address = self.chance.choice([f"dmarc@{self.name}", *(f"dmarc@in.{host}.net" for host in REPORTS)])
        self.spec["dmarc"] = {"policy": policy, "aggregateReports": [f"mailto:{address}"]}
        text = f"v=DMARC1; p={policy.lower()}; rua=mailto:{address}"
        match self.broken:
            case "no-dmarc":
                return
            case "dmarc-none":
                text = text.replace(f"p={policy.lower()}", "p=none")
            case "dmarc-syntax":
                text = text.replace("; p=", ", p=")
        self.add("_dmarc", "TXT", txt(text))

    def own_key(self, selector):
        key = rsa_key(f"{self.seed}/{selector}")
        self.selectors.append({"name": selector, "publicKey": key})
        self.add(f"{selector}._domainkey", "TXT", txt(f"v=DKIM1; k=rsa; p={key}"))

    def hosted_key(self, selector, provider):
        label = f"{selector}-{self.name.replace('.', '-')}._domainkey"
        target = f"{label}.{provider}.net"
        self.selectors.append({"name": selector, "cname": target})
        held = f"other-{target}" if self.broken == "dkim-differs" else target
        self.add(f"{selector}._domainkey", "CNAME", f"{held}.")
        if self.broken != "dkim-dangles":
            key = rsa_key(f"{self.seed}/{selector}")
            self.elsewhere.append((provider, f"{held.removesuffix(f'.{provider}.net')} 3600 TXT {txt(f'v=DKIM1; k=rsa; p={key}')}"))

    @property
    def selectors(self):
        return self.spec.setdefault("dkim", {"selectors": []})["selectors"]

    def hosted(self):
        provider = self.mailbox()
        self.spec["role"] = "Mail"
        self.exchanges(provider)
        self.spf([f"include:spf.{provider}.net"], self.chance.choice(["Fail", "SoftFail"]))
        for selector in ("selector1", "selector2"):
            self.hosted_key(selector, provider)
        self.dmarc(self.chance.choice(["Reject", "Reject", "Quarantine"]))

    def own(self):
        self.spec["role"] = "Mail"
        address = f"20.{self.number >> 16}.{self.number >> 8 & 255}.{self.number & 255}"
        self.add("mail", "A", address)
        self.add("@", "MX", "10 mail")
        self.add("@", "A", address)
        self.spf(["mx", network(self.chance), f"include:spf.{self.chance.choice(LETTERS)}.net"], "Fail")
        self.own_key("s2026a")
        self.dmarc()

    def both(self):
        mailbox, letters = self.mailbox(), self.chance.choice(LETTERS)
        self.spec["role"] = "Mail"
        self.exchanges(mailbox)
        self.spf([network(self.chance), f"include:spf.{mailbox}.net", f"include:spf.{letters}.net"], "Fail")
        self.hosted_key("selector1", mailbox)
        self.hosted_key("k1", letters)
        self.own_key("s2026a")
        self.dmarc()

    def sends(self):
        letters = self.chance.choice(LETTERS)
        self.spec["role"] = "SendOnly"
        self.exchanges(self.mailbox())
        self.spf([f"include:spf.{letters}.net"], "Fail")
        self.hosted_key("k1", letters)
        self.dmarc()

    def receives(self):
        self.spec["role"] = "ReceiveOnly"
        self.exchanges(self.mailbox())
        self.add("@", "TXT", txt("v=spf1 -all"))
        self.add("_dmarc", "TXT", txt("v=DMARC1; p=reject"))

    def parked(self):
        self.spec["role"] = "Parked"
        self.add("@", "MX", "0 .")
        self.add("@", "TXT", txt("v=spf1 -all"))
        self.add("*._domainkey", "TXT", txt("v=DKIM1; p="))
        self.add("_dmarc", "TXT", txt("v=DMARC1; p=reject"))
        if self.chance.random() < 0.6:
            self.add("@", "A", "20.255.0.1")

    def manifest(self):
        name = self.name.replace(".", "-")
        lines = ["apiVersion: zegel.dev/v1alpha1", "kind: MailDomain", "metadata:", f"  name: {name}", "  namespace: mail", "spec:"]
        return "\n".join(lines + yaml(self.spec, "  ")) + "\n"


def yaml(value, indent):
    """The lines of a mapping."""
    lines = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines += [f"{indent}{key}:", *yaml(item, indent + "  ")]
        elif isinstance(item, list):
            lines.append(f"{indent}{key}:")
            for one in item:
                if isinstance(one, dict):
                    first, *rest = yaml(one, indent + "  ")
                    lines += [f"{indent}- {first.strip()}", *rest]
                else:
                    lines.append(f"{indent}- {json.dumps(one)}")
        else:
            lines.append(f"{indent}{key}: {item if item[0].isalpha() and ':' not in item else json.dumps(item)}")
    return lines


def provider_records(name, seed):
    """What a provider's zone holds beside its customers' keys: exchanges, and an SPF record of several steps."""
    chance = random.Random(f"{seed}/{name}")
    records = []
    for n in (1, 2):
        records.append(f"mx{n} 3600 A 20.254.{n}.{chance.randrange(256)}")
        if chance.random() < 0.5:
            records.append(f"mx{n} 3600 AAAA 2a00::{n}:{chance.randrange(1, 9999)}")
    networks = lambda count: " ".join(network(chance) for _ in range(count))
    steps = int(name[-1]) % 3
    if steps == 0:
        records.append(f"spf 3600 TXT {txt(f'v=spf1 {networks(12)} -all')}")
    else:
        inner = " ".join(f"include:_n{n}.{name}.net" for n in range(steps + 1))
        records.append(f"spf 3600 TXT {txt(f'v=spf1 {inner} ~all')}")
        for n in range(steps + 1):
            records.append(f"_n{n} 3600 TXT {txt(f'v=spf1 {networks(6 + 8 * n)} ~all')}")
    if name in REPORTS:
        records.append(f"*._report._dmarc.in 3600 TXT {txt('v=DMARC1;')}")
        records += ["in 3600 MX 10 mx1", f"in 3600 TXT {txt('v=spf1 -all')}"]
    records += [f"@ 3600 TXT {txt('v=spf1 mx -all')}", f"_dmarc 3600 TXT {txt('v=DMARC1; p=reject')}", "@ 3600 MX 10 mx1"]
    return records


class Internet:
    def __init__(self, number, folder, seed):
        self.folder = pathlib.Path(folder).resolve()
        self.domains = [Domain(n, seed) for n in range(number)]
        providers = MAILBOXES + LETTERS + REPORTS
        self.zones = {f"{name}.net": (n % 2 == 0, provider_records(name, seed)) for n, name in enumerate(providers)}
        for domain in self.domains:
            for provider, record in domain.elsewhere:
                self.zones[f"{provider}.net"][1].append(record)
            if domain.broken != "no-domain":
                self.zones[domain.name] = (domain.signed, domain.records)

    def write(self):
        for name in ("manifests", "zones", "registry", "hosting"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for domain in self.domains:
            (self.folder / "manifests" / f"{domain.number:05}.yaml").write_text(domain.manifest())
        (self.folder / "domains.txt").write_text("".join(f"{domain.name}\n" for domain in self.domains))
        for zone, (_, records) in self.zones.items():
            apex = [f"$ORIGIN {zone}.", "@ 3600 SOA ns1.host.net. root.host.net. 1 3600 600 86400 900",
                    "@ 3600 NS ns1.host.net.", "@ 3600 NS ns2.host.net."]
            (self.folder / "zones" / f"{zone}.zone").write_text("\n".join(apex + records) + "\n")
        host = ["$ORIGIN host.net.", "@ 3600 SOA ns1.host.net. root.host.net. 1 3600 600 86400 900"]
        for n, address in enumerate(HOSTS, 1):
            host += [f"@ 3600 NS ns{n}", f"ns{n} 3600 A {address}"]
        (self.folder / "zones" / "host.net.zone").write_text("\n".join(host) + "\n")
        return self

    def registry(self, keys):
        """The root and the top-level domains, once the DNSKEY record that the signed zones share is known."""
        soa = "@ 86400 SOA a.root. root.root. 1 3600 600 86400 900"
        tops = {top: [f"$ORIGIN {top}.", soa, "@ 86400 NS a.root.", ] for top in ("nl", "com", "net")}
        tops["net"] += ["host 86400 NS ns1.host", "host 86400 NS ns2.host"]
        tops["net"] += [f"ns{n}.host 86400 A {address}" for n, address in enumerate(HOSTS, 1)]
        for zone, (signed, _) in self.zones.items():
            label, top = zone.split(".")
            tops[top] += [f"{label} 3600 NS ns1.host.net.", f"{label} 3600 NS ns2.host.net."]
            if signed:
                tops[top].append(f"{label} 3600 DS {ds(zone, keys)}")
        root = ["$ORIGIN .", soa, "@ 86400 NS a.root.", f"a.root. 86400 A {REGISTRY}"]
        for top, records in tops.items():
            root += [f"{top} 86400 NS a.root."]
            (self.folder / "zones" / f"{top}.zone").write_text("\n".join(records) + "\n")
        (self.folder / "zones" / "root.zone").write_text("\n".join(root) + "\n")
        return root

    def serve(self):
        self.write()
        signed = [zone for zone, (is_signed, _) in self.zones.items() if is_signed]
        plain = [zone for zone, (is_signed, _) in self.zones.items() if not is_signed]
        self.running = []
        # Each zone's key is synced to disk when it is made: in memory that takes no time.
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.keys_folder = tempfile.TemporaryDirectory(prefix="zegel-keys-", dir=memory)
        try:
            self.knot("hosting", HOSTS, signed, [*plain, "host.net"])
            keys = self.keys(HOSTS[0], signed[0])
            root = self.registry(keys)
            tops = ["nl", "com", "net"]
            self.knot("registry", [REGISTRY], tops, [])
            top_keys = self.keys(REGISTRY, "nl")
            for top in tops:
                root.append(f"{top} 86400 DS {ds(top, top_keys)}")
            (self.folder / "zones" / "root.zone").write_text("\n".join(root) + "\n")
            self.end(self.running.pop())
            self.knot("registry", [REGISTRY], [*tops, "."], [])
            anchor = self.keys(REGISTRY, ".")
            flags, protocol, algorithm = struct.unpack(">HBB", anchor[:4])
            text = f". 86400 IN DNSKEY {flags} {protocol} {algorithm} {base64.b64encode(anchor[4:]).decode()}\n"
            (self.folder / "root.key").write_text(text)
            self.resolver()
        except BaseException:
            self.stop()
            raise
        return {
            "resolver": f"127.0.0.1:{self.port}", "trustAnchor": str(self.folder / "root.key"), "unbound": self.running[-1].pid,
            "manifests": str(self.folder / "manifests"), "domains": str(self.folder / "domains.txt"),
            "number": len(self.domains), "broken": sum(1 for domain in self.domains if domain.broken),
            "signed": sum(1 for domain in self.domains if domain.signed),
        }

    def knot(self, name, addresses, signed, plain):
        folder = self.folder / name
        (folder / "run").mkdir(exist_ok=True)
        keys = pathlib.Path(self.keys_folder.name, name)
        keys.mkdir(exist_ok=True)
        entry = lambda zone: f"  - domain: {zone.rstrip('.')}.\n    file: {zone if zone != '.' else 'root'}.zone\n"
        listen = "".join(f"    listen: {address}@53\n" for address in addresses)
        (folder / "knot.conf").write_text(f"""
server:
    rundir: {folder}/run
{listen}    udp-workers: 1
    tcp-workers: 1
    background-workers: 2
database:
    storage: {keys}
    kasp-db-max-size: 4G
log:
  - target: stderr
    any: error
policy:
  - id: shared
    algorithm: ecdsap256sha256
    ksk-shared: on
    single-type-signing: on
    nsec3: on
    nsec3-opt-out: {"on" if name == "registry" else "off"}
    nsec3-iterations: 0
    nsec3-salt-length: 0
    cds-cdnskey-publish: none
    rrsig-lifetime: 60d
    rrsig-refresh: 20d
    ksk-lifetime: 0
template:
  - id: default
    storage: {self.folder}/zones
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
  - id: signed
    storage: {self.folder}/zones
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    dnssec-signing: on
    dnssec-policy: shared
zone:
{"".join(entry(zone) + "    template: signed" + chr(10) for zone in signed)}{"".join(map(entry, plain))}""")
        log = open(folder / "log", "w")
        self.running.append(leash.start(["knotd", "-c", folder / "knot.conf"], stdout=log, stderr=log))
        zones = signed + plain
        self.wait(lambda: all(answers(addresses[0], 53, zone) for zone in (zones[0], zones[len(zones) // 2], zones[-1])), folder)
        # Every zone is there; every one that is to be signed is.
        self.wait(lambda: signed_all(addresses[0], signed), folder)

    def wait(self, done, folder):
        until = time.time() + 600
        while not done():
            for process in self.running:
                if process.poll() is not None:
                    sys.exit(f"a server ended with {process.returncode}; see {folder}")
            if time.time() > until:
                sys.exit(f"the servers are not ready after 10 minutes; see {folder}")
            time.sleep(0.2)

    def keys(self, address, zone):
        return dnskey(ask(address, 53, zone, 48))

    def resolver(self):
        self.port = free_port()
        folder = self.folder / "resolver"
        folder.mkdir(exist_ok=True)
        (folder / "hints").write_text(f". 86400 NS a.root.\na.root. 86400 A {REGISTRY}\n")
        (folder / "unbound.conf").write_text(f"""
server:
  interface: 127.0.0.1@{self.port}
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  logfile: "{folder}/log"
  root-hints: "{folder}/hints"
  trust-anchor-file: "{self.folder}/root.key"
  do-not-query-localhost: no
  do-ip6: no
  num-threads: 1
  outgoing-range: 4096
  num-queries-per-thread: 4096
  so-rcvbuf: 4m
  msg-cache-size: 256m
  rrset-cache-size: 512m
  key-cache-size: 64m
  neg-cache-size: 64m
  root-key-sentinel: no
  trust-anchor-signaling: no
  module-config: "validator iterator"
remote-control:
  control-enable: no
""")
        log = open(folder / "stderr", "w")
        self.running.append(leash.start(["unbound", "-c", folder / "unbound.conf"], stdout=log, stderr=log))
        self.wait(lambda: answers("127.0.0.1", self.port, "nl"), folder)

    def stop(self):
        while self.running:
            self.end(self.running.pop())
        self.keys_folder.cleanup()

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait()


def wire(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def ds(zone, key):
    tag = sum(octet << 8 if n % 2 == 0 else octet for n, octet in enumerate(key))
    tag = tag + (tag >> 16) & 0xFFFF
    return f"{tag} {key[3]} 2 {hashlib.sha256(wire(zone) + key).hexdigest()}"


def ask(address, port, name, kind):
    """One question over TCP; `None` where nobody answers."""
    question = struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + wire(name) + struct.pack(">HH", kind, 1)
    try:
        with socket.create_connection((address, port), timeout=2) as stream:
            stream.settimeout(5)
            stream.sendall(struct.pack(">H", len(question)) + question)
            octets = b""
            while len(octets) < 2 or len(octets) < 2 + struct.unpack(">H", octets[:2])[0]:
                more = stream.recv(65536)
                if not more:
                    return None
                octets += more
            return octets[2:]
    except OSError:
        return None


def answers(address, port, zone):
    message = ask(address, port, zone, 6)
    return message is not None and message[3] & 15 == 0 and struct.unpack(">H", message[6:8])[0] > 0


def dnskey(message):
    """The data of the first DNSKEY record of an answer; `None` without one."""
    if message is None or struct.unpack(">H", message[6:8])[0] == 0:
        return None
    at = 12
    while message[at]:
        at += 1 + message[at]
    at += 5
    at += 2 if message[at] & 0xC0 else wire_length(message, at)
    kind, _, _, length = struct.unpack(">HHIH", message[at:at + 10])
    return message[at + 10:at + 10 + length] if kind == 48 else None


def wire_length(message, at):
    start = at
    while message[at]:
        at += 1 + message[at]
    return at + 1 - start


def signed_all(address, zones):
    """Whether every zone has its key; those that were seen are not asked again."""
    while zones and dnskey(ask(address, 53, zones[-1], 48)):
        zones = zones[:-1]
    return not zones


def free_port():
    """A port that is free for UDP and TCP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return tcp.getsockname()[1]


def main():
    os.environ["PATH"] += ":/usr/sbin"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["write", "serve"])
    parser.add_argument("number", type=int)
    parser.add_argument("folder")
    parser.add_argument("--seed", default="zegel")
    given = parser.parse_args()
    internet = Internet(given.number, given.folder, given.seed)
    if given.what == "write":
        internet.write()
        return
    where = internet.serve()
    try:
        print(json.dumps(where), flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
    finally:
        internet.stop()


if __name__ == "__main__":
    main()
