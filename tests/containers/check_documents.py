#!/usr/bin/env python3
"""Scans what documents.py made, and compares.

    check_documents.py STANCH FOLDER

Every value must be found once, and told at its place; every document must be
read wholly.
"""

import json
import os
import subprocess
import sys


def matches(finding, value, rule):
    if rule is not None and not isinstance(rule, int):
        return finding["rule"] == rule
    preview = finding["preview"]
    return preview[:2] == value[:2] and preview[-2:] == value[-2:] or (
        len(value) < 20 and finding["class"] == "secret" and "password" in finding["rule"] and preview[:1] in (value[:1], "*"))


def main():
    program, folder = sys.argv[1:]
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    planted = found = 0
    wrong = []
    for name, values in sorted(expected.items()):
        run = subprocess.run([program, "scan", "--isolated", "--class", "secret,marking", "--quiet", "--report", "json", name],
                             cwd=folder, capture_output=True, check=False)
        report = json.loads(run.stdout)
        codes = sorted({skip["code"] for skip in report["skips"]})
        if values is None:
            if codes != ["encrypted"]:
                wrong.append(f"{name}: must be reported as encrypted, is {codes or 'not'}")
            continue
        planted += len(values)
        left = list(report["findings"])
        for value, place, *more in values:
            wanted = more[0] if more else None
            times = wanted if isinstance(wanted, int) else 1
            hits = [finding for finding in left if matches(finding, value, wanted)]
            told = [f for f in hits if place in "!".join(f.get("members", []))]
            if told:
                found += 1
            if not told or len(hits) > times and len(value) >= 20:
                places = [f["location"] for f in hits]
                wrong.append(f"{name}: a value of {place or 'the text'} is told at {places}")
            for hit in hits if len(value) >= 20 else told[:1]:
                left.remove(hit)
        wrong += [f"{name}: also {f['rule']} at {f['location']}" for f in left]
        if codes:
            wrong.append(f"{name}: not read wholly: {codes}")
    print(f"{found} of {planted} values found in {len(expected)} documents")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
