"""Prints what the program is made of, for one machine.

    components.py cyclonedx TRIPLE [PACKAGE…]   CycloneDX 1.5: crates with licences and sums, and these Debian packages
    components.py auditable TRIPLE              zlib of JSON as cargo-auditable writes it: the section .dep-v0 of the program

The crates are those of `cargo tree`, which knows what is compiled. The tools that are usual for this ask `cargo metadata`, which
also counts what only tests need, and would name crates (a second crypto provider among them) that are not in the program.
Nothing of this machine and no clock is in it but SOURCE_DATE_EPOCH."""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import zlib


def output(*args):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, text=True).stdout


def tree(triple, edges):
    """The crates along these edges: {(name, version)}."""
    text = output(
        "cargo", "tree", "--locked", "--target", triple, "--edges", edges, "--prefix", "none", "--no-dedupe", "--format", "{p}"
    )
    return {(line.split()[0], line.split()[1].removeprefix("v")) for line in text.splitlines() if line.strip()}


class Crates:
    def __init__(self, triple):
        # Compiled into it; and what only helps to compile it: build scripts and macros with what they use.
        self.runtime = tree(triple, "normal,no-proc-macro")
        self.build = tree(triple, "normal,build") - self.runtime
        metadata = json.loads(
            output("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", triple)
        )
        every = self.runtime | self.build
        packages = [p for p in metadata["packages"] if (p["name"], p["version"]) in every]
        self.packages = sorted(packages, key=lambda p: (p["name"], p["version"]))
        missing = every - {(p["name"], p["version"]) for p in packages}
        if missing:
            sys.exit(f"components.py: cargo metadata does not know {sorted(missing)}")
        known = {p["id"] for p in packages}
        self.edges = {}
        for node in metadata["resolve"]["nodes"]:
            if node["id"] in known:
                kinds = lambda dep: {kind["kind"] for kind in dep["dep_kinds"]}
                self.edges[node["id"]] = [d["pkg"] for d in node["deps"] if d["pkg"] in known and kinds(d) - {"dev"}]
        lock = tomllib.loads(pathlib.Path("Cargo.lock").read_text(encoding="utf-8"))
        self.sums = {(p["name"], p["version"]): p.get("checksum") for p in lock["package"]}
        self.root = next(p for p in self.packages if p["source"] is None)

    def is_runtime(self, package):
        return (package["name"], package["version"]) in self.runtime


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version'].replace('+', '%2B')}"


def cyclonedx(crates, triple, debian):
    def component(package, kind):
        entry = {
            "type": kind,
            "bom-ref": purl(package),
            "name": package["name"],
            "version": package["version"],
            "purl": purl(package),
        }
        if package["license"]:
            # The slash is how it was written before SPDX expressions.
            entry["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
        if checksum := crates.sums.get((package["name"], package["version"])):
            entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        if package["repository"]:
            entry["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
        return entry

    inside = [p for p in crates.packages if crates.is_runtime(p)]
    refs = {p["id"]: purl(p) for p in inside}
    components = [component(p, "library") for p in inside if p is not crates.root]
    depends = [
        {"ref": refs[p["id"]], "dependsOn": sorted({refs[to] for to in crates.edges[p["id"]] if to in refs})} for p in inside
    ]
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(triple.split("-")[0], triple.split("-")[0])
    for name in debian:
        version = output("dpkg-query", "--show", "--showformat", "${Version}", name)
        ref = f"pkg:deb/debian/{name}@{version.replace('+', '%2B')}?arch={architecture}"
        components.append({"type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref})
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "315532800"))
    when = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": when, "component": component(crates.root, "application")},
        "components": components,
        "dependencies": depends,
    }


def auditable(crates):
    index = {p["id"]: number for number, p in enumerate(crates.packages)}
    packages = []
    for package in crates.packages:
        source = package["source"]
        entry = {
            "name": package["name"],
            "version": package["version"],
            "source": "local" if source is None else "crates.io" if "crates.io" in source else "registry",
        }
        if not crates.is_runtime(package):
            entry["kind"] = "build"
        if depends := sorted({index[to] for to in crates.edges[package["id"]]}):
            entry["dependencies"] = depends
        if package is crates.root:
            entry["root"] = True
        packages.append(entry)
    return {"packages": packages}


def main(form, triple, *debian):
    crates = Crates(triple)
    if form == "cyclonedx":
        json.dump(cyclonedx(crates, triple, debian), sys.stdout, indent=2)
        print()
    elif form == "auditable":
        text = json.dumps(auditable(crates), separators=(",", ":"))
        sys.stdout.buffer.write(zlib.compress(text.encode(), 9))
    else:
        sys.exit(f"components.py: unknown form {form}: cyclonedx and auditable are known")


if __name__ == "__main__":
    main(*sys.argv[1:])
