#!/usr/bin/env python3
"""Draws docs/pictures/terminal.svg: what a terminal shows of a real scan.

    packaging/pictures/terminal.py STANCH [--check]

Makes a small project with invented secrets (the same in every run), scans it with
the program STANCH, and draws its coloured output. Only the time it took is replaced,
so that the picture changes when the output does. With --check nothing is written,
and the exit code is 1 if the picture is not what it would be.
"""

import html
import io
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib

HOME = pathlib.Path(__file__).resolve().parents[2]
PICTURE = HOME / "docs/pictures/terminal.svg"
COLUMNS = 116
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The colours that terminals give to the numbers of ECMA-48, on a dark ground.
INK = {30: "#6e7681", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea",
       37: "#c9d1d9", 90: "#8b949e", 91: "#ffa198", 92: "#aff5b4", 93: "#f2cc60", 94: "#a5d6ff", 95: "#e2c5ff",
       96: "#b3f0ff", 97: "#ffffff"}
WIDTH, HEIGHT = 8.43, 19


def token(rng):
    """A GitHub token with its checksum, of letters drawn from rng."""
    body = "".join(rng.choice(LETTERS) for _ in range(30))
    number, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        check = LETTERS[rest] + check
    return "gh" + "p_" + body + check


def word(rng, length):
    return "".join(rng.choice(LETTERS + "#%+") for _ in range(length))


def project(folder):
    """Files as they lie around, three of them with something to find."""
    rng = random.Random(4)
    (folder / "src").mkdir()
    (folder / "src/app.py").write_text('print("hello")\n')
    (folder / "deploy.sh").write_text(f'#!/bin/sh\nset -e\nexport GITHUB_TOKEN="{token(rng)}"\n./release\n')
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        entry = zipfile.ZipInfo("config/prod.env", (2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, f"HOST=db.internal\nDATABASE_URL=postgres://app:{word(rng, 14)}@db.internal/app\n")
    (folder / "backup.zip").write_bytes(inner.getvalue())
    (folder / "README.md").write_text("# A project\n")
    for path in sorted(folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def scan(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "project").mkdir()
        project(folder / "project")
        out = subprocess.run(
            [program, "scan", "--isolated", "--color", "always"], cwd=folder / "project", text=True, capture_output=True,
            env={"PATH": "", "HOME": name, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "LANG": "C.UTF-8"})
    assert out.returncode == 1, out.stderr
    text = out.stdout + out.stderr
    return re.sub(r"in \d+\.\d\d s( \([^)]*\))?", "in 0.01 s", text)


def pieces(line):
    """A line as (style, text) with style of colour, weight and dimness."""
    colour, bold, dim = None, False, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not codes:
            if part:
                yield (colour, bold, dim), part
            continue
        for code in (int(code or 0) for code in codes.group(1).split(";")):
            if code == 0:
                colour, bold, dim = None, False, False
            elif code == 1:
                bold = True
            elif code == 2:
                dim = True
            elif code in (22, 39):
                colour, bold, dim = (colour if code == 22 else None), (bold and code != 22), (dim and code != 22)
            else:
                colour = INK.get(code, colour)


def fold(line):
    """A line as the terminal breaks it, escapes not counted."""
    rows, row, count = [], "", 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            row += part
            continue
        while count + len(part) > COLUMNS:
            cut = COLUMNS - count
            rows.append(row + part[:cut])
            row, part, count = "", part[cut:], 0
        row += part
        count += len(part)
    return rows + [row]


def draw(text):
    lines = ["\x1b[1m\x1b[32m$\x1b[0m \x1b[1mstanch scan\x1b[0m"]
    for line in text.rstrip("\n").split("\n"):
        lines += fold(line)
    wide, high = COLUMNS * WIDTH + 40, len(lines) * HEIGHT + 68
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high}" viewBox="0 0 {wide:.0f} {high}" '
        'role="img" aria-labelledby="title">',
        "<title id=\"title\">A terminal: stanch scan tells of a token in deploy.sh and of a password in an archive, "
        "both masked, with the reasons and what to do</title>",
        f'<rect width="{wide:.0f}" height="{high}" rx="10" fill="#0d1117"/>',
        '<g fill="#30363d"><circle cx="24" cy="22" r="6"/><circle cx="44" cy="22" r="6"/><circle cx="64" cy="22" r="6"/></g>',
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14" '
        'fill="#c9d1d9" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        row = []
        column = 0
        for (colour, bold, dim), part in pieces(line):
            style = (f' fill="{colour}"' if colour else "") + (' font-weight="bold"' if bold else "")
            style += ' opacity="0.7"' if dim else ""
            # Each piece has its place and width, whatever font is there; blanks at its ends would be dropped.
            inked, begin = part.strip(" "), column + len(part) - len(part.lstrip(" "))
            if inked:
                row.append(f'<tspan x="{20 + begin * WIDTH:.2f}" textLength="{len(inked) * WIDTH:.2f}"{style}>'
                           f"{html.escape(inked, quote=False)}</tspan>")
            column += len(part)
        out.append(f'<text y="{62 + number * HEIGHT}">{"".join(row)}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])


def main():
    picture = draw(scan(os.path.abspath(sys.argv[1])))
    if "--check" in sys.argv[2:]:
        if not PICTURE.exists() or PICTURE.read_text() != picture:
            sys.exit(f"docs/pictures/terminal.svg is old: packaging/pictures/terminal.py {sys.argv[1]}")
    else:
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture)


if __name__ == "__main__":
    main()
