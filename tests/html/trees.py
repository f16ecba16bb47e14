"""What the page is tried with: a repository with a history, hostile names, and a report of 100,000 findings.

Secrets are made up anew in every run; none stands in this file.
"""

import json
import os
import random
import subprocess
import zlib
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# Whatever a stranger could put where the page shows it.
HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "javascript:document.title='owned'",
    "\"><svg onload=document.title='owned'>",
    "' onmouseover='document.title=1",
    "<!--<script>",
    "&lt;b&gt;&amp;",
    "a\u202egnp.exe",
    "\u001b[31mred\u001b]0;t\u0007",
    "{{7*7}}${7*7}@@script@@",
    "\u2028\u2029\ufeff\u200b",
]


class Maker:
    """Makes secrets and remembers them, so that a test can look for them."""

    def __init__(self, seed=None):
        self.random = random.Random(seed)
        self.secrets = []

    def word(self, length, letters=LETTERS):
        return "".join(self.random.choice(letters) for _ in range(length))

    def token(self):
        """A token with the right checksum."""
        body = self.word(30)
        number, check = zlib.crc32(body.encode()), ""
        for _ in range(6):
            number, rest = divmod(number, 62)
            check = LETTERS[rest] + check
        return self.keep("gh" + "p_" + body + check)

    def password(self):
        return self.keep(self.word(20, LETTERS + "#%+,-"))

    def access_key(self):
        return self.keep("AK" + "IA" + self.word(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))

    def keep(self, secret):
        self.secrets.append(secret)
        return secret

    def web_token(self):
        """A JSON Web Token."""
        part = lambda text: urlsafe_b64encode(text.encode()).decode().rstrip("=")
        head, body = part('{"alg":"HS256","typ":"JWT"}'), part(json.dumps({"sub": self.word(12), "iat": 1700000000, "iss": "shop"}))
        return self.keep(f"{head}.{body}.{self.word(43)}")

    def block(self):
        kind = "RSA PRIVATE" + " KEY"
        body = [b64encode(self.random.randbytes(48)).decode() for _ in range(12)]
        self.secrets += body
        return "\n".join([f"-----BEGIN {kind}-----", *body, f"-----END {kind}-----", ""])


def git(folder, *args, author=("Ann Arbor", "ann@example.com"), day="2024-01-01", text=None):
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": author[0],
        "GIT_AUTHOR_EMAIL": author[1],
        "GIT_COMMITTER_NAME": author[0],
        "GIT_COMMITTER_EMAIL": author[1],
        "GIT_AUTHOR_DATE": f"{day}T10:00:00+0100",
        "GIT_COMMITTER_DATE": f"{day}T10:00:00+0100",
    }
    subprocess.run(["git", *args], cwd=folder, env=env, check=True, capture_output=True, input=text)


AUTHORS = [
    ("Ann Arbor", "ann@example.com"),
    ("Bob Breuer", "bob@example.com"),
    ("Chidi Okafor", "chidi@example.com"),
    ("Dana Lévy", "dana@example.com"),
    ("release bot", "bot@example.com"),
]

PLACES = [
    "services/billing/config/prod.env",
    "services/billing/src/main/resources/application.yml",
    "services/auth/deploy/values.yaml",
    "services/auth/internal/session/keys_test.go",
    "services/search/settings.py",
    "infra/terraform/envs/prod/terraform.tfvars",
    "infra/ansible/group_vars/all.yml",
    "infra/k8s/secret-store.yaml",
    "web/frontend/.env.local",
    "web/frontend/src/api/client.ts",
    "tools/release/publish.sh",
    "tools/import/legacy/load_customers.rb",
    "docs/runbooks/rotate-keys.md",
    "notebooks/churn.ipynb",
    ".github/workflows/deploy.yml",
    "mobile/android/app/google-services.json",
]


