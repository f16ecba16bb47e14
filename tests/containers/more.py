"""Plants values in places that no common program writes on its own, but that the formats allow: every
file is put together here, byte by byte where need be. Called by generate.py; each file holds one value.
"""

import base64
import bz2
import functools
import gzip
import hashlib
import io
import json
import lzma
import pickle
import plistlib
import sqlite3
import struct
import tarfile
import tempfile
import textwrap
import urllib.parse
import warnings
import zipfile
import zlib

WORDS = b" upload" * 99
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
MAIL = "From: a@b.example\nTo: c@d.example\nMessage-ID: <1@x>\nMIME-Version: 1.0\n"


def text(value):
    return value.encode() + WORDS


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def lines(data, width=60):
    return textwrap.wrap(b64(data), width)


def packed(*members, comment=b""):
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, content in members:
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def inner(value):
    return packed(("a.env", text(value)))


def noted(value, **fields):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("a")
        for name, content in fields.items():
            setattr(member, name, content)
        archive.writestr(member, "x")
    return out.getvalue()


def tar(name, content=b"", headers=None, fields=None, form=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, pax_headers=headers) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        for field, given in (fields or {}).items():
            setattr(member, field, given)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def database(value):
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        rows = sqlite3.connect(file.name)
        rows.execute("create table t(a, b, c)")
        rows.execute("insert into t values(?, ?, ?)", ("word", value, "word"))
        rows.commit()
        rows.close()
        return open(file.name, "rb").read()


def png(value):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    note = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text(value)))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + note + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def archives(v):
    body = gzip.compress(b"x")
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"abcd"
    yield "after-end.zip", packed(("a", "x")) + gzip.compress(text(v))
    yield "after-end-two.zip", packed(("a", "x")) + inner(v)
    yield "member-comment.zip", noted(v, comment=v.encode())
    yield "extra-field.zip", noted(v, extra=struct.pack("<HH", 0x9999, len(v)) + v.encode())
    yield "same-name.zip", packed(("a", text(v)), ("a", b"x"))
    yield "unlisted.zip", inner(v).split(b"PK\1\2")[0] + packed(("a", "x"))
    yield "spanned.zip", b"PK\7\x08" + inner(v)
    yield "folder.zip", packed((v + "/", ""))
    yield "wrong-ending.jpg", inner(v)
    yield "headers.tar.gz", gzip.compress(tar("a", headers={"comment": v}))
    yield "attribute.tar.gz", gzip.compress(tar("a", fields={"pax_headers": {"SCHILY.xattr.user.note": v}}))
    yield "long-name.tar.gz", gzip.compress(tar("d" * 200 + "/" + v, form=tarfile.GNU_FORMAT))
    link = {"type": tarfile.LNKTYPE, "linkname": "x" * 150 + "/" + v}
    yield "long-link.tar.xz", lzma.compress(tar("a", fields=link, form=tarfile.GNU_FORMAT))
    yield "archive-behind.tar", tar("a", b"x") + inner(v)
    yield "name.gz", body[:3] + b"\x08" + body[4:10] + v.encode() + b"\0" + body[10:]
    yield "comment.gz", body[:3] + b"\x10" + body[4:10] + v.encode() + b"\0" + body[10:]
    yield "text-behind.gz", body + v.encode()
    yield "padded.xz", lzma.compress(b"x") + b"\0" * 8 + lzma.compress(text(v))
    yield "ends-of-buffers.bz2", ends_of_buffers(bz2.compress, text(v))
    yield "object", zlib.compress(b"blob 999\0" + text(v))
    yield "object.tar.gz", gzip.compress(tar("objects/aa/bb", zlib.compress(b"blob 999\0" + text(v))))
    yield "skipped.bin", b"\0" * 99 + skipped + gzip.compress(text(v))
    yield "load.run", b"#!/bin/sh\ntail -n +3 $0 | tar xz\nexit\n" + gzip.compress(text(v))
    yield "load-xz.run", b"#!/bin/sh\ntail -n +3 $0 | tar xJ\nexit\n" + lzma.compress(text(v))
    yield "load.exe", b"MZ" + b"\0" * 3000 + gzip.compress(text(v)) + b"\0" * 99
    yield "firmware.bin", b"\xaa\x55\0" * 999 + bz2.compress(text(v)) + b"\0\xff" * 99
    yield "firmware-xz.bin", b"\xaa\x55\0" * 999 + lzma.compress(text(v)) + b"\0\xff" * 99
    yield "database.bin", b"\xaa\0" * 999 + database(v) + b"\xff\0"
    yield "icon.ico", struct.pack("<HHHBBBBHHII", 0, 1, 1, 1, 1, 0, 0, 1, 32, len(png(v)), 22) + png(v)
    yield "behind-picture.png", png("none") + gzip.compress(text(v))


