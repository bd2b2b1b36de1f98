"""Adds Debian packages to a CycloneDX list of components on standard input: those whose files the image has.

Usage: add-packages.py MACHINE PACKAGE..."""

import json
import subprocess
import sys


def main(machine, packages):
    bom = json.load(sys.stdin)
    for package in packages:
        version = subprocess.run(
            ["dpkg-query", "--show", "--showformat", "${Version}", package],
            check=True, stdout=subprocess.PIPE, text=True,
        ).stdout
        purl = f"pkg:deb/debian/{package}@{version.replace('+', '%2B')}?arch={machine}"
        bom["components"].append(
            {"type": "library", "bom-ref": purl, "name": package, "version": version, "purl": purl}
        )
    json.dump(bom, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
