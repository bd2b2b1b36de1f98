"""Prints the licences of every crate that is in the program: its name, what it is under, and the texts its authors ask to
be kept with copies. Reads the sources that cargo has fetched; asks nobody."""

import hashlib
import json
import pathlib
import re
import subprocess
import sys

TEXTS = re.compile(r"^(licen[cs]e|copying|notice|copyright|unlicense)", re.IGNORECASE)


def cargo(*args):
    return subprocess.run(["cargo", *args], check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    # What is compiled into the program on Linux: no tests, no build scripts' own crates.
    tree = cargo("tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}")
    wanted = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    packages = json.loads(cargo("metadata", "--locked", "--format-version", "1"))["packages"]
    packages = [p for p in packages if (p["name"], f"v{p['version']}") in wanted and p["source"]]
    packages.sort(key=lambda p: (p["name"], p["version"]))
    texts, users = {}, {}
    print("Zegel is under the Apache License 2.0 (LICENSE). It is made with the crates below, under their licences.\n")
    for package in packages:
        name = f"{package['name']} {package['version']}"
        print(f"{name}: {package['license'] or 'see its text below'}")
        folder = pathlib.Path(package["manifest_path"]).parent
        for file in sorted(folder.iterdir()):
            if file.is_file() and TEXTS.match(file.name):
                text = file.read_text(encoding="utf-8", errors="replace").strip()
                key = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
                texts.setdefault(key, text)
                users.setdefault(key, []).append(name)
    for key, text in texts.items():
        print(f"\n{'=' * 100}\n{', '.join(dict.fromkeys(users[key]))}\n{'=' * 100}\n\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
