"""Plants values in text, encoded by Python's own libraries.

Called by generate.py: one file for each way to encode. Each has a twin in
which the same way holds no value, so that what is found is what was planted.
"""

import base64
import gzip
import html
import json
import quopri
import textwrap
import urllib.parse
import zlib

NOTHING = []


def b64(data):
    return base64.b64encode(data).decode()


def url64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def wrapped(text, width, indent=""):
    return "\n".join(indent + line for line in textwrap.wrap(text, width))


def document(value):
    """Some lines of settings."""
    lines = [f"setting_{n} = value number {n}" for n in range(12)]
    return "\n".join([*lines, f"upload = {value}", *lines]) + "\n"


def halves(value):
    return value[:17], value[17:]


def utf7(value):
    """Every character in base64, as nobody has to write it."""
    return "+" + b64(value.encode("utf-16-be")).rstrip("=") + "-"


def islands(value):
    """Stretches that are wholly encoded."""
    plain = value.encode()
    text = document(value).encode()
    ps = f"$t = '{value}'; Send-It $t"
    claims = json.dumps({"sub": "1", "upload": value}).encode()
    head = json.dumps({"alg": "none", "typ": "JWT"}).encode()
    by_head = json.dumps({"alg": "none", "kid": value}).encode()
    bundle = gzip.compress(text, mtime=0)
    yield "base64.txt", f"upload: {b64(plain)}\n"
    yield "base64-unpadded.txt", f"upload: {b64(plain).rstrip('=')}\n"
    yield "base64-url.txt", f"upload={url64(b'?>?' + b' ' + plain)}\n"
    yield "base64-text.txt", f"content: {b64(text)}\n"
    yield "base64-wrapped.txt", base64.encodebytes(text).decode()
    yield "base64-wrapped-crlf.txt", base64.encodebytes(text).decode().replace("\n", "\r\n")
    yield "base64-indented.yaml", "content: |\n" + wrapped(b64(text), 60, "    ") + "\n"
    yield "base64-after-name.txt", "content: " + b64(text)[:52] + "\n" + wrapped(b64(text)[52:], 64) + "\n"
    lines = textwrap.wrap(b64(text), 64)
    yield "base64-quoted.py", "content = (\n" + "".join(f'    "{line}"\n' for line in lines) + ")\n"
    yield "base64-added.js", "const content =\n" + " +\n".join(f'  "{line}"' for line in lines) + ";\n"
    yield "base64-json-lines.json", json.dumps({"content": "\n".join(lines)}) + "\n"
    yield "base64-twice.txt", f"upload: {b64(b64(plain).encode())}\n"
    yield "base64-thrice.txt", f"content: {b64(b64(b64(text).encode()).encode())}\n"
    yield "base64-gzip.txt", f"bundle: {b64(bundle)}\n"
    yield "base64-gzip-twice.yaml", f"data:\n  release: {b64(b64(bundle).encode())}\n"
    yield "base64-zlib.txt", f"bundle: {b64(zlib.compress(text))}\n"
    yield "base64-utf16.ps1", f"powershell -EncodedCommand {b64(ps.encode('utf-16-le'))}\n"
    yield "base64-path.txt", f"https://files.example.net/v1/by-content/{b64(plain)}/raw\n"
    yield "base64-long.txt", f"content: {b64(b'word ' * 60_000 + b'upload=' + plain + b' rest' * 60_000)}\n"
    yield "data-uri.html", f'<a href="data:text/plain;base64,{b64(text)}">x</a>\n'
    yield "data-uri-percent.html", f'<a href="data:text/plain,{urllib.parse.quote(document(value.replace("_", "%5F")))}">x</a>\n'
    yield "jwt-claims.txt", f"bearer: {url64(head)}.{url64(claims)}.\n"
    yield "jwt-header.txt", f"bearer: {url64(by_head)}.{url64(b'{}')}.\n"
    secret = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  upload: {b64(plain)}\n"
    yield "kubernetes.yaml", secret
    yield "kubernetes.json", json.dumps({"kind": "Secret", "data": {"upload": b64(plain)}}) + "\n"
    yield "hex.txt", f"upload: {plain.hex()}\n"
    yield "hex-capitals.txt", f"upload: {plain.hex().upper()}\n"
    yield "hex-0x.txt", f"upload: 0x{plain.hex()}\n"
    yield "hex-colons.txt", f"upload: {plain.hex(':')}\n"
    yield "hex-blanks.txt", f"upload: {plain.hex(' ')}\n"
    yield "hex-array.c", "char upload[] = {" + ", ".join(f"0x{b:02x}" for b in plain) + "};\n"
    yield "hex-array-lines.c", "char upload[] = {\n" + wrapped(", ".join(f"0x{b:02X}" for b in plain), 60, "  ") + "};\n"
    yield "hex-base64.txt", f"upload: {b64(plain).encode().hex()}\n"