def ends_of_buffers(pack, content):
    """Members of which one begins with the last byte of the 64 KiB that are read at once."""
    return member_before_the_end(pack) + pack(content)


@functools.lru_cache
def member_before_the_end(pack):
    source = hashlib.shake_256(b"noise")
    for size in range(65_000, 66_000):
        first = pack(source.digest(size))
        if len(first) == 65_535:
            return first
    # None is just as long: the ends differ, and the content is found anyway.
    return pack(source.digest(65_000))


def encoded(v):
    archive, quoted = inner(v), lines(inner(v))
    workbook = struct.pack("<II", 0, len(archive)) + archive
    yield "list.json", json.dumps({"a": quoted}, indent=2)
    yield "join.js", "var a = ['" + "',\n'".join(quoted) + "'].join('');\n"
    yield "ampersand.vb", 'a = "' + '" & _\n    "'.join(quoted) + '"\n'
    yield "dots.php", "$a = '" + "'\n  . '".join(quoted) + "';\n"
    yield "plus.java", 'a = "' + '"\n  + "'.join(quoted) + '";\n'
    yield "backslashes.sh", "a=" + "\\\n".join(quoted) + "\n"
    yield "percent.txt", "d=" + urllib.parse.quote(b64(archive), safe="") + "\n"
    yield "wide.txt", f"x\nd={b64(archive)}\n".encode("utf-16")
    yield "twice.txt", f"d={b64(b64(archive))}\n"
    yield "hex.txt", f"d={archive.hex()}\n"
    yield "attribute.xml", f'<a b="{b64(archive)}"/>\n'
    yield "tar.txt", b64(tar("a.env", text(v)))
    yield "tar-wrapped.txt", "\n".join(lines(tar("a.env", text(v)), 76))
    yield "picture.html", f'<img src="data:image/png;base64,{b64(png(v))}">\n'
    yield "database.txt", f"dump: {b64(database(v))}\n"
    yield "list.plist.txt", f"a: {b64(plistlib.dumps({'a': v, 'b': 'é'}, fmt=plistlib.FMT_BINARY))}\n"
    yield "queries.xml", f"<DataMashup>{b64(workbook)}</DataMashup>".encode("utf-16")
    yield "plain.eml", MAIL + "Content-Type: text/plain\n\nhere it is\n" + base64.encodebytes(archive).decode()
    yield "body.docx", letter(f"<w:p><w:r><w:t>{b64(archive)[:50]}</w:t></w:r><w:r><w:t>{b64(archive)[50:]}</w:t></w:r></w:p>")
    yield "text.rtf", "{\\rtf1\\ansi " + b64(archive) + "\\par}"
    yield "row.db", database("x" * 9 + " " + b64(archive))
    yield "pickled-2.pkl", pickle.dumps({"a": v, "b": v[:9]}, 2)
    yield "pickled-4.pkl", pickle.dumps({"a": v, "b": [v[:9]]}, 4)
    yield "reference.html", f"<p>{v[:9]}&#8203;{v[9:20]}&#xAD;{v[20:]}</p>\n"
    yield "operators.ml", f'let t = "{v[:9]}" ^ "{v[9:20]}" ^ "{v[20:]}"\n'
    yield "operators.f90", f"t = '{v[:9]}' // '{v[9:20]}' // '{v[20:]}'\n"
    yield "operators.rb", f't = "{v[:9]}" << "{v[9:20]}"\n'.replace("\n", f' << "{v[20:]}"\n')
    yield "prefixes.sql", f"select N'{v[:9]}' + N'{v[9:20]}' + N'{v[20:]}'\n"
    yield "prefixes.cs", f'var t = @"{v[:9]}" + "{v[9:20]}" + $"{v[20:]}";\n'
    yield "comments.c", f'char *t = "{v[:9]}" /* one */ "{v[9:20]}" // two\n  "{v[20:]}";\n'
    wide = v.encode("utf-16-le")
    yield "exported.reg", '[x]\r\n"a"=hex(2):' + ",\\\r\n  ".join(
        ",".join(f"{b:02x}" for b in wide[at:at + 20]) for at in range(0, len(wide), 20)) + ",00,00\r\n"
    yield "circles.txt", "t = " + "".join(chr(0x24D0 + ord(c) - 97) if c.islower() else c for c in v) + "\n"
    yield "script-letter.txt", f"t = {v.replace('g', chr(0x261), 1)}\n"
    yield "arabic-mark.txt", f"t = {v[:9]}{chr(0x61C)}{v[9:]}\n"


