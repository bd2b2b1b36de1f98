"""What controller.py stands on: an API server with etcd, and a resolver that can be told to fail, lie or change.

The control plane is that of the tests (dev/control-plane finds or builds it once), on loopback, with an audit log that holds
every write and who made it. Nothing of it outlives the program: its folder and its processes go with it.
"""

import http.client
import json
import os
import pathlib
import queue
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

import leash
from internet import rsa_key

ROOT = pathlib.Path(__file__).resolve().parents[2]

POLICY = """
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, Panic]
rules:
- level: None
  verbs: [get, list, watch]
- level: Metadata
  resources: [{group: zegel.dev}, {group: events.k8s.io}]
- level: None
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_and_memory(pid):
    """Processor time in seconds; resident memory, the most it ever was, and what of it is the process's own, in MiB."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/status") as file:
        status = dict(line.split(":", 1) for line in file if ":" in line)
    memory = [round(int(status[word].split()[0]) / 1024, 1) for word in ("VmRSS", "VmHWM", "RssAnon")]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), *memory


class Plane:
    """A running control plane."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.users = set()
        lines = subprocess.run([ROOT / "dev/control-plane", "etcd", "kube-apiserver", "kubectl"], capture_output=True, text=True, check=True)
        self.tools = dict(line.split("\t") for line in lines.stdout.splitlines())
        self.processes = []

    def __enter__(self):
        self.certificates()
        client, peer, self.port = free_port(), free_port(), free_port()
        (self.folder / "policy.yaml").write_text(POLICY)
        self.start("etcd", [
            "--data-dir", self.folder / "etcd", "--unsafe-no-fsync", "--log-level", "warn",
            "--listen-client-urls", f"http://127.0.0.1:{client}", "--advertise-client-urls", f"http://127.0.0.1:{client}",
            "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
            "--initial-cluster", f"default=http://127.0.0.1:{peer}", "--quota-backend-bytes", 8 << 30,
        ])
        self.server = self.start("kube-apiserver", [
            "--etcd-servers", f"http://127.0.0.1:{client}", "--bind-address", "127.0.0.1", "--secure-port", self.port,
            "--authorization-mode", "RBAC", "--anonymous-auth=false", "--endpoint-reconciler-type", "none",
            "--service-cluster-ip-range", "10.0.0.0/24", "--service-account-issuer", "https://zegel.bench",
            "--service-account-key-file", self.folder / "tokens.pub", "--service-account-signing-key-file", self.folder / "tokens.key",
            "--client-ca-file", self.folder / "ca.crt", "--tls-cert-file", self.folder / "server.crt",
            "--tls-private-key-file", self.folder / "server.key",
            "--audit-policy-file", self.folder / "policy.yaml", "--audit-log-path", self.folder / "audit.log",
        ])
        self.kubeconfig = self.user("admin")
        began = time.monotonic()
        while time.monotonic() - began < 120:
            try:
                if self.call("GET", "/readyz", raw=True) == b"ok":
                    break
            except OSError:
                pass
            time.sleep(0.3)
        else:
            sys.exit(f"the API server did not come up: {(self.folder / 'kube-apiserver.log').read_text()[-2000:]}")
        self.kubectl("apply", "--server-side", "-f", ROOT / "crds")
        self.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGKILL)
            process.wait()

    def start(self, tool, words):
        log = open(self.folder / f"{tool}.log", "wb")
        process = leash.start([self.tools[tool], *words], stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def openssl(self, *words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=self.folder)

    def certificate(self, name, subject, *extensions):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        signed = ["-CA", "ca.crt", "-CAkey", "ca.key"] if name != "ca" else []
        more = [word for extension in extensions for word in ("-addext", extension)]
        self.openssl("req", "-x509", *key, *signed, "-subj", subject, *more, "-keyout", f"{name}.key", "-out", f"{name}.crt")

    def certificates(self):
        self.certificate("ca", "/CN=zegel-bench")
        self.certificate("server", "/CN=kube-apiserver", "subjectAltName=IP:127.0.0.1", "basicConstraints=critical,CA:FALSE")
        self.openssl("genrsa", "-out", "tokens.key", "2048")
        self.openssl("rsa", "-in", "tokens.key", "-pubout", "-out", "tokens.pub")

    def user(self, name):
        """A kubeconfig of somebody who may do everything, by this name in the audit log."""
        path = self.folder / f"{name}.kubeconfig"
        if name not in self.users:
            self.users.add(name)
            self.certificate(name, f"/O=system:masters/CN={name}", "extendedKeyUsage=clientAuth", "basicConstraints=critical,CA:FALSE")
            path.write_text(
                "apiVersion: v1\nkind: Config\ncurrent-context: bench\n"
                f"clusters: [{{name: bench, cluster: {{server: 'https://127.0.0.1:{self.port}', certificate-authority: ca.crt}}}}]\n"
                f"users: [{{name: bench, user: {{client-certificate: {name}.crt, client-key: {name}.key}}}}]\n"
                "contexts: [{name: bench, context: {cluster: bench, user: bench}}]\n"
            )
        return path

    def kubectl(self, *words):
        words = [self.tools["kubectl"], "--kubeconfig", self.kubeconfig, *words]
        subprocess.run(list(map(str, words)), check=True, capture_output=True, env={**os.environ, "HOME": str(self.folder)})

    def connect(self):
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        context.load_cert_chain(self.folder / "admin.crt", self.folder / "admin.key")
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=60)

    def call(self, method, path, body=None, kind="application/json", link=None, raw=False):
        own = link or self.connect()
        own.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
        answer = own.getresponse()
        text = answer.read()
        if not link:
            own.close()
        if answer.status >= 300:
            raise OSError(f"{method} {path}: {answer.status} {text[:500]!r}")
        return text if raw else json.loads(text)

    def each(self, requests, workers=6):
        """Many requests (method, path, body, kind), some at once."""
        todo, failed = queue.SimpleQueue(), []
        for request in requests:
            todo.put(request)

        def work():
            link = self.connect()
            while True:
                try:
                    method, path, body, kind = todo.get_nowait()
                except queue.Empty:
                    return link.close()
                try:
                    self.call(method, path, body, kind, link, raw=True)
                except (OSError, http.client.HTTPException) as error:
                    failed.append(error)
                    link = self.connect()

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def list(self, path, limit=500):
        """All objects of a list, page by page."""
        more = ""
        while True:
            page = self.call("GET", f"{path}?limit={limit}&continue={more}")
            yield from page["items"]
            more = page["metadata"].get("continue")
            if not more:
                return

    def cpu(self):
        """Processor time of the API server so far, in seconds."""
        return cpu_and_memory(self.server.pid)[0]

    def audit(self, since=0):
        """What was written and by whom from this offset of the log on: (time, user, verb, resource, namespace, name, code)."""
        with open(self.folder / "audit.log") as file:
            file.seek(since)
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                what = entry.get("objectRef", {})
                resource = "/".join(filter(None, [what.get("resource"), what.get("subresource")]))
                code = entry.get("responseStatus", {}).get("code")
                yield entry["stageTimestamp"], entry["user"]["username"], entry["verb"], resource, what.get("namespace"), what.get("name"), code

    def mark(self):
        """Where the audit log ends now."""
        return os.path.getsize(self.folder / "audit.log")


TXT, MX, A, NS, SOA, CNAME = 16, 15, 1, 2, 6, 5
PROVIDERS = 5
REGISTRIES = {"", "nl", "net"}
KEY = f"v=DKIM1; k=rsa; p={rsa_key('controller')}"


def wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def text(value):
    octets = value.encode()
    return b"".join(bytes([len(octets[at:at + 255])]) + octets[at:at + 255] for at in range(0, len(octets), 255))


class Zone:
    """The names of a fleet: each domain hosted by one of five providers, in which it has its include and its keys."""

    def __init__(self, ttl):
        self.ttl = ttl
        self.broken = set()

    def answer(self, name, kind):
        """(whether the name exists, the records: type and data)."""
        labels = name.split(".")
        if name in REGISTRIES:
            return True, {NS: [wire("ns.registry.net")], SOA: [soa()]}.get(kind, [])
        if labels[-1] == "nl" and labels[-2][:1] == "d" and labels[-2][1:].isdigit():
            provider = int(labels[-2][1:]) % PROVIDERS
            domain = ".".join(labels[-2:])
            match labels[:-2]:
                case []:
                    return True, {
                        TXT: [text(f"v=spf1 include:spf.p{provider}.net ip4:192.0.2.{provider} -all")],
                        MX: [struct.pack("!H", 10) + wire(f"mx.p{provider}.net")], SOA: [soa()],
                    }.get(kind, [])
                case ["_dmarc"]:
                    return True, [text(f"v=DMARC1; p=reject; rua=mailto:dmarc@{domain}")] if kind == TXT else []
                case [("s1" | "s2") as selector, "_domainkey"]:
                    return True, (CNAME, f"{selector}.{labels[-2]}.p{provider}.net")
                case ["_domainkey"]:
                    return True, []
            return False, []
        if labels[-1] == "net" and labels[-2][:1] == "p":
            match labels[:-2]:
                case []:
                    return True, [soa()] if kind == SOA else []
                case ["spf"]:
                    return (False, []) if int(labels[-2][1:]) in self.broken else (True, [text("v=spf1 ip4:198.51.100.0/24 -all")] if kind == TXT else [])
                case ["mx"]:
                    return True, [socket.inet_aton("198.51.100.7")] if kind == A else []
                case [_, _]:
                    return True, [text(KEY)] if kind == TXT else []
        return False, []


def soa():
    return wire("ns.registry.net") + wire("hostmaster.registry.net") + struct.pack("!5I", 1, 7200, 3600, 86400, 60)


def resolve(zone, asked, denies):
    """The answer to a message, as a recursive resolver gives it."""
    at, labels = 12, []
    while asked[at]:
        labels.append(asked[at + 1:at + 1 + asked[at]])
        at += 1 + asked[at]
    kind = int.from_bytes(asked[at + 1:at + 3], "big")
    question = asked[12:at + 5]
    name = b".".join(labels).decode("ascii", "replace").lower()
    records = []
    if denies:
        exists = False
    else:
        exists, found = zone.answer(name, kind)
        owner = b"\xc0\x0c"
        if isinstance(found, tuple):
            target = found[1]
            records.append(owner + struct.pack("!HHIH", CNAME, 1, zone.ttl, len(wire(target))) + wire(target))
            owner = wire(target)
            exists, found = zone.answer(target, kind) if kind != CNAME else (True, [])
        records += [owner + struct.pack("!HHIH", kind, 1, zone.ttl, len(data)) + data for data in found]
    authority = b"" if records and exists else b"\0" + struct.pack("!HHIH", SOA, 1, 60, len(soa())) + soa()
    flags = 0x8180 | (0 if exists else 3)
    edns = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    head = asked[:2] + struct.pack("!5H", flags, 1, len(records), 1 if authority else 0, 1)
    return head + question + b"".join(records) + authority + edns


def serve(ttl):
    """Answers until the end of standard input; a line there is what it does from then on, and is echoed."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    link.bind(("127.0.0.1", 0))
    zone, mode = Zone(ttl), "answer"

    def told():
        nonlocal mode
        for line in sys.stdin:
            match line.split():
                case ["break", provider]:
                    zone.broken.add(int(provider))
                case ["mend"]:
                    zone.broken.clear()
                case [word]:
                    mode = word
            print("so be it", flush=True)
        os._exit(0)

    threading.Thread(target=told, daemon=True).start()
    print(link.getsockname()[1], flush=True)
    while True:
        asked, whence = link.recvfrom(4096)
        if mode != "silent":
            try:
                link.sendto(resolve(zone, asked, mode == "deny"), whence)
            except (IndexError, ValueError, OSError):
                pass


class Resolver:
    """The resolver, in a process of its own."""

    def __init__(self, ttl):
        words = [sys.executable, __file__, str(ttl)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = f"127.0.0.1:{self.process.stdout.readline().strip()}"

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
