#!/usr/bin/env python3
"""A tree of signed and unsigned zones, good and broken in every way that matters, on loopback.

  tree.py serve DIR            builds the zones in DIR, starts knot and unbound, prints where, and waits for the end of stdin
  tree.py record DIR FILE      the same, asks everything in questions.txt, and writes messages and verdicts to FILE

Needs knotd, unbound, ldns-keygen, ldns-signzone, ldns-key2ds, and delv to record (dev/dns-servers installs them).
unbound stands in two ways: it resolves and passes everything on to whoever asks with CD, and it judges whoever does not.
"""

import base64
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
DAY = 86400

# Names in every zone that is there to be right: data, absences, wildcards, aliases to each.
FULL = """
@          TXT   "v=spf1 -all"
@          MX    10 mail
_dmarc     TXT   "v=DMARC1; p=reject"
mail       A     192.0.2.1
a.ent      TXT   "below an empty non-terminal"
*.w        TXT   "a wildcard's"
*.w        A     192.0.2.2
deep.x.w   TXT   "inside a wildcard's span"
to-data    CNAME _dmarc
to-nothing CNAME nothing
to-ent     CNAME ent
to-wild    CNAME any.w
*.alias    CNAME _dmarc
*.dangles  CNAME nothing
to-good    CNAME _dmarc.good.nl.
to-com     CNAME _dmarc.good.com.
to-com-nx  CNAME nothing.good.com.
to-com-wild CNAME any.w.good.com.
to-plain   CNAME _dmarc.plain.nl.
to-plain-nx CNAME nothing.plain.nl.
to-org     CNAME _dmarc.plain.org.
to-bogus   CNAME _dmarc.expired.nl.
moved      DNAME w.good.com.
"""
SMALL = """
@          TXT   "v=spf1 -all"
_dmarc     TXT   "v=DMARC1; p=reject"
*.w        TXT   "a wildcard's"
to-good    CNAME _dmarc.good.nl.
to-good-nx CNAME nothing.good.nl.
"""

P256, P384, ED25519, ED448 = "ECDSAP256SHA256", "ECDSAP384SHA384", "ED25519", "ED448"
NSEC3 = ["-n"]

# Each zone: its content, its algorithm (None: unsigned), what ldns-signzone is told besides, from when to when it is
# signed (seconds from now), how its DS is spoilt, and how the signed zone is spoilt.
ZONES = {
    ".": dict(),
    "nl": dict(algorithm="RSASHA256", options=NSEC3 + ["-p"]),
    "com": dict(algorithm="RSASHA256", options=["-n", "-s", "ab12", "-t", "5"]),
    "org": dict(algorithm=None),
    "good.nl": dict(text=FULL + "sub NS ns.sub\nns.sub A 127.0.0.1\nunsub NS ns.unsub\nns.unsub A 127.0.0.1\n", ds=["sub"]),
    "sub.good.nl": dict(),
    "unsub.good.nl": dict(algorithm=None),
    "unsub.optout.nl": dict(algorithm=None),
    "hashed.nl": dict(text=FULL, options=NSEC3),
    "optout.nl": dict(text=FULL + "unsub NS ns.unsub\nns.unsub A 127.0.0.1\n", options=NSEC3 + ["-p"]),
    "good.com": dict(text=FULL, options=["-n", "-s", "beef", "-t", "1"]),
    "ed25519.nl": dict(algorithm=ED25519),
    "p384.nl": dict(algorithm=P384),
    "ed448.nl": dict(algorithm=ED448),
    "sha1.nl": dict(algorithm="RSASHA1"),
    "rsa512.nl": dict(algorithm="RSASHA512"),
    "it50.nl": dict(options=NSEC3 + ["-t", "50"]),
    "it150.nl": dict(options=NSEC3 + ["-t", "150"]),
    "it600.nl": dict(options=NSEC3 + ["-t", "600"]),
    "expired.nl": dict(begin=-60 * DAY, end=-30 * DAY),
    "late.nl": dict(begin=-30 * DAY, end=-600),
    "future.nl": dict(begin=10 * DAY, end=40 * DAY),
    "soon.nl": dict(begin=-28 * DAY, end=2 * DAY),
    "wrongds.nl": dict(spoil_ds="other-key"),
    "nokeys.nl": dict(algorithm=None, spoil_ds="other-key"),
    "nonsec.nl": dict(text=SMALL + "sub NS ns.sub\nns.sub A 127.0.0.1\n", spoil="nonsec"),
    "sub.nonsec.nl": dict(algorithm=None),
    # Signed in the name of a zone above, by keys that one has not; with a DS and without.
    "signer.nl": dict(spoil="signer"),
    "rootsigner.com": dict(spoil="rootsigner"),
    "freesigner.nl": dict(spoil="signer", spoil_ds="none"),
    "altered.nl": dict(spoil="altered"),
    "nosig.nl": dict(spoil="nosig"),
    "lostkey.nl": dict(spoil="lostkey"),
    "unkalg.nl": dict(spoil_ds="unknown-algorithm"),
    "unkdigest.nl": dict(spoil_ds="unknown-digest"),
    "wrongdigest.nl": dict(spoil_ds="other-digest"),
    "idlekey.nl": dict(spoil="idlekey"),
    # A key of another protocol than 3 (RFC 4034 2.1.2) beside good ones.
    "oddkey.nl": dict(text=SMALL + "@ TYPE48 \\# 36 0100020F" + 32 * "07" + "\n"),
    # A broken zone below a delegation, on the server of the zone above.
    "bad.good.nl": dict(spoil="altered"),
    # A top-level domain whose absences fit into a datagram.
    "lab": dict(),
    # A top-level domain that is broken itself.
    "sick": dict(spoil="nosigkeys"),
    "good.sick": dict(),
    "nosigkeys.nl": dict(spoil="nosigkeys"),
    "orders.nl": dict(text=SMALL + "@ CDS 0 0 0 00\n"),
    "twods.nl": dict(spoil_ds="one-more"),
    "plain.nl": dict(algorithm=None, text=SMALL + "sub NS ns.sub\nns.sub A 127.0.0.1\n"),
    "sub.plain.nl": dict(algorithm=None),
    "island.nl": dict(spoil_ds="none"),
    "plain.com": dict(algorithm=None),
    "plain.org": dict(algorithm=None),
    "signed.org": dict(spoil_ds="none"),
}


