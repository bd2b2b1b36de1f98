#!/usr/bin/env python3
"""What a look costs, beside what others cost, in one run over the internet of internet.py.

  run.py [--domains N] [--growth N,N,…] [--file-mib N] [--zegel PROGRAM] [--lookups PROGRAM] [--checkdmarc PYTHON] [--out FILE] [--rounds N]

Prints a table and writes the same as JSON. CPU is that of the measured process alone, user and system, of its children too;
the resolver's is not in it, though it takes the same cores. Of several rounds the median counts. `cold` is after the resolver
has forgotten everything. Only ratios within one run mean anything on another machine; the load of this one is told.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Measured:
    """One process that ran to its end."""

    def __init__(self, words, stdin=None):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        # Peak memory is kept for all children together, so each is measured below a process of its own.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            program = subprocess.Popen([sys.executable, __file__, "--below", *map(str, words)], stdin=stdin, stdout=out, stderr=err)
            program.wait()
            self.seconds = time.perf_counter() - began
            for file in (out, err):
                file.seek(0)
            self.out, self.err = out.read().decode(), err.read().decode()
        self.exit = program.returncode
        told = self.err.rstrip().rsplit("\n", 1)[-1]
        cost = json.loads(told)
        self.err = self.err.rstrip()[: -len(told)]
        self.seconds, self.cpu, self.peak = cost["seconds"], cost["cpu"], cost["peak"]


def below(words):
    """Runs a command, and tells on the last line of standard error what it cost."""
    began = time.perf_counter()
    code = subprocess.run(words).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"seconds": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}
    print("\n" + json.dumps(cost), file=sys.stderr)
    sys.exit(code)


class Bench:
    def __init__(self, given, number, folder):
        self.given, self.number, self.folder = given, number, pathlib.Path(folder)
        self.rows = {}

    def __enter__(self):
        words = [sys.executable, HERE / "internet.py", "serve", str(self.number), self.folder]
        self.server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.server.stdout.readline()
        if not line:
            sys.exit("the internet of the bench did not start")
        self.where = json.loads(line)
        return self

    def __exit__(self, *_):
        self.server.stdin.close()
        self.server.wait()

    def forget(self):
        """The resolver forgets what it knows."""
        os.kill(self.where["unbound"], signal.SIGHUP)
        time.sleep(1)

    def zegel(self, *words):
        return [self.given.zegel, *words]

    def dns(self, *more):
        return ["--resolver", self.where["resolver"], "--authorities", "off", *(more or ["--dnssec", "off"])]

    def validated(self):
        return self.dns("--trust-anchor", self.where["trustAnchor"])

    def row(self, name, words, per=None, rounds=None, cold=False, asks_more=False, exits=(0, 1)):
        """Measures a command a few times, and keeps the median of each figure.

        One that asks more than was asked before it runs once before, or its first round would be measured cold.
        """
        per = per or self.number
        runs = []
        if asks_more:
            Measured(words)
        for _ in range(rounds or self.given.rounds):
            if cold:
                self.forget()
            ran = Measured(words)
            if ran.exit not in exits:
                sys.exit(f"{name}: exit {ran.exit}: {ran.err[-2000:]}")
            runs.append(ran)
        middle = lambda figure: statistics.median(map(figure, runs))
        row = {
            "rate": round(per / middle(lambda ran: ran.seconds), 1),
            "cpuMs": round(1000 * middle(lambda ran: ran.cpu) / per, 4),
            "peakMiB": round(middle(lambda ran: ran.peak) / 2**20, 1),
            "seconds": round(middle(lambda ran: ran.seconds), 3),
            "rounds": len(runs),
        }
        self.rows[name] = row
        print(f"{self.number:>6}  {name:<34} {row['rate']:>9}/s {row['cpuMs']:>8} ms CPU {row['peakMiB']:>8} MiB", flush=True)
        return runs[-1]

    def questions(self):
        """The questions that Zegel asks of this internet, written one a line; how many, and how many facts a look rests on."""
        recording = self.folder / "recording.json"
        words = self.zegel("check", self.where["manifests"], "--quiet", "--output", "json", "--record", recording, *self.dns())
        ran = subprocess.run(words, capture_output=True, text=True)
        if ran.returncode not in (0, 1):
            sys.exit(f"check does not work here: exit {ran.returncode}: {ran.stderr[-2000:]}")
        asked, facts = {}, 0
        for look in json.loads(recording.read_text())["looks"]:
            facts += len(look["facts"])
            asked.update(((fact["name"], fact["type"]), None) for fact in look["facts"])
        recording.unlink()
        self.list = self.folder / "questions.txt"
        self.list.write_text("".join(f"{name} {kind}\n" for name, kind in asked))
        states = [json.loads(line)["summary"] for line in ran.stdout.splitlines() if line.startswith("{")]
        return {
            "sentPerDomain": round(len(asked) / self.number, 2), "factsPerDomain": round(facts / self.number, 2),
            "domainsWithErrors": sum(1 for state in states if state.get("errors")),
            "domainsNotInSync": sum(1 for state in states if state.get("inSync") != state.get("records")),
        }

    def one_file(self, mebibytes):
        """All manifests again and again in one file of so many MiB, under names of their own; how many they are."""
        path, number = self.folder / "one.yaml", 0
        texts = [one.read_text() for one in sorted(pathlib.Path(self.where["manifests"]).iterdir())]
        with path.open("w") as out:
            again = 0
            while out.tell() < mebibytes << 20:
                for text in texts:
                    domain = re.search(r"^  domain: (\S+)$", text, re.M)[1]
                    name = re.search(r"^  name: (\S+)$", text, re.M)[1]
                    own = text.replace(domain, f"x{again}{domain}").replace(f"  name: {name}", f"  name: x{again}-{name}", 1)
                    out.write(f"---\n{own.removeprefix('---')}")
                    number += 1
                again += 1
        return path, number

    def table(self):
        """Everything, others beside it."""
        where, given = self.where, self.given
        counts = self.questions()
        lookups = lambda how: [given.lookups, how, where["resolver"], self.list]
        check = lambda dns: self.zegel("check", where["manifests"], "--quiet", "--output", "json", *dns)
        self.row("check, warm", check(self.dns()))
        if given.lookups.is_file():
            self.row("hickory, lookups alone, warm", lookups("hickory"))
            self.row("lean client, warm", lookups("lean"))
        self.row("check, validated, warm", check(self.validated()), asks_more=True)
        self.row("check, cold", check(self.dns()), cold=True)
        if given.lookups.is_file():
            self.row("hickory, lookups alone, cold", lookups("hickory"), cold=True)
            self.row("lean client, cold", lookups("lean"), cold=True)
        inspect = self.zegel("inspect", "--from", where["domains"], "--quiet", "--output", "json", *self.dns())
        self.row("inspect --from, warm", inspect, asks_more=True)
        self.row("plan", self.zegel("plan", where["manifests"], "--output", "zone"))
        if given.file_mib:
            path, number = self.one_file(given.file_mib)
            self.row(f"plan, one file of {given.file_mib} MiB", self.zegel("plan", path, "--output", "zone"), per=number, rounds=1)
            path.unlink()
        if given.checkdmarc:
            some = min(self.number, 200)
            host, port = where["resolver"].split(":")
            words = [given.checkdmarc, HERE / "checkdmarc_rate.py", host, port, where["domains"]]
            self.row("checkdmarc API, warm", [*words, some], per=some, rounds=1)
        return counts

    def growth(self):
        """Only what is to stay flat."""
        # Once, so that the resolver knows what there is.
        counts = self.questions()
        self.row("check, warm", self.zegel("check", self.where["manifests"], "--quiet", "--output", "json", *self.dns()))
        self.row("plan", self.zegel("plan", self.where["manifests"], "--output", "zone"))
        return counts


def load():
    return {
        "loadAverage": [round(one, 2) for one in os.getloadavg()], "cores": os.cpu_count(),
        "cpu": next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine()),
    }


def commit():
    words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip() or "unknown"


def slower(before, now):
    """What takes over a tenth more CPU beside the lean client than it did in the file of before."""
    said = []
    yard = lambda rows: rows.get("lean client, warm", {}).get("cpuMs")
    for name, row in now.items():
        old = before.get(name)
        if old and yard(before) and yard(now):
            ratio = row["cpuMs"] / yard(now) / (old["cpuMs"] / yard(before))
            if ratio > 1.1:
                said.append(f"{name}: {ratio:.2f} times the CPU of before, the lean client's taken as the yard")
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domains", type=int, default=10_000)
    parser.add_argument("--growth", default="1000,5000,20000", help="sizes measured besides; none: an empty text")
    parser.add_argument("--zegel", default=ROOT / "target/release/zegel", type=pathlib.Path)
    parser.add_argument("--lookups", default=ROOT / "target/release/examples/lookups", type=pathlib.Path)
    parser.add_argument("--checkdmarc", type=pathlib.Path, help="a Python that has checkdmarc")
    parser.add_argument("--file-mib", type=int, default=100, help="one file of so many MiB is planned besides; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where the internets are written (default: in memory where there is such a place)")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results" / "latest.json")
    given = parser.parse_args()
    before = json.loads(given.out.read_text()) if given.out.exists() else None
    memory = pathlib.Path("/dev/shm")
    folder = pathlib.Path(given.folder or tempfile.mkdtemp(prefix="zegel-bench-", dir=memory if memory.is_dir() else None))
    result = {"commit": commit(), "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": load(), "domains": given.domains}
    try:
        with Bench(given, given.domains, folder / str(given.domains)) as bench:
            result["counts"] = bench.table()
            result["rows"] = bench.rows
        result["growth"] = {}
        for number in [int(one) for one in given.growth.split(",") if one]:
            with Bench(given, number, folder / str(number)) as bench:
                counts = bench.growth()
                result["growth"][str(number)] = {"counts": counts, "rows": bench.rows}
            shutil.rmtree(folder / str(number), ignore_errors=True)
    finally:
        if not given.folder:
            shutil.rmtree(folder, ignore_errors=True)
    result["machine"]["loadAverageAfter"] = [round(one, 2) for one in os.getloadavg()]
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n")
    print(f"counts: {json.dumps(result['counts'])}")
    print(f"load: {result['machine']['loadAverage'][0]} before, {result['machine']['loadAverageAfter'][0]} after, {os.cpu_count()} cores")
    for line in slower(before["rows"], result["rows"]) if before else []:
        print(f"SLOWER: {line}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--below"]:
        below(sys.argv[2:])
    os.environ["PATH"] += ":/usr/sbin"
    main()
