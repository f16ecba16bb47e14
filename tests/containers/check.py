#!/usr/bin/env python3
"""Scans what generate.py made, and compares.

    check.py STANCH FOLDER

Every value must be found, nothing where there is none, and every file that holds one must be read wholly,
but for those that are damaged on purpose; what is sealed must be reported.
"""

import json
import os
import subprocess
import sys

# Made without a directory, or with something that is missing.
DAMAGED = {"no-directory.zip", "no-table.pdf"}


def main():
    program, folder = sys.argv[1:]
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    planted = found = 0
    wrong = []
    for name, values in sorted(expected.items()):
        run = subprocess.run([program, "scan", "--isolated", "--quiet", "--report", "json", name],
                             cwd=folder, capture_output=True, check=False)
        report = json.loads(run.stdout)
        previews = [finding["preview"] for finding in report["findings"]]
        codes = {skip["code"] for skip in report["skips"]}
        if values is None:
            if codes != {"encrypted"} or run.returncode != 3:
                wrong.append(f"{name}: must be reported as encrypted, is {codes or 'not'}")
            continue
        planted += len(values)
        if not values and previews:
            wrong.append(f"{name}: something is found where nothing is")
        for value in values:
            seen = any(p[:4] == value[:4] and p[-4:] == value[-4:] for p in previews)
            found += seen
            if not seen:
                wrong.append(f"{name}: a value is not found ({sorted(codes)})")
        if codes and name not in DAMAGED:
            wrong.append(f"{name}: not read wholly: {sorted(codes)}")
        if name in DAMAGED and "damaged" not in codes:
            wrong.append(f"{name}: the damage is not reported")
    print(f"{found} of {planted} values found in {len(expected)} files")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