def sh(*words, cwd=None):
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def parent(zone):
    return "." if "." not in zone else zone.split(".", 1)[1] if zone != "." else None


def dot(zone):
    return zone if zone == "." else zone + "."


def stamp(seconds):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))


class Tree:
    def __init__(self, folder, now):
        self.folder, self.now = pathlib.Path(folder), now
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ds = {}

    def key(self, zone, algorithm, kind):
        words = ["ldns-keygen", "-a", algorithm] + (["-k"] if kind == "ksk" else [])
        if algorithm.startswith("RSA"):
            words += ["-b", "2048"]
        return sh(*words, dot(zone), cwd=self.folder)

    def build(self):
        for zone in sorted(ZONES, key=lambda zone: (zone != ".", zone.count(".")), reverse=True):
            self.zone(zone, ZONES[zone])

    def zone(self, zone, how):
        algorithm = how.get("algorithm", P256)
        children = [z for z in ZONES if z != "." and parent(z) == zone]
        lines = [f"{dot(zone)} 3600 IN SOA ns.{dot(zone) if zone != '.' else ''} root.{dot(zone) if zone != '.' else ''} 1 3600 600 86400 300"]
        host = "ns." if zone == "." else f"ns.{zone}."
        lines += [f"{dot(zone)} 3600 IN NS {host}", f"{host} 3600 IN A 127.0.0.1"]
        owner = None
        # What is above the zones themselves holds nothing but delegations.
        text = how.get("text", SMALL if zone.count(".") >= 1 and zone != "." else "")
        for line in text.strip().splitlines():
            name, kind, data = line.split(None, 2)
            owner = dot(zone) if name == "@" else f"{name}.{dot(zone)}"
            if kind in ("MX", "CNAME", "NS") and not data.endswith("."):
                data = f"{data}.{dot(zone)}"
            lines.append(f"{owner} 300 IN {kind} {data}")
        for child in children:
            if f"{dot(child)} 300 IN NS" not in "\n".join(lines):
                lines += [f"{dot(child)} 3600 IN NS ns.{dot(child)}", f"ns.{dot(child)} 3600 IN A 127.0.0.1"]
            lines += self.ds.get(child, [])
        # Opt-out means that unsigned delegations are in no NSEC3: they are added when the rest is signed.
        added = []
        if "-p" in how.get("options", []):
            signed_below = {line.split()[0] for line in lines if " DS " in line}
            is_unsigned = lambda line: " NS " in line and line.split()[0] not in (dot(zone), *signed_below)
            gone = [line.split()[0] for line in lines if is_unsigned(line)]
            added = [line for line in lines if any(line.split()[0].endswith(name) for name in gone)]
            lines = [line for line in lines if line not in added]
        plain = self.folder / f"{zone.replace('.', '_')}.zone"
        plain.write_text("\n".join(lines) + "\n")
        if algorithm is None:
            self.delegate(zone, how, self.key(zone, P256, "ksk"))
            shutil.copy(plain, self.folder / f"{zone.replace('.', '_')}.signed")
            return
        ksk, zsk = self.key(zone, algorithm, "ksk"), self.key(zone, algorithm, "zsk")
        signed = self.sign(zone, how, plain, [ksk, zsk])
        spoil = how.get("spoil")
        if spoil == "nonsec":
            signed = [line for line in signed if not re.search(r"\s(NSEC|RRSIG\s+NSEC)\s", line)]
        if spoil in ("signer", "rootsigner"):
            above = dot(parent(zone)) if spoil == "signer" else "."
            named = rf"(\sRRSIG\s+(?!DNSKEY\s).*\s\d+\s+){re.escape(dot(zone))}(?=\s)"
            signed = [re.sub(named, rf"\g<1>{above}", line) for line in signed]
        if spoil == "altered":
            signed = [line.replace("v=DMARC1; p=reject", "v=DMARC1; p=none") for line in signed]
        if spoil == "nosig":
            signed = [line for line in signed if not (line.startswith("_dmarc") and re.search(r"RRSIG\s+TXT", line))]
        if spoil == "lostkey":
            other = self.sign(zone, how, plain, [ksk])
            keys = lambda line: re.search(r"\s(DNSKEY|RRSIG\s+DNSKEY)\s", line)
            signed = [line for line in signed if not keys(line)] + [line for line in other if keys(line)]
        if spoil == "idlekey":
            # The key that its parent names is there, and the keys are signed by the other one alone.
            by_it = rf"RRSIG\s+DNSKEY\s.*\s{int(ksk.rsplit('+', 1)[1])}\s+{re.escape(dot(zone))}\s"
            signed = self.sign(zone, {**how, "options": ["-A"]}, plain, [ksk, zsk])
            signed = [line for line in signed if not re.search(by_it, line)]
        if spoil == "nosigkeys":
            signed = [line for line in signed if not re.search(r"\sRRSIG\s+DNSKEY\s", line)]
        (self.folder / f"{zone.replace('.', '_')}.signed").write_text("\n".join(signed + added) + "\n")
        self.delegate(zone, how, ksk)
        if zone == ".":
            self.anchor = (self.folder / f"{ksk}.key").read_text().split(";")[0].strip()
            (self.folder / "root.key").write_text(self.anchor + "\n")

    def sign(self, zone, how, plain, keys):
        out = self.folder / "signing"
        begin, end = self.now + how.get("begin", -DAY), self.now + how.get("end", 30 * DAY)
        sh("ldns-signzone", *how.get("options", []), "-i", stamp(begin), "-e", stamp(end), "-o", dot(zone),
           "-f", str(out), str(plain), *keys, cwd=self.folder)
        return [line for line in out.read_text().splitlines() if line.strip()]

    def delegate(self, zone, how, ksk):
        if zone == ".":
            return
        spoil = how.get("spoil_ds")
        if spoil == "none" or (spoil is None and how.get("algorithm", P256) is None):
            return
        if spoil in ("other-key", "one-more"):
            other = self.key(zone, how.get("algorithm") or P256, "ksk")
        lines = self.digest(other if spoil == "other-key" else ksk)
        if spoil == "one-more":
            lines += self.digest(other)
        fields = [line.split() for line in lines]
        for ds in fields:
            if spoil == "unknown-algorithm":
                ds[5] = "200"
            if spoil == "other-digest":
                ds[7] = ("0" if ds[7][0] != "0" else "1") + ds[7][1:]
            if spoil == "unknown-digest":
                ds[6] = "200"
        self.ds[zone] = [" ".join(ds) for ds in fields]

    def digest(self, key):
        return [sh("ldns-key2ds", "-n", "-f", "-2", str(self.folder / f"{key}.key"))]

    def serve(self):
        self.knot_port, self.unbound_port = free_port(), free_port()
        zones = "\n".join(
            f"  - domain: {dot(zone)}\n    file: {zone.replace('.', '_')}.signed" for zone in ZONES)
        (self.folder / "knot.conf").write_text(f"""
server:
    rundir: {self.folder}/run
    listen: 127.0.0.1@{self.knot_port}
database:
    storage: {self.folder}/db
template:
  - id: default
    storage: {self.folder}
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
{zones}
""")
        for name in ("run", "db"):
            (self.folder / name).mkdir(exist_ok=True)
        stubs = "\n".join(
            f"stub-zone:\n  name: \"{dot(zone)}\"\n  stub-addr: 127.0.0.1@{self.knot_port}\n  stub-prime: no" for zone in ZONES)
        (self.folder / "unbound.conf").write_text(f"""
server:
  interface: 127.0.0.1@{self.unbound_port}
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "{self.folder}"
  pidfile: ""
  use-syslog: no
  logfile: "{self.folder}/unbound.log"
  do-not-query-localhost: no
  trust-anchor-file: "{self.folder}/root.key"
  val-sig-skew-min: 0
  val-sig-skew-max: 0
  qname-minimisation: no
  aggressive-nsec: no
  minimal-responses: no
  root-key-sentinel: no
  trust-anchor-signaling: no
  local-zone: "plain.nl." nodefault
  module-config: "validator iterator"
  ede: yes
{stubs}
""")
        self.knot = subprocess.Popen(["knotd", "-c", str(self.folder / "knot.conf")],
                                     stdout=open(self.folder / "knot.log", "w"), stderr=subprocess.STDOUT)
        self.unbound = subprocess.Popen(["unbound", "-c", str(self.folder / "unbound.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        for port in (self.knot_port, self.unbound_port):
            until = time.time() + 20
            while not answers(port):
                if time.time() > until:
                    sys.exit(f"nothing answers at 127.0.0.1:{port}; see {self.folder}")
                time.sleep(0.1)

    def stop(self):
        for process in (self.knot, self.unbound):
            process.terminate()
            process.wait()


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


TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "DS": 43, "DNSKEY": 48, "CDS": 59, "CDNSKEY": 60}


def query(name, kind, cd, number=0x5a5a):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label)
    header = struct.pack(">HHHHHH", number, 0x0110 if cd else 0x0100, 1, 0, 0, 1)
    edns = b"\0" + struct.pack(">HHIH", 41, 1232, 0x8000, 0)
    return header + labels + b"\0" + struct.pack(">HH", TYPES[kind], 1) + edns


def ask(port, name, kind, cd):
    """Over TCP, so that it is whole."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as stream:
        stream.settimeout(20)
        question = query(name, kind, cd)
        stream.sendall(struct.pack(">H", len(question)) + question)
        (length,) = struct.unpack(">H", read(stream, 2))
        return read(stream, length)


def read(stream, length):
    octets = b""
    while len(octets) < length:
        more = stream.recv(length - len(octets))
        if not more:
            raise OSError("closed")
        octets += more
    return octets


def answers(port):
    try:
        return bool(ask(port, ".", "SOA", True))
    except OSError:
        return False


def unbound_says(port, name, kind):
    flags = struct.unpack(">H", ask(port, name, kind, False)[2:4])[0]
    if flags & 0xF == 2:
        return "Bogus"
    return "Secure" if flags & 0x20 else "Insecure"


def delv_says(tree, name, kind):
    anchor = tree.folder / "delv.key"
    words = tree.anchor.split()
    at = words.index("DNSKEY")
    flags, protocol, algorithm, *octets = words[at + 1:]
    anchor.write_text(f'trust-anchors {{ "." static-key {flags} {protocol} {algorithm} "{"".join(octets)}"; }};\n')
    run = subprocess.run(["delv", "@127.0.0.1", "-p", str(tree.unbound_port), "-a", str(anchor), "+root=.", name, kind],
                         capture_output=True, text=True)
    said = run.stdout + run.stderr
    if "resolution failed: " in said and "ncache" not in said:
        return "Bogus"
    return "Secure" if "fully validated" in said and "unsigned answer" not in said else "Insecure"


def questions():
    rows = []
    for line in (HERE / "questions.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            rows.append((words[0], words[1], words[2], words[3] if len(words) > 3 else None))
    return rows


def record(folder, out):
    now = int(time.time())
    tree = Tree(folder, now)
    tree.build()
    tree.serve()
    try:
        text = lambda octets: base64.b64encode(octets).decode()
        lines = [json.dumps({"now": now, "anchor": tree.anchor})]
        names = set()
        for name, kind, state, why in questions():
            judges = {"unbound": unbound_says(tree.unbound_port, name, kind), "delv": delv_says(tree, name, kind)}
            for judge, says in judges.items():
                if says != state:
                    print(f"{name} {kind}: expected {state}, {judge} says {says}")
            message = ask(tree.unbound_port, name, kind, True)
            lines.append(json.dumps({"name": name, "type": kind, "state": state, "why": why, **judges,
                                     "message": text(message)}))
            names.add(name)
        asked = set()
        for zone in list(ZONES) + sorted(names):
            while zone is not None and zone not in asked:
                asked.add(zone)
                for kind in ("DS", "DNSKEY"):
                    if kind == "DS" or zone in ZONES:
                        lines.append(json.dumps({"lookup": zone, "type": kind,
                                                 "message": text(ask(tree.unbound_port, zone, kind, True))}))
                zone = parent(zone) if zone != "." else None
        pathlib.Path(out).write_text("\n".join(lines) + "\n")
        print(f"{len(questions())} questions over {len(ZONES)} zones in {out}")
    finally:
        tree.stop()


def serve(folder):
    tree = Tree(folder, int(time.time()))
    tree.build()
    tree.serve()
    try:
        print(json.dumps({"knot": tree.knot_port, "unbound": tree.unbound_port, "anchor": tree.anchor}), flush=True)
        sys.stdin.read()
    finally:
        tree.stop()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder]:
            serve(folder)
        case ["record", folder, out]:
            record(folder, out)
        case _:
            sys.exit(__doc__)