def repository(folder, maker):
    """A repository of several years and people: secrets that came, and some that went."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "README.md").write_text("# Acme shop\n\nA shop.\n")
    commit(folder, "begin", AUTHORS[0], "2019-02-03")
    number = 0
    for year in range(2019, 2027):
        for month in (1, 3, 4, 6, 9, 10):
            if year == 2026 and month > 9:
                continue
            number += 1
            day = f"{year}-{month:02}-{maker.random.randint(1, 28):02}"
            author = maker.random.choice(AUTHORS)
            # The first place is always there, so that a test can look for it.
            places = PLACES[:1] if number == 1 else maker.random.sample(PLACES, maker.random.choice([1, 1, 2, 3]))
            for place in places:
                leak(folder / place, maker, number)
            commit(folder, maker.random.choice(SUBJECTS), author, day)
            if number % 5 == 0:
                gone = maker.random.choice([p for p in PLACES if (folder / p).exists()])
                (folder / gone).unlink()
                commit(folder, f"drop {Path(gone).name}", AUTHORS[1], f"{year}-{month:02}-28")
    hostile_files(folder, maker)
    gaps(folder)
    commit(folder, HOSTILE[0] + " " + HOSTILE[1], ("<b>Mallory</b>\"'", "m@example.com"), "2026-10-01")


SUBJECTS = [
    "add payment provider",
    "fix login on staging",
    "work around the session bug",
    "move settings into the repository",
    "try new search cluster",
    "quick fix for the release",
]


def commit(folder, subject, author, day):
    git(folder, "add", "-A", author=author, day=day)
    git(folder, "commit", "-q", "-m", subject, author=author, day=day)


def leak(path, maker, number):
    """Adds some lines with a secret to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    old = path.read_text() if path.exists() else ""
    kind = maker.random.choice(["token", "password", "password", "session", "session", "sandbox", "access", "block", "wrapped"])
    lines = {
        "token": lambda: f"# deploy {number}\nexport GITHUB_TOKEN={maker.token()}\n",
        "password": lambda: f'db_user = "shop"\ndb_password = "{maker.password()}"\n',
        "access": lambda: f"AWS_ACCESS_KEY_ID={maker.access_key()}\nAWS_SECRET_ACCESS_KEY={maker.keep(maker.word(40))}\n",
        "session": lambda: f'curl -H "Authorization: Bearer {maker.web_token()}" https://shop.example.com/api\n',
        "sandbox": lambda: f"flights_token: {maker.keep('duffel' + '_test_' + maker.word(43))}\n",
        "block": maker.block,
        "wrapped": lambda: f"data: {b64encode(('token=' + maker.token()).encode()).decode()}\n",
    }[kind]()
    path.write_text(old + f"# part {number}\n" + lines)


def hostile_files(folder, maker):
    for index, text in enumerate(HOSTILE):
        name = text.replace("/", "\u2215").replace("\0", "")
        place = folder / "uploads" / f"{index} {name}"
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"{text}\nGITHUB_TOKEN={maker.token()} # {text} \x00 '\"\n{text}\n")


