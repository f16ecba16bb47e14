#!/usr/bin/env python3
"""Archives that unpack to far more than they are, made cheaply.

    bombs.py FOLDER [SIZE_IN_MB]

Whole compressed members are repeated where the format allows it, so that 10 GB
of zeros take a moment to write. Prints the name of each file made.

Names that begin with `whole-` hold no more than they are, and can be read to
their end in time. Those that begin with `marks-` repeat the beginning of something
as often as fits in 4 MB, and end in time in one way or the other.
"""

import bz2
import gzip
import io
import lzma
import os
import struct
import subprocess
import sys
import zipfile
import zlib

MB = 1 << 20


def write(folder, name, pieces):
    with open(os.path.join(folder, name), "wb") as out:
        for piece in pieces:
            out.write(piece)
    print(name)


def zeros(megabytes, step):
    """How often a member of `step` megabytes is repeated."""
    return max(1, megabytes // step)


def overlapping(megabytes):
    """Members that all use the same compressed bytes."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = body.compress(bytes(64 * MB)) + body.flush()
    crc = zlib.crc32(bytes(64 * MB))
    count = zeros(megabytes, 64)
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(packed), 64 * MB, 1, 0) + b"z"
    central = b""
    for number in range(count):
        name = b"%d" % number
        central += b"PK\x01\x02" + struct.pack(
            "<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 0, crc, len(packed), 64 * MB,
            len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(local) + len(packed), 0)
    return [local, packed, central, end]


def zipped(members, level=9):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def nested(megabytes):
    """Sixteen archives in each, five levels deep, as 42.zip is made."""
    inner = zipped([("0.dll", bytes(min(megabytes, 256) * MB))])
    for level in range(5):
        inner = zipped([(f"{level}-{n}.zip", inner) for n in range(16)])
    return [inner]


def deep(levels):
    """Archives inside each other, far beyond any sensible depth."""
    inner = zipped([("end.txt", b"end")])
    for level in range(levels):
        inner = zipped([(f"{level}.zip", inner)])
    return [inner]


def many(count):
    """An archive of so many empty members, with 64-bit records."""
    local = io.BytesIO()
    central = io.BytesIO()
    for number in range(count):
        name = b"%x" % number
        offset = local.tell()
        local.write(b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name)
        central.write(b"PK\x01\x02" + struct.pack(
            "<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, offset) + name)
    start, size = local.tell(), central.tell()
    end64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, start)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, start + size, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, size, start, 0)
    return [local.getvalue(), central.getvalue(), end64, locator, end]


def objects(count):
    """A document of so many objects, half of them pages, each with a content of its own."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []

    def put(text):
        places.append(out.tell())
        out.write(b"%d 0 obj" % len(places) + text + b"endobj\n")

    pages = (count - 3) // 2
    put(b"<</Type/Catalog/Pages 2 0 R>>")
    put(b"<</Type/Pages/Count %d/Kids[" % pages + b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(pages)) + b"]>>")
    put(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for number in range(pages):
        put(b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>" % (5 + 2 * number))
        put(b"<</Length 22>>stream\nBT/F 9 Tf(page %06d)Tj\nendstream " % (number % 1_000_000))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))
    return [out.getvalue()]


def laughs():
    """A document whose text is ten entities of ten entities, ten levels deep."""
    entities = [b'<!ENTITY e0 "ha">']
    for level in range(1, 11):
        entities.append(b'<!ENTITY e%d "' % level + b"&e%d;" % (level - 1) * 10 + b'">')
    text = (b'<?xml version="1.0"?><!DOCTYPE d [' + b"".join(entities) + b"]>"
            b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            b"<w:body><w:p><w:r><w:t>&e10;</w:t></w:r></w:p></w:body></w:document>")
    types = (b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
             b'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
             b'wordprocessingml.document.main+xml"/></Types>')
    return [zipped([("[Content_Types].xml", types), ("word/document.xml", text)])]


def marks():
    """What may be begun anew, or claim the rest of the file, at every few bytes."""
    png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes([1] * 17)
    sqlite = b"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20" + bytes([0, 0, 0, 1] * 2)
    xz = lzma.compress(b"text")
    # A head that promises two literals, and a block of them that is damaged.
    zst = b"\x28\xb5\x2f\xfd\x04\x88\0"
    lz4 = b"\x04\x22\x4d\x18\x60\x40\x82"
    yield "gzip.bin", b"\0", gzip.compress(b"text")
    yield "gzip-heads.bin", b"\0", b"\x1f\x8b\x08\0\0\0\0\0\0\3"
    yield "bzip2.bin", b"\0", bz2.compress(b"text")
    yield "bzip2-heads.bin", b"\0", b"BZh91AY&SY"
    yield "xz.bin", b"\0", xz
    yield "xz-heads.bin", b"\0", xz[:12]
    yield "zstd-heads.bin", b"\0", zst
    yield "lz4-empty.bin", b"\0", lz4 + bytes(4)
    yield "lz4-heads.bin", b"\0", lz4
    yield "lz4-cut.bin", b"\0", lz4 + b"\xff\xff\1\0"
    yield "png.bin", b"\0", png
    yield "sqlite.bin", b"\0", sqlite
    yield "pickle-long.pkl", b"\x80\2}", b"X\x20\x20\x20\0"
    yield "pickle-text.pkl", b"\x80\2}", b"X\x20\x20\x20\0" + b"aaaX" * 4
    yield "pickle-binary.pkl", b"\x80\2}", b"TAA\1\0"
    code = b"\x6f\x0d\r\n" + bytes(12) + b"\xe3"
    yield "marshal-long.pyc", code, b"s\x20\x20\x20\0"
    yield "marshal-short.pyc", code, b"z"


def main():
    folder = sys.argv[1]
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    os.makedirs(folder, exist_ok=True)
    step = min(64, megabytes)
    block = bytes(step * MB)
    times = zeros(megabytes, step)
    write(folder, "flat.gz", [gzip.compress(block)] * times)
    write(folder, "flat.bz2", [bz2.compress(block)] * times)
    write(folder, "flat.xz", [lzma.compress(block, preset=0)] * times)
    try:
        packed = subprocess.run(["zstd", "-q", "-c"], input=block, capture_output=True, check=True)
        write(folder, "flat.zst", [packed.stdout] * times)
    except (OSError, subprocess.CalledProcessError):
        print("skipped: flat.zst (no zstd)")
    write(folder, "flat.zip", [zipped([(str(n), block) for n in range(min(times, 20))])])
    write(folder, "overlapping.zip", overlapping(megabytes))
    write(folder, "nested.zip", nested(megabytes))
    write(folder, "deep.zip", deep(400))
    count = 1_000_000 if megabytes >= 1000 else 100 * megabytes
    write(folder, "entries.zip", many(count))
    write(folder, "objects.pdf", objects(1_000_000))
    write(folder, "whole-laughs.docx", laughs())
    for name, head, mark in marks():
        write(folder, "marks-" + name, [head, mark * (4 * MB // len(mark))])


if __name__ == "__main__":
    main()
