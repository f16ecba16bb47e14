#!/usr/bin/env python3
"""Holds the reports for other programs to what those programs ask of them.

    tests/formats/check.py [FOLDER]

Reads findings.* and hostile.* of the folder (this one by default). The rules are
those of the programs' own documentation and readers, written down anew.
"""

import csv
import json
import re
import sys
import xml.etree.ElementTree
from pathlib import Path

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# DefectDojo refuses a report with any other field.
DEFECTDOJO = set(
    """title severity description date cwe cve mitigation impact references active verified line file_path
    static_finding dynamic_finding unique_id_from_tool vuln_id_from_tool nb_occurences service tags
    severity_justification""".split()
)


def need(holds, what):
    if not holds:
        raise SystemExit(f"failed: {what}")


def gitlab(path):
    report = json.loads(path.read_text())
    scan = report["scan"]
    need(scan["type"] == "secret_detection" and scan["status"] in ("success", "failure"), "scan")
    need(all(STAMP.match(scan[name]) for name in ("start_time", "end_time")), "times without a zone")
    for tool in ("analyzer", "scanner"):
        need({"id", "name", "version", "vendor"} <= set(scan[tool]), tool)
    need(all(m["level"] in ("info", "warn", "fatal") for m in scan.get("messages", [])), "messages")
    ids = [v["id"] for v in report["vulnerabilities"]]
    need(all(UUID.match(i) for i in ids) and len(set(ids)) == len(ids), "ids are UUIDs, each once")
    for found in report["vulnerabilities"]:
        need(found["identifiers"] and {"type", "name", "value"} <= set(found["identifiers"][0]), "identifiers")
        need(found["location"]["commit"]["sha"], "a commit for every finding")
        need(found["severity"] in "Info Unknown Low Medium High Critical".split(), "severity")
        need(len(found["name"]) <= 255 and len(found["solution"]) <= 7000, "lengths")
        need(all(re.match("https?://", link["url"]) for link in found["links"]), "links")
    return len(ids)


def codequality(path):
    issues = json.loads(path.read_text())
    for issue in issues:
        need({"description", "check_name", "fingerprint", "severity", "location"} <= set(issue), "fields")
        need(issue["severity"] in "info minor major critical blocker".split(), "severity")
        need(not issue["location"]["path"].startswith("./"), "path")
        need(issue["location"]["lines"]["begin"] >= 1, "lines")
    need(len({i["fingerprint"] for i in issues}) == len(issues), "fingerprints, each once")
    return len(issues)


def defectdojo(path):
    report = json.loads(path.read_text())
    for found in report["findings"]:
        need({"title", "severity", "description"} <= set(found) <= DEFECTDOJO, "fields")
        need(found["severity"] in "Critical High Medium Low Info".split(), "severity")
    return len(report["findings"])


def sonarqube(path):
    report = json.loads(path.read_text())
    rules = {rule["id"] for rule in report["rules"]}
    for rule in report["rules"]:
        need({"id", "name", "description", "engineId", "cleanCodeAttribute", "impacts"} <= set(rule), "rule")
        need(all(i["severity"] in ("LOW", "MEDIUM", "HIGH") for i in rule["impacts"]), "impacts")
    for issue in report["issues"]:
        need(issue["ruleId"] in rules, "every rule is there")
        place = issue["primaryLocation"]
        need(place["message"] and place["filePath"], "place")
        lines = place.get("textRange", {"startLine": 1})
        need(lines["startLine"] >= 1 and lines.get("startColumn", 0) >= 0, "range")
    return len(report["issues"])


def gitleaks(path):
    names = """RuleID Description StartLine EndLine StartColumn EndColumn Match Secret File SymlinkFile Commit Entropy
    Author Email Date Message Tags Fingerprint"""
    found = json.loads(path.read_text())
    need(all(set(f) == set(names.split()) for f in found), "fields")
    return len(found)


def ocsf(path):
    events = [json.loads(line) for line in path.read_text().splitlines() if line]
    for event in events:
        need(event["class_uid"] == 2006 and event["type_uid"] == 200601, "class")
        need({"time", "severity_id", "activity_id", "category_uid", "metadata", "finding_info"} <= set(event), "fields")
        need({"version", "product"} <= set(event["metadata"]) and event["finding_info"]["uid"], "metadata")
    return len(events)


def junit(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    cases, failures = root.findall(".//testcase"), root.findall(".//failure")
    need(int(root.get("tests")) == len(cases) and int(root.get("failures")) == len(failures), "counts")
    need(int(root.get("errors")) == len(root.findall(".//error")), "errors")
    return len(failures)


def table(path):
    with path.open(newline="") as file:
        head, *rows = csv.reader(file)
    need(all(len(row) == len(head) for row in rows), "columns")
    need(not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for row in rows for cell in row), "formulas")
    return len(rows)


def github(path):
    lines = path.read_text().splitlines()
    form = re.compile(r"^::(error|warning|notice) ([a-zA-Z]+=[^:,]*,?)+::")
    need(all(form.match(line) for line in lines), "every line is one command")
    return sum("Not fully examined" not in line for line in lines) - 1


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    checks = [gitlab, codequality, defectdojo, sonarqube, gitleaks, ocsf, junit, github]
    for sort in ("findings", "hostile"):
        counts = {check.__name__: check(folder / f"{sort}.{check.__name__}") for check in checks}
        counts["csv"] = table(folder / f"{sort}.csv")
        need(len(set(counts.values())) == 1, f"all tell the same number: {counts}")
    print(f"{len(checks) + 1} formats are as other programs want them")


main()