def gaps(folder):
    """Things that are not wholly examined: a link, and archives that end in the middle."""
    (folder / "latest").symlink_to("services")
    (folder / "backup").mkdir()
    (folder / "backup" / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    (folder / "backup" / "broken.gz").write_bytes(b"\x1f\x8b\x08\x00" + bytes(30))


def everything(path):
    """A report in which findings have all that a finding can have, hostile wherever a tree has a say."""
    bad = HOSTILE[0] + HOSTILE[7] + HOSTILE[1]
    place = lambda line: {"start": {"line": line, "column": 1}, "end": {"line": line + 2, "column": 9}, "bytes": {"start": 0, "end": 90}}
    commit = {"id": "ab" * 20, "author": bad, "email": bad, "date": "2021-05-06T07:08:09+00:00", "subject": bad}
    common = {"type": "finding", "provider": "acme", "class": "secret", "confidence": "high", "evidence": ["provider-shape", "no-such-code"],
              "source": "git", "place": place(4), "preview": bad, "excerpt": [{"line": 4, "text": bad + "\tx", "mark": [3, 9]}], "location": bad}
    protected = {"id": "minutes", "title": bad, "family": "minutes", "classification": "confidential", "owner": "Legal " + bad, "profile": "letters",
                 "level": "substantial", "document_fraction": 0.4167, "file_fraction": 0.8125,
                 "passages": [{**place(7), "symbols": 1200, "fingerprints": 31, "document_symbols": [100, 1300]}, {**place(19), "symbols": 150, "fingerprints": 4}]}
    seen = {"mode": "0644", "owner": 1001, "world_readable": True, "standing": "tracked", "in_head": True, "branches": [bad], "more_branches": 2,
            "remotes": ["javascript:document.title='owned'", "https://git.example.com/x"], "published_by": "package.json"}
    grant = {"means": "comment", "tool": "other", "place": bad, "reason": bad, "owner": bad, "until": "2030-01-01"}
    findings = [
        {**common, "rule": "protected-document", "title": "Text of a protected document", "class": "document", "severity": "high", "id": "st1:00aa",
         "path": "notes/" + bad, "document": protected},
        {**common, "rule": "acme-token", "title": bad, "severity": "critical", "id": "st1:00bb", "path": "a.zip", "path_bytes": "a%FF.zip", "members": ["in!side/" + bad, "b.txt"],
         "decoded": "base64", "via": ["utf-16le", "base64"], "exposure": seen, "pair": {"rule": "acme-id", "title": "Acme id", "place": place(2), "preview": bad},
         "git": {"part": "staged", "object": "cd" * 20, "commit": commit, "removed": commit, "in_head": False, "references": [bad], "more_references": 3,
                 "versions": 4, "other_paths": [bad, "b"]}},
        {**common, "rule": "card", "title": "Card numbers", "severity": "medium", "id": "$(rm -rf)", "path": "list.csv", "status": "allowed", "suppression": grant,
         "refused": [{"code": "expired", "why": bad, **grant}], "amount": {"count": 1200, "distinct": 900, "is_more": True, "places": [place(1), place(5)]}},
        {**common, "rule": "card", "title": "Card numbers", "severity": "low", "id": "st1:00bb", "path": "known.csv", "status": "known", "baseline": bad},
    ]
    skip = {"type": "skip", "status": "failed", "code": "unreadable", "reason": bad, "source": "file", "path": bad, "members": [bad]}
    head = {"type": "run", "schema_version": 1, "tool": {"name": "stanch", "version": "0.1.0"}, "targets": [bad], "rules": 5, "rules_digest": "abcd",
            "min_confidence": "low", "fail_on": "low"}
    summary = {"type": "summary", "complete": False, "interrupted": True, "units": {"enumerated": 9, "scanned": 8, "partial": 0, "skipped": 0, "failed": 1},
               "parts": {"enumerated": 3, "scanned": 3, "partial": 0, "skipped": 0, "failed": 0}, "bytes": 1, "findings": 2, "failing": 2, "hidden": 5,
               "on_old_lines": 2, "reused": 3, "known": 1, "allowed": {"comment": 1}, "by_severity": {"high": 1, "critical": 1}, "by_reason": {"unreadable": 1}}
    Path(path).write_text("".join(json.dumps(line) + "\n" for line in [head, *findings, skip, summary]))


def many(path, count):
    """A report of `count` findings, as a scan of a large tree would write it."""
    maker = random.Random(7)
    rules = [("acme-token", "Acme API token"), ("github-token", "GitHub token"), ("password", "Password in an assignment"), ("private-key", "Private key")]
    severities = ["info", "low", "medium", "high", "critical"]
    with open(path, "w") as out:
        head = {"type": "run", "schema_version": 1, "tool": {"name": "stanch", "version": "0.1.0"}, "targets": ["/srv"], "rules": 500,
                "rules_digest": "ab" * 16, "min_confidence": "medium", "fail_on": "low"}
        out.write(json.dumps(head) + "\n")
        by = dict.fromkeys(severities, 0)
        for number in range(count):
            out.write(json.dumps(one(maker, number, rules, severities, by), separators=(",", ":")) + "\n")
        units = {"enumerated": count + 12, "scanned": count, "partial": 5, "skipped": 4, "failed": 3}
        out.write(json.dumps({"type": "summary", "complete": False, "interrupted": False, "units": units, "bytes": count * 4096,
                              "findings": count, "failing": count, "hidden": 0, "by_severity": by, "by_reason": {}}) + "\n")


def one(maker, number, rules, severities, by):
    rule, title = maker.choice(rules)
    severity = maker.choices(severities, [1, 4, 8, 5, 2])[0]
    by[severity] += 1
    path = f"team-{maker.randrange(40)}/repo-{maker.randrange(30)}/src/module_{maker.randrange(50)}/file_{number % 997}.py"
    line = maker.randrange(1, 2000)
    year, month, day = maker.randrange(2015, 2027), maker.randrange(1, 13), maker.randrange(1, 29)
    mask = "".join(maker.choices(LETTERS, k=4)) + "*" * 24
    return {
        "type": "finding", "rule": rule, "title": title, "provider": "acme", "class": "secret", "severity": severity, "confidence": "high",
        "evidence": ["provider-shape", "checksum-valid"], "id": f"st1:{number:012x}", "source": "git", "path": path,
        "place": {"start": {"line": line, "column": 9}, "end": {"line": line, "column": 37}, "bytes": {"start": 100, "end": 128}},
        "git": {"part": "blob", "object": f"{number:040x}", "in_head": number % 3 > 0, "references": ["refs/heads/main"], "versions": 1,
                "commit": {"id": f"{number:040x}", "author": f"Author {maker.randrange(300)}", "email": "a@example.com",
                           "date": f"{year}-{month:02}-{day:02}T10:00:00+00:00", "subject": "change a thing"}},
        "location": f"{path}:{line}:9", "preview": mask,
        "excerpt": [{"line": line - 1, "text": "def connect(self):"}, {"line": line, "text": f"token = '{mask}'", "mark": [9, 37]}, {"line": line + 1, "text": "    return self.session"}],
    }
