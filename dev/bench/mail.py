#!/usr/bin/env python3
"""What ten thousand domains on one provider's mail servers cost: questions, connections, CPU and memory a domain.

  mail.py [--domains N,N,…] [--zegel PROGRAM]

Serves domains that all name the two mail hosts of one provider, with knot at loopback (`dev/dns-servers`), and a mail server
that offers TLS; runs `zegel check` over them, with MX, TLS, TLS-RPT, SPF and DMARC managed, and DANE and MTA-STS looked for.
CPU and peak memory are those of `zegel` alone. What one more domain costs is the difference of two sizes.

    cargo build --release && python3 dev/bench/mail.py
"""

import argparse
import json
import os
import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import leash

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROVIDER = """$ORIGIN mail.example.
$TTL 3600
@ SOA ns1.mail.example. hostmaster.mail.example. 1 3600 600 86400 300
@ NS ns1
ns1 A 127.0.0.1
mx1 A 127.0.0.1
mx2 A 127.0.0.2
spf TXT "v=spf1 ip4:192.0.2.0/24 -all"
"""


def name(number):
    return f"d{number:05}.fleet.example"


def fleet(domains):
    lines = ["$ORIGIN fleet.example.", "$TTL 3600", "@ SOA ns1.mail.example. hostmaster.mail.example. 1 3600 600 86400 300", "@ NS ns1.mail.example."]
    for number in range(domains):
        label = f"d{number:05}"
        lines += [
            f'{label} TXT "v=spf1 include:spf.mail.example -all"', f"{label} MX 10 mx1.mail.example.", f"{label} MX 20 mx2.mail.example.",
            f'_dmarc.{label} TXT "v=DMARC1; p=reject"', f'_smtp._tls.{label} TXT "v=TLSRPTv1; rua=mailto:t@{name(number)}"']
    return "\n".join(lines) + "\n"


def spec(number):
    domain = name(number)
    hosts = [{"preference": 10, "host": "mx1.mail.example"}, {"preference": 20, "host": "mx2.mail.example"}]
    return {
        "domain": domain, "role": "Mail", "spf": {"mechanisms": ["include:spf.mail.example"], "all": "Fail"}, "dmarc": {"policy": "Reject"},
        "mx": {"hosts": hosts}, "tls": {"level": "Any"}, "tlsRpt": {"reports": [f"mailto:t@{domain}"]},
    }


def manifests(domains):
    head = {"apiVersion": "zegel.dev/v1alpha1", "kind": "MailDomain"}
    # JSON is YAML.
    each = (json.dumps({**head, "metadata": {"name": f"d{number:05}"}, "spec": spec(number)}) for number in range(domains))
    return "".join(f"---\n{one}\n" for one in each)


