#!/usr/bin/env python3
"""A long run of Zegel's validation and of hickory's over the tree: what an answer costs, and whether what they hold grows.

  validators.py [ANSWERS] [PROGRAM]     20,000 answers each; PROGRAM: the built `validators` of dev/peers

Needs what tree.py needs. Without PROGRAM it is built (dev/peers, a release build).
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def main(answers=20_000, program=None):
    command = [program] if program else [
        "cargo", "run", "--quiet", "--release", "--manifest-path", str(HERE.parent / "peers/Cargo.toml"), "--bin", "validators", "--"]
    with tempfile.TemporaryDirectory() as folder:
        tree = subprocess.Popen([sys.executable, str(HERE / "tree.py"), "serve", folder], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        try:
            at = json.loads(tree.stdout.readline())
            print(f"{'':8} {'answers':>8} {'secure':>8} {'questions':>10} {'CPU ms':>8} {'RSS KiB':>8}")
            for which in ("zegel", "hickory"):
                run = subprocess.run([*command, which, f"127.0.0.1:{at['unbound']}", at["anchor"], str(answers)],
                                     check=True, capture_output=True, text=True)
                for line in run.stdout.splitlines():
                    said = json.loads(line)
                    print(f"{which:8} {said['answers']:8} {said['secure']:8} {said['questions']:10} {said['cpu_ms']:8} {said['rss_kib']:8}")
        finally:
            tree.stdin.close()
            tree.wait()


if __name__ == "__main__":
    main(*[int(words) if words.isdigit() else words for words in sys.argv[1:]])
