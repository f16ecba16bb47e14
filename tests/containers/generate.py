#!/usr/bin/env python3
"""Plants values in archives made by independent programs.

    generate.py FOLDER

Makes one file for each way to pack that is available, and `expected.json`:
for each file the values in it, or `null` where it must be reported as not
read. Prints what was skipped because a program is missing.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

from encoded import encodings
from more import more
from papers import papers

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(seed):
    """A token in GitHub's form, whose checksum is right."""
    source = random.Random(seed)
    body = "".join(source.choice(DIGITS) for _ in range(30))
    check, rest = "", zlib.crc32(body.encode())
    for _ in range(6):
        check, rest = DIGITS[rest % 62] + check, rest // 62
    return "gh" + "p_" + body + check


class Maker:
    def __init__(self, folder):
        self.out = os.path.abspath(folder)
        self.work = os.path.join(self.out, ".work")
        shutil.rmtree(self.out, ignore_errors=True)
        os.makedirs(self.work)
        self.seed = 0
        self.expected = {}
        self.skipped = 0

    def value(self):
        self.seed += 1
        return token(self.seed)

    def noise(self, size=200_000):
        source = random.Random(self.seed)
        return bytes(source.choices(b"abcdefghijklmnop \n", k=size))

    def text(self):
        """A value at the beginning and one at the end of some text."""
        first, last = self.value(), self.value()
        text = f'a = "{first}"\n'.encode() + self.noise() + f'\nb = "{last}"\n'.encode()
        return text, [first, last]

    def put(self, name, content, values):
        with open(os.path.join(self.out, name), "wb") as file:
            file.write(content)
        self.expected[name] = values

    def place(self, name, content):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)

    def shell(self, name, command, values, given=None):
        """Runs a command that makes the file `$OUT`, or prints it."""
        path = os.path.join(self.out, name)
        environment = dict(os.environ, OUT=path, LC_ALL="C")
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.work,
                              env=environment, input=given, capture_output=True)
        if done.stdout and not os.path.exists(path):
            with open(path, "wb") as file:
                file.write(done.stdout)
        if done.returncode or not os.path.exists(path):
            self.skipped += 1
            if os.path.exists(path):
                os.remove(path)
            print(f"skipped: {name} ({command.split()[0]})")
            return
        self.expected[name] = values


def streams(make):
    commands = {
        "gz": "gzip -9", "bz2": "bzip2", "xz": "xz", "lzma": "xz --format=lzma -c", "zst": "zstd -q",
        "lz4": "lz4 -q -c -", "br": "brotli -c", "Z": "compress -c", "lz": "lzip -c",
    }
    for ending, command in commands.items():
        text, values = make.text()
        make.shell(f"text.{ending}", command, values, text)
    for ending in ["gz", "bz2", "xz", "zst", "lz4", "lz"]:
        text, values = make.text()
        one, two = text[:100_000], text[100_000:]
        make.place("one", one)
        make.place("two", two)
        command = commands[ending]
        make.shell(f"members.{ending}", f"({command} < one; {command} < two)", values)
    text, values = make.text()
    make.shell("old-frame.lz4", "lz4 -q -l -c -", values, text)
    text, values = make.text()
    make.shell("long-window.zst", "zstd -q --long=27", values, text)
    text, values = make.text()
    make.put("python.gz", gzip.compress(text), values)
    text, values = make.text()
    make.put("python.bz2", bz2.compress(text), values)
    text, values = make.text()
    make.put("python-crc32.xz", lzma.compress(text, check=lzma.CHECK_CRC32), values)
    text, values = make.text()
    make.put("no-name-for-it", gzip.compress(text), values)