class Dns:
    """knot with both zones; it counts what it is asked."""

    def __init__(self, folder, domains):
        self.folder = folder
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "provider").write_text(PROVIDER)
        (folder / "fleet").write_text(fleet(domains))
        for made in ("run", "db"):
            (folder / made).mkdir()
        (folder / "conf").write_text(
            f"server:\n  rundir: {folder}/run\n  listen: 127.0.0.1@{self.port}\ndatabase:\n  storage: {folder}/db\nlog:\n  - target: stderr\n"
            "    any: error\nmod-stats:\n  - id: count\n    server-operation: on\n    request-protocol: off\n    edns-presence: off\n    flag-presence: off\n    "
            "response-code: off\n    request-edns-option: off\n    response-edns-option: off\n    reply-nodata: off\n    query-type: off\n    query-size: off\n"
            "    reply-size: off\ntemplate:\n  - id: default\n    global-module: mod-stats/count\n    semantic-checks: off\n    journal-content: none\n"
            f"zone:\n  - domain: mail.example\n    file: {folder}/provider\n  - domain: fleet.example\n    file: {folder}/fleet\n")
        self.knot = leash.start(["knotd", "-c", folder / "conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            if "fleet.example" in self.ctl("zone-status"):
                break
            time.sleep(0.1)
        else:
            self.stop()
            sys.exit("knot does not start")

    def ctl(self, *words):
        done = subprocess.run(["knotc", "-s", str(self.folder / "run/knot.sock"), *words], capture_output=True, text=True)
        return done.stdout

    def asked(self):
        for line in self.ctl("stats", "mod-stats.server-operation").splitlines():
            if "[query]" in line:
                return int(line.rsplit("=", 1)[1])
        return 0

    def stop(self):
        self.knot.terminate()
        self.knot.wait()


class Mail:
    """A mail server that offers TLS at the addresses of both hosts, and counts who comes."""

    def __init__(self, folder):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=mx1.mail.example",
             "-addext", "subjectAltName=DNS:mx1.mail.example,DNS:mx2.mail.example", "-keyout", folder / "key", "-out", folder / "cert"],
            check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(folder / "cert", folder / "key")
        first = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = first.getsockname()[1]
        self.count = 0
        for listener in (first, socket.create_server(("127.0.0.2", self.port), backlog=1024)):
            threading.Thread(target=self.serve, args=(listener,), daemon=True).start()

    def serve(self, listener):
        while True:
            stream, _ = listener.accept()
            self.count += 1
            threading.Thread(target=self.talk, args=(stream,), daemon=True).start()

    def talk(self, stream):
        try:
            stream.settimeout(10)
            stream.sendall(b"220 mx1.mail.example ESMTP\r\n")
            stream.recv(512)
            stream.sendall(b"250-mx1.mail.example\r\n250 STARTTLS\r\n")
            stream.recv(512)
            stream.sendall(b"220 go ahead\r\n")
            with self.tls.wrap_socket(stream, server_side=True) as safe:
                safe.recv(512)
        except OSError:
            pass


def below(words):
    """Runs a command, and tells on the last line of standard error what it cost."""
    began = time.perf_counter()
    code = leash.start(words, stdout=subprocess.DEVNULL).wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("\n" + json.dumps({"exit": code, "seconds": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}), file=sys.stderr)


def measure(zegel, domains):
    with tempfile.TemporaryDirectory(prefix="zegel-bench-") as folder:
        return measure_in(pathlib.Path(folder), zegel, domains)


def measure_in(folder, zegel, domains):
    folder.chmod(0o755)
    dns = Dns(folder, domains)
    try:
        mail = Mail(folder)
        (folder / "all.yaml").write_text(manifests(domains))
        before = dns.asked()
        running = leash.start(
            [sys.executable, __file__, "--below", str(zegel), "check", str(folder / "all.yaml"), "--quiet", "--fail-on", "none", "--resolver", f"127.0.0.1:{dns.port}",
             "--dnssec", "off", "--authorities", "off", "--smtp-port", str(mail.port), "--smtp-pause", "10ms", "--allow-private-targets", "--timeout", "300s"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = running.communicate()[1]
        cost = json.loads(said.rstrip().rsplit("\n", 1)[-1])
        if cost["exit"] != 0:
            sys.exit(f"not in sync: {said[:2000]}")
        return {"domains": domains, "questions": dns.asked() - before, "connections": mail.count, **cost}
    finally:
        dns.stop()


def main():
    if "--below" in sys.argv[:2]:
        return below(sys.argv[2:])
    leash.ends_when_told()
    os.environ["PATH"] += ":/usr/sbin"
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--domains", default="100,1000,10000", help="how many, in turns")
    args.add_argument("--zegel", default=ROOT / "target/release/zegel")
    args = args.parse_args()
    print("| domains | questions | a domain more | connections | CPU a domain more | peak memory | a domain more |")
    print("|---|---|---|---|---|---|---|")
    before = None
    for domains in map(int, args.domains.split(",")):
        now = measure(args.zegel, domains)
        cells = ["-", "-", "-"]
        if before:
            more = domains - before["domains"]
            cells = [f"{(now['questions'] - before['questions']) / more:.2f}", f"{(now['cpu'] - before['cpu']) / more * 1000:.2f} ms",
                     f"{(now['peak'] - before['peak']) / more:.1f} KiB"]
        print(f"| {domains:,} | {now['questions']:,} | {cells[0]} | {now['connections']} | {cells[1]} | {now['peak'] / 1024:.0f} MiB | {cells[2]} |", flush=True)
        before = now


if __name__ == "__main__":
    main()