def letter(body, **parts):
    parts.setdefault("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return packed(("[Content_Types].xml", "<Types/>"), *parts.items())


def book(cells="", **parts):
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet {S}><sheetData>{cells}</sheetData></worksheet>"
    return packed(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", f"<workbook {S}/>"), *parts.items())


def show(**parts):
    return packed(("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", f"<p:presentation {P}/>"), *parts.items())


def documents(v):
    run = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in [v[:9], v[9:20], v[20:]])
    drawn = "".join(f"<a:r><a:t>{part}</a:t></a:r>" for part in [v[:9], v[9:20], v[20:]])
    one = f"<w:p>{run}</w:p>"
    notes = lambda name, note: {f"word/{name}.xml": f'<w:{name} {W}><w:{note} w:id="1">{one}</w:{note}></w:{name}>'}
    yield "footnotes.docx", letter("", **notes("footnotes", "footnote"))
    yield "endnotes.docx", letter("", **notes("endnotes", "endnote"))
    yield "field.docx", letter('<w:p><w:r><w:instrText> HYPERLINK "https://x/?t=' + v[:9] + "</w:instrText></w:r><w:r>"
                               f'<w:instrText>{v[9:]}" </w:instrText></w:r></w:p>')
    yield "control.docx", letter(f"<w:sdt><w:sdtContent>{one}</w:sdtContent></w:sdt>")
    yield "moved.docx", letter(f'<w:p><w:moveFrom w:id="9" w:author="a">{run}</w:moveFrom></w:p>')
    yield "link.docx", letter(f'<w:p><w:hyperlink w:anchor="b">{run}</w:hyperlink></w:p>')
    yield "soft-hyphen.docx", letter(f"<w:p><w:r><w:t>{v[:9]}</w:t><w:softHyphen/><w:t>{v[9:]}</w:t></w:r></w:p>")
    yield "proof.docx", letter(f'<w:p><w:r><w:t>{v[:9]}</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>{v[9:]}</w:t></w:r></w:p>')
    yield "strict.docx", letter("", **{
        "word/document.xml": f'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>{one}</w:body></w:document>'})
    yield "prefix.docx", letter("", **{"word/document.xml": f"<w:document {W}><w:body>{one}</w:body></w:document>".replace("w:", "q:")})
    yield "wide.docx", letter("", **{"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?><w:document {W}><w:body>{one}'
                                     "</w:body></w:document>".encode("utf-16")})
    yield "cdata.docx", letter(f"<w:p><w:r><w:t><![CDATA[{v[:9]}]]></w:t></w:r><w:r><w:t>{v[9:]}</w:t></w:r></w:p>")
    yield "glossary.docx", letter("", **{"word/glossary/document.xml": f"<w:glossaryDocument {W}><w:docParts>{one}</w:docParts></w:glossaryDocument>"})
    yield "variable.docx", letter("", **{"word/settings.xml": f'<w:settings {W}><w:docVars><w:docVar w:name="a" w:val="{v}"/></w:docVars></w:settings>'})
    yield "embedded.docx", letter("", **{"word/embeddings/a.xlsx": book(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{v}</t></is></c></row>')})
    yield "package.xml", (f'<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part '
                          f'pkg:name="/word/document.xml"><pkg:xmlData><w:document {W}><w:body>{one}</w:body></w:document></pkg:xmlData>'
                          "</pkg:part></pkg:package>")
    yield "letter-2003.xml", ('<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">'
                              f"<w:body>{one}</w:body></w:wordDocument>")
    yield "book-2003.xml", ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:h="x"><Worksheet>'
                            f"<Table><Row><Cell><Data><h:B>{v[:9]}</h:B>{v[9:]}</Data></Cell></Row></Table></Worksheet></Workbook>")
    yield "inline.xlsx", book(f'<row r="1"><c r="A1" t="inlineStr"><is><r><t>{v[:9]}</t></r><r><t>{v[9:]}</t></r></is></c></row>')
    yield "joined.xlsx", book(f'<row r="1"><c r="A1"><f>"{v[:9]}"&amp;"{v[9:]}"</f></c></row>')
    yield "concatenated.xlsx", book(f'<row r="1"><c r="A1"><f>CONCATENATE("{v[:9]}","{v[9:]}")</f></c></row>')
    yield "external.xlsx", book(**{"xl/externalLinks/a.xml": f'<externalLink {S}><row r="1"><cell r="A1" t="str"><v>{v}</v></cell></row></externalLink>'})
    yield "connection.xlsx", book(**{"xl/connections.xml": f'<connections {S}><connection><dbPr connection="A=b;T={v};"/></connection></connections>'})
    yield "thread.xlsx", book(**{"xl/threadedComments/a.xml": f'<ThreadedComments xmlns="x"><threadedComment ref="A1"><text>{v}</text></threadedComment></ThreadedComments>'})
    yield "pivot.xlsx", book(**{"xl/pivotCache/a.xml": f'<pivotCacheDefinition {S}><sharedItems><s v="{v}"/></sharedItems></pivotCacheDefinition>'})
    yield "comment.pptx", show(**{"ppt/comments/a.xml": f"<p:cmLst {P}><p:cm><p:text>{v}</p:text></p:cm></p:cmLst>"})
    yield "diagram.pptx", show(**{"ppt/diagrams/a.xml": f'<d:dataModel xmlns:d="x" {A}><d:pt><d:t><a:p>{drawn}</a:p></d:t></d:pt></d:dataModel>'})
    yield "handout.pptx", show(**{"ppt/handoutMasters/a.xml": f"<p:handoutMaster {P} {A}><p:txBody><a:p>{drawn}</a:p></p:txBody></p:handoutMaster>"})
    yield "tag.pptx", show(**{"ppt/tags/a.xml": f'<p:tagLst {P}><p:tag name="A" val="{v}"/></p:tagLst>'})
    hexed = "".join(f"\\'{ord(c):02x}" for c in v)
    yield "hex.rtf", "{\\rtf1\\ansi " + hexed + "\\par}"
    yield "unicode.rtf", "{\\rtf1\\ansi\\uc1 " + "".join(f"\\u{ord(c)}?" for c in v) + "\\par}"
    yield "deleted.rtf", "{\\rtf1\\ansi {\\deleted " + v[:9] + "{\\i " + v[9:] + "}}\\par}"
    yield "picture.rtf", "{\\rtf1{\\*\\shppict{\\pict\\pngblip " + png(v).hex() + "}}}"


def pdf(content, filters=b"", font=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", more=(), extra=b""):
    page = b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>"
    stream = b"<</Length %d%s>>stream\n" % (len(content), filters) + content + b"\nendstream"
    objects = [b"<</Type/Catalog/Pages 2 0 R" + extra + b">>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, font, stream, *more]
    out, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + item + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table +
            b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out)))


def shown(operand):
    return b"BT /F 9 Tf 72 700 Td " + operand + b" Tj ET"


def pages(v):
    plain = shown(b"(" + v.encode() + b")")
    coded = base64.a85encode(zlib.compress(plain)) + b"~>"
    stream = lambda body, about=b"": b"<<%s/Length %d>>stream\n" % (about, len(body)) + body + b"\nendstream"
    yield "ascii85.pdf", pdf(base64.a85encode(plain) + b"~>", b"/Filter/ASCII85Decode")
    yield "asciihex.pdf", pdf(plain.hex().encode() + b">", b"/Filter/ASCIIHexDecode")
    yield "runlength.pdf", pdf(bytes([len(plain) - 1]) + plain + b"\x80", b"/Filter/RunLengthDecode")
    yield "chain.pdf", pdf(coded, b"/Filter[/ASCII85Decode/FlateDecode]")
    yield "short-names.pdf", pdf(coded, b"/Filter[/A85/Fl]")
    yield "written-names.pdf", pdf(zlib.compress(plain), b"/Filt#65r/Fl#61teDecode")
    yield "octal.pdf", pdf(shown(b"(" + "".join(f"\\{ord(c):03o}" for c in v).encode() + b")"))
    yield "goes-on.pdf", pdf(shown(b"(" + v[:9].encode() + b"\\\n" + v[9:].encode() + b")"))
    yield "hex-string.pdf", pdf(shown(b"<" + v.encode().hex(" ").encode() + b">"))
    yield "single.pdf", pdf(b"BT /F 9 Tf 72 700 Td " + b" ".join(b"(%c) Tj" % ord(c) for c in v) + b" ET")
    cmap = b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0001> <0060> <0020> endbfrange endcmap"
    font = (b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A>>]"
            b"/ToUnicode 6 0 R>>")
    yield "to-unicode.pdf", pdf(shown(b"<" + "".join(f"{ord(c) - 31:04x}" for c in v).encode() + b">"), font=font, more=[stream(cmap)])
    yield "rich-note.pdf", pdf(b"", more=[b"<</Type/Annot/RC(<p>" + v[:9].encode() + b"<b>" + v[9:].encode() + b"</b></p>)>>"])
    yield "wide-note.pdf", pdf(b"", more=[b"<</Type/Annot/Contents<feff" + v.encode("utf-16-be").hex().encode() + b">>>"])
    yield "form.pdf", pdf(b"", more=[stream(zlib.compress(f"<a><b>{v}</b></a>".encode()), b"/Filter/FlateDecode")], extra=b"/AcroForm<</XFA 6 0 R>>")
    yield "attached.pdf", pdf(b"", more=[stream(zlib.compress(inner(v)), b"/Type/EmbeddedFile/Filter/FlateDecode")])
    yield "no-length.pdf", pdf(zlib.compress(plain), b"/Filter/FlateDecode").replace(b"/Length ", b"/Length 9")
    yield "encoded.pdf", pdf(b"BT /F 6 Tf 12 TL 72 700 Td " + b" ".join(b"(%s) '" % line.encode() for line in lines(inner(v), 64)) + b" ET")
    yield "words-2047.eml", MAIL + f"Subject: =?utf-8?B?{b64(v[:15])}?=\n =?utf-8?Q?{v[15:]}?=\nContent-Type: text/plain\n\nx\n"
    yield "name-2231.eml", MAIL + f"Content-Type: application/x;\n name*0*=utf-8''{v[:15]};\n name*1*=%{ord(v[15]):02x}{v[16:25]};\n name*2=\"{v[25:]}\"\n\nx\n"
    yield "flowed.eml", MAIL + f"Content-Type: text/plain; format=flowed; delsp=yes\n\nhello {v[:20]} \n{v[20:]} bye\n"
    yield "utf7.eml", MAIL + f"Content-Type: text/plain; charset=utf-7\n\nt {v.replace('_', '+AF8-')}\n"
    yield "not-closed.eml", MAIL + f"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Transfer-Encoding: base64\n\n{b64('hello ' + v)}"
    yield "other-order.eml", (f"Content-Transfer-Encoding: base64\nContent-Type: text/plain\nMIME-Version: 1.0\nFrom: a@b.c\nSubject: x\nDate: x\n\n"
                              f"{b64('hello ' + v + ' bye')}\n")


def wrapped(v):
    """Where the lines of base64 stand in something, and what is packed without a mark, or in the midst of a program."""
    digits = lines(text(v), 64)
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    bare = deflated.compress(urllib.parse.quote(f"<a value='{v}' style='{' rounded=1;' * 9}'/>").encode()) + deflated.flush()
    framed = lambda before, after="": "\n".join(before + line + after for line in digits) + "\n"
    yield "comment.sh", framed("# ")
    yield "block.c", "/*\n" + framed(" * ") + " */\n"
    yield "quoted.txt", framed("> > ")
    yield "printed.bat", framed("echo ", " >> a.b64")
    yield "list.json", "[\n" + framed('  "', '",') + '""]\n'
    yield "change.patch", "--- a\n+++ b\n@@ -0,0 +1,9 @@\n" + framed("+")
    yield "wide.ps1", "powershell -e " + b64(("# " + v + " is it\n").encode("utf-16-le"))
    yield "plain-auth.txt", "AUTH PLAIN " + b64(f"\0somebody\0{v}") + "\n"
    yield "drawing.drawio", f"<mxfile><diagram>{b64(bare)}</diagram></mxfile>"
    yield "escaped.html", "<p>" + v[:9] + "&" + "amp;" * 12 + "#" + str(ord(v[9])) + ";" + v[10:] + "</p>"
    yield "packed.elf", b"\x7fELF" + bytes(200) + zlib.compress(text(v)) + bytes(99)
    yield "blocks.dump", b"PGDMP" + bytes(50) + zlib.compress(b"first block of rows" * 50) + zlib.compress(text(v))
    newc = lambda name, body: (b"070701" + b"".join(b"%08x" % n for n in [1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0])
                               + (name + bytes(4 - (110 + len(name)) % 4)) + body + bytes(-len(body) % 4))
    yield "initrd.img", newc(b"x", b"y") + newc(b"TRAILER!!!", b"") + bytes(512) + gzip.compress(newc(b"a.env", text(v)) + newc(b"TRAILER!!!", b""))


def more(make):
    for group in archives, encoded, wrapped, documents, pages:
        # A value of its own for each file: the names are the same for any.
        for number, (name, _) in enumerate(list(group(make.value()))):
            value = make.value()
            content = list(group(value))[number][1]
            make.put(f"more-{name}", content.encode() if isinstance(content, str) else content, [value])
    for name, content in [("message.gpg", b"\x85\x01\x0c\x03" + bytes(range(8)) + b"\x01" + bytes(259)),
                          ("message.pgp", b"\x8c\x0d\x04\x09\x03\x02" + bytes(range(99))), ("safe.psafe3", b"PWS3" + bytes(300))]:
        make.put(f"more-{name}", content, None)