def zips(make):
    methods = {"stored": 0, "deflate": 8, "bzip2": 12, "lzma": 14}
    for name, method in methods.items():
        text, values = make.text()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("folder/file.txt", text)
        make.put(f"python-{name}.zip", out.getvalue(), values)
    for method in ["Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "PPMd"]:
        text, values = make.text()
        make.place("file.txt", text)
        make.shell(f"7z-{method}.zip", f"7z a -bso0 -tzip -mm={method} $OUT file.txt", values)
    text, values = make.text()
    make.place("file.txt", text)
    make.shell("info.zip", "zip -q $OUT file.txt", values)
    text, values = make.text()
    make.place("file.txt", text)
    make.shell("streamed.zip", "zip -q - file.txt | cat", values)
    for method in ["ZipCrypto", "AES128", "AES256"]:
        text, _ = make.text()
        make.place("file.txt", text)
        make.shell(f"sealed-{method}.zip", f"7z a -bso0 -tzip -psecret -mem={method} $OUT file.txt", None)

    def archive(text, comment=b"", name="file.txt"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            new.writestr(name, text)
            new.comment = comment
        return out.getvalue()

    text, values = make.text()
    make.put("behind-an-image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + make.noise() + archive(text), values)
    text, values = make.text()
    make.put("before-garbage.zip", archive(text) + b"\0" * 70_000, values)
    text, values = make.text()
    whole = archive(text)
    make.put("no-directory.zip", whole[: whole.index(b"PK\1\2")], values)
    value = make.value()
    make.put("comment.zip", archive(b"x", comment=value.encode()), [value])
    value = make.value()
    make.put("name.zip", archive(b"x", name=value), [value])
    for ending in ["jar", "war", "apk", "whl", "nupkg", "vsix"]:
        text, values = make.text()
        make.put(f"package.{ending}", archive(text), values)
    text, values = make.text()
    make.put("package.crx", b"Cr24" + struct.pack("<II", 3, 8) + b"\0" * 8 + archive(text), values)
    text, values = make.text()
    for _ in range(5):
        text = archive(text, name="inner.zip")
    make.put("five-deep.zip", text, values)


def tars(make):
    for form in ["v7", "oldgnu", "gnu", "ustar", "posix"]:
        text, values = make.text()
        deep = "file.txt" if form == "v7" else "d" * 80 + "/file.txt"
        make.place(deep, text)
        make.shell(f"{form}.tar.gz", f"tar c -H {form} {deep} | gzip", values)
    for form in ["gnu", "posix"]:
        text, values = make.text()
        make.place("sparse", text)
        with open(os.path.join(make.work, "sparse"), "r+b") as file:
            file.seek(8 << 20)
            value = make.value()
            file.write(value.encode())
        make.shell(f"sparse-{form}.tar.xz", f"tar c -S -H {form} sparse | xz", values + [value])
    for ending, packer in [("bz2", "bzip2"), ("zst", "zstd -q"), ("lz4", "lz4 -q -c -"), ("lzma", "xz --format=lzma")]:
        text, values = make.text()
        make.place("file.txt", text)
        make.shell(f"file.tar.{ending}", f"tar c file.txt | {packer}", values)
    value = make.value()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, value
        archive.addfile(link)
    make.put("link-target.tar.gz", out.getvalue(), [value])

    def layer(text):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            member = tarfile.TarInfo("etc/app.conf")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
        return out.getvalue()

    text, values = make.text()
    make.place("layers/one/layer.tar", layer(text))
    more, others = make.text()
    make.place("layers/blobs/sha256/two", gzip.compress(layer(more)))
    make.shell("image.tar", "tar c -C layers .", values + others)
    text, values = make.text()
    make.put("behind-the-end.tar", layer(b"x") + layer(gzip.compress(text)), values)


def others(make):
    for method in ["LZMA", "LZMA2", "PPMd", "BZip2", "Deflate", "Copy"]:
        text, values = make.text()
        make.place("file.txt", text)
        make.shell(f"{method}.7z", f"7z a -bso0 -m0={method} $OUT file.txt", values)
    text, values = make.text()
    make.place("program", b"MZ" + b"\0" * 5000)
    make.place("file.txt", text)
    make.shell("unpacks-itself.exe", "7z a -bso0 inner.7z file.txt && cat program inner.7z", values)
    text, _ = make.text()
    make.place("file.txt", text)
    make.shell("sealed.7z", "7z a -bso0 -psecret $OUT file.txt", None)
    make.shell("sealed-names.7z", "7z a -bso0 -psecret -mhe=on $OUT file.txt", None)
    for form in ["newc", "crc", "odc", "bin"]:
        text, values = make.text()
        make.place("file.txt", text)
        make.shell(f"{form}.cpio.gz", f"ls file.txt | cpio -o --quiet -H {form} | gzip", values)
    text, values = make.text()
    make.place("a-name-of-some-length.txt", gzip.compress(text))
    make.shell("library.a", "ar rc $OUT a-name-of-some-length.txt", values)
    packages(make)
    for name, options in [("plain", ""), ("rock", "-R"), ("joliet", "-J"), ("both", "-R -J")]:
        text, values = make.text()
        make.place("image/folder/a long name.gz", gzip.compress(text))
        make.shell(f"{name}.iso", f"genisoimage -quiet {options} -o $OUT image 2>/dev/null", values)
    for method in ["gzip", "xz", "lz4", "zstd"]:
        text, values = make.text()
        make.place("tree/folder/file.txt", text)
        command = f"mksquashfs tree $OUT -comp {method} -noappend -quiet -no-progress >/dev/null"
        make.shell(f"{method}.squashfs", command, values)
    for name, option in [("stored", ""), ("mszip", "-z")]:
        text, values = make.text()
        make.place("file.txt", text)
        make.shell(f"{name}.cab", f"gcab -c {option} $OUT file.txt >/dev/null", values)
    git = "git -c user.name=x -c user.email=x@example.org"
    for form in ["bundle", "pack"]:
        text, values = make.text()
        make.place("changed.txt", text.split(b"\n", 1)[1])
        make.place("file.txt", text)
        commands = [
            "rm -rf repository", "git init -q repository", "cp file.txt repository/f", "cd repository", "git add f",
            f"{git} commit -q -m one", "cp ../changed.txt f", f"{git} commit -q -a -m two", "git gc -q --aggressive",
            "git bundle create -q $OUT HEAD" if form == "bundle" else "cp .git/objects/pack/*.pack $OUT",
        ]
        make.shell(f"history.{form}", " && ".join(commands), values)
    text, values = make.text()
    packed = gzip.compress(text)
    header = json.dumps({"files": {"a": {"files": {"b.gz": {"size": len(packed), "offset": "0"}}}}}).encode()
    header += b" " * (-len(header) % 4)
    sizes = struct.pack("<IIII", 4, 8 + len(header), 4 + len(header), len(header))
    make.put("app.asar", sizes + header + packed, values)


def packages(make):
    control = b"Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n"
    for method in ["gzip", "xz", "zstd", "none"]:
        text, values = make.text()
        script = make.value()
        make.place("deb/DEBIAN/control", control)
        make.place("deb/DEBIAN/postinst", f"#!/bin/sh\n# {script}\n".encode())
        os.chmod(os.path.join(make.work, "deb/DEBIAN/postinst"), 0o755)
        make.place("deb/etc/file.txt", text)
        make.shell(f"{method}.deb", f"dpkg-deb -Z{method} -b deb $OUT >/dev/null", values + [script])
    for method in ["w9.gzdio", "w9.bzdio", "w6.xzdio", "w6.lzdio", "w9.zstdio"]:
        text, values = make.text()
        make.place("file.txt", text)
        make.place("x.spec", f"""Name: x
Version: 1
Release: 1
Summary: x
License: x
BuildArch: noarch
%define _binary_payload {method}
%description
x
%install
mkdir -p %{{buildroot}}/etc
cp {make.work}/file.txt %{{buildroot}}/etc/file.txt
%files
/etc/file.txt
""".encode())
        build = f"rpmbuild -bb --define '_topdir {make.work}/rpm' x.spec >/dev/null 2>&1"
        make.shell(f"{method}.rpm", f"{build} && mv rpm/RPMS/noarch/*.rpm $OUT", values)


def main():
    make = Maker(sys.argv[1])
    for part in [streams, zips, tars, others, encodings, papers, more]:
        part(make)
    shutil.rmtree(make.work)
    with open(os.path.join(make.out, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(make.expected, file)
    print(f"{len(make.expected)} files, {make.skipped} skipped")


if __name__ == "__main__":
    main()