def in_place(value):
    """Single characters that are written in another way."""
    plain = value.encode()
    first, last = halves(value)
    entities = "".join(f"&#{ord(c)};" for c in value)
    yield "percent.txt", f"u=https://x.example.net/?t={value.replace('_', '%5F')}&n=1\n"
    yield "percent-all.txt", "t=" + "".join(f"%{b:02X}" for b in plain) + "\n"
    yield "percent-twice.txt", "t=" + urllib.parse.quote("".join(f"%{b:02x}" for b in plain)) + "\n"
    yield "percent-base64.txt", f"t={urllib.parse.quote(b64(plain + b'?'))}\n"
    yield "escape-x.py", "t = '" + "".join(f"\\x{b:02x}" for b in plain) + "'\n"
    yield "escape-u.json", '{"t": "' + "".join(f"\\u{b:04x}" for b in plain) + '"}\n'
    yield "escape-one-u.json", json.dumps({"t": value}).replace("_", "\\u005f") + "\n"
    yield "escape-long-u.py", 't = "' + "".join(f"\\U{b:08X}" for b in plain) + '"\n'
    yield "escape-braces.js", 't = "' + "".join(f"\\u{{{b:x}}}" for b in plain) + '"\n'
    yield "escape-octal.sh", "t=$'" + "".join(f"\\{b:03o}" for b in plain) + "'\n"
    yield "escape-twice.json", json.dumps(json.dumps({"t": value}).replace("_", "\\u005f")) + "\n"
    yield "entity-decimal.html", f"<p>{entities}</p>\n"
    yield "entity-hex.xml", "<t>" + "".join(f"&#x{ord(c):X};" for c in value) + "</t>\n"
    yield "entity-name.html", f"<p>{html.escape(value).replace('_', '&lowbar;')}</p>\n"
    yield "entity-bare.html", "<p>" + "".join(f"&#{ord(c):07}" for c in value) + "</p>\n"
    long = "Some words before it that make the line so long, then " + value + " and more.\n"
    yield "quoted-printable.eml", quopri.encodestring(long.encode()).decode() + "\n"
    coded = "".join(f"={b:02X}" for b in b"some text before it, then " + plain)
    yield "quoted-printable-all.eml", "=\n".join(textwrap.wrap(coded, 75)) + "\n"
    yield "quoted-printable-crlf.eml", quopri.encodestring(long.encode()).decode().replace("\n", "\r\n")
    yield "joined-plus.js", f'const t = "{first}" + "{last}";\n'
    yield "joined-plus-tight.js", f"const t='{first}'+'{last}';\n"
    yield "joined-plus-lines.java", f'String t = "{first}"\n        + "{last}";\n'
    yield "joined-dot.php", f"$t = '{first}' . '{last}';\n"
    yield "joined-ampersand.vb", f't = "{first}" & _\n    "{last}"\n'
    yield "joined-implicit.py", f't = ("{first}"\n     "{last}")\n'
    yield "joined-implicit.c", f'char *t = "{first}" "{last}";\n'
    yield "joined-sql.sql", f"select '{first}' || '{last}';\n"
    yield "joined-lua.lua", f'local t = "{first}" .. "{last}"\n'
    yield "joined-single.js", 't = ' + " + ".join(f"'{c}'" for c in value) + "\n"
    yield "joined-backslash.sh", f"t={first}\\\n{last}\n"
    yield "joined-backslash.c", f'char *t = "{first}\\\n{last}";\n'
    yield "joined-caret.bat", f"set t={first}^\n{last}\n"
    yield "joined-backtick.ps1", f"$t = '{first}`\n{last}'\n"


def evasions(value):
    """What only looks like something else, or like nothing."""
    first, last = halves(value)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in value)
    yield "zero-width.txt", f"t = {first}\u200b{last}\n"
    yield "zero-width-all.txt", "t = " + "\u200c\u2060".join(value) + "\n"
    yield "soft-hyphen.txt", f"t = {first}\u00ad{last}\n"
    yield "byte-order-mark.txt", f"t = {first}\ufeff{last}\n"
    yield "colours.log", f"t = {first[:2]}\x1b[1;31m{first[2:]}\x1b[0m{last}\n"
    yield "full-width.txt", f"t = {wide}\n"
    yield "cyrillic.txt", f"t = {value.replace('p', chr(0x440), 1)}\n"
    yield "greek-capitals.txt", f"t = {value[:4] + value[4:].replace('A', chr(0x391)).replace('E', chr(0x395))}\n"
    styled = "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in value)
    yield "mathematical.txt", f"t = {styled}\n"
    yield "zeros-three.bin", b"t = " + b"\0\0".join(bytes([b]) for b in value.encode()) + b"\n"
    yield "zeros-any.bin", b"t = " + b"".join(bytes([b]) + b"\0" * (1 + n % 3) for n, b in enumerate(value.encode())) + b"\n"
    yield "utf16-island.log", b"line one\n" * 40 + f"t = {value}\n".encode("utf-16-le") + b"line two\n" * 40
    yield "utf16-island-big.log", b"line one\n" * 40 + f"t = {value}\n".encode("utf-16-be") + b"line two\n" * 40
    yield "false-mark.txt", b"\xff\xfe" + f"line one\nt = {value}\n".encode()
    yield "false-mark-big.txt", b"\xfe\xff" + f"line one\nt = {value}\n".encode()
    yield "utf16-base64.txt", f"upload: {b64(value.encode())}\n".encode("utf-16")
    yield "utf16-escapes.txt", ("t = " + "".join(f"\\x{ord(c):02x}" for c in value) + "\n").encode("utf-16-be")
    yield "utf7.txt", f"line one\nt = {utf7(value)}\n"
    yield "ebcdic.txt", (f"line one of some text in it\nt = {value}\n" * 2).encode("cp500")
    yield "image.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + f"\nt = {value}\n".encode()


def encodings(make):
    for ways in islands, in_place, evasions:
        value, twin = make.value(), "nothing of any interest to anybody here"
        for (name, content), (_, other) in zip(list(ways(value)), list(ways(twin))):
            if isinstance(content, str):
                content, other = content.encode(), other.encode()
            make.put("text-" + name, content, [value])
            # A token that is signed is one whatever it says.
            if not name.startswith("jwt"):
                make.put("none-" + name, other, NOTHING)
