"""Plants values in PDF, mail, old office files, databases, pictures and
programs, made by independent programs; called by generate.py.

What it needs of Python's packages is installed into an environment of its own;
what cannot be had is skipped, with a line printed for each file.
"""

import os
import subprocess
import sys

PACKAGES = ["reportlab", "fpdf2", "pikepdf", "pypdf", "xlwt", "Pillow"]


def environment(make):
    """The Python with the packages, or this one."""
    home = os.path.join(make.work, "venv")
    python = os.path.join(home, "bin", "python")
    made = subprocess.run([sys.executable, "-m", "venv", home], capture_output=True).returncode == 0
    if not made:
        print("skipped: an environment for packages")
        return sys.executable
    for package in PACKAGES:
        done = subprocess.run([python, "-m", "pip", "install", "-q", package], capture_output=True)
        if done.returncode:
            print(f"skipped: package {package}")
    return python


# Each writes the file at `out` with the values `a` and `b` in it.
PDF = {
    "reportlab": """
from reportlab.pdfgen import canvas
c = canvas.Canvas(out); c.drawString(72, 700, a); c.showPage(); c.drawString(72, 700, b); c.save()
""",
    "reportlab-plain": """
from reportlab.pdfgen import canvas
c = canvas.Canvas(out, pageCompression=0); c.drawString(72, 700, 'key ' + a + ' end'); c.setAuthor(b); c.save()
""",
    "reportlab-letters": """
from reportlab.pdfgen import canvas
c = canvas.Canvas(out)
t = c.beginText(72, 700); t.setFont('Helvetica', 11); t.setCharSpace(2); t.textLine(a); c.drawText(t)
x = 72
for letter in b:
    c.drawString(x, 600, letter); x += c.stringWidth(letter, 'Helvetica', 12)
c.save()
""",
    "reportlab-form": """
from reportlab.pdfgen import canvas
c = canvas.Canvas(out); c.acroForm.textfield(name='field', value=a, x=72, y=600, width=400); c.bookmarkPage('x')
c.addOutlineEntry(b, 'x'); c.showPage(); c.save()
""",
    "reportlab-times": """
from reportlab.pdfgen import canvas
c = canvas.Canvas(out); c.setFont('Times-Italic', 9); c.drawRightString(500, 700, a)
c.rotate(90); c.setFont('Courier', 9); c.drawString(100, -200, b); c.save()
""",
    "fpdf": """
from fpdf import FPDF
p = FPDF(); p.add_page(); p.set_font('Helvetica', size=10); p.cell(text=a); p.add_page(); p.multi_cell(0, text='words ' * 50 + b)
p.output(out)
""",
    "fpdf-annotation": """
from fpdf import FPDF
p = FPDF(); p.add_page(); p.set_font('Courier', size=10); p.cell(text='x'); p.text_annotation(20, 20, a); p.set_keywords(b)
p.output(out)
""",
    "fpdf-wide": """
from fpdf import FPDF
p = FPDF(); p.add_page(); p.set_font('Helvetica', size=10); p.set_title('Ключ ' + a); p.set_subject('é ' + b); p.cell(text='x')
p.output(out)
""",
    "object-streams": """
import io, pikepdf
from fpdf import FPDF
p = FPDF(); p.add_page(); p.set_font('Times', size=10); p.cell(text=a); p.set_author(b)
q = pikepdf.open(io.BytesIO(bytes(p.output())))
q.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
""",
    "attachment": """
import pikepdf
q = pikepdf.new(); q.add_blank_page(); q.attachments['notes.txt'] = a.encode()
q.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=q.make_stream(('app.alert("' + b + '")').encode()))
q.save(out, compress_streams=True)
""",
    "metadata": """
import pikepdf
q = pikepdf.new(); q.add_blank_page()
with q.open_metadata() as m: m['dc:title'] = a
q.docinfo['/Custom'] = b; q.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
""",
    "annotation-wide": """
import pikepdf
q = pikepdf.new(); page = q.add_blank_page()
note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents='é€ ' + a)
link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
                          A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI='https://x.example/?t=' + b))
page.Annots = q.make_indirect(pikepdf.Array([q.make_indirect(note), q.make_indirect(link)]))
q.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
""",
    "kerned": """
import pikepdf
q = pikepdf.new(); page = q.add_blank_page()
half = len(a) // 2
body = 'BT /F 12 Tf 72 700 Td [(' + a[:9] + ')30(' + a[9:half] + ')-40(' + a[half:] + ')] TJ 0 -14 Td <' + b.encode().hex() + "> ' ET"
page.Contents = q.make_stream(body.encode())
page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)))
q.save(out)
""",
    "form-object": """
import pikepdf
q = pikepdf.new(); page = q.add_blank_page()
font = pikepdf.Dictionary(F=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier))
form = q.make_stream(('BT /F 9 Tf (' + a + ') Tj ET').encode()); form.Type = pikepdf.Name.XObject
form.Subtype = pikepdf.Name.Form; form.BBox = [0, 0, 99, 99]; form.Resources = pikepdf.Dictionary(Font=font)
lost = q.make_stream(b.encode()); q.Root.Lost = lost
page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form)); page.Contents = q.make_stream(b'/X Do')
q.save(out)
""",
    "earlier-revision": """
import io, pypdf
from reportlab.pdfgen import canvas
f = io.BytesIO(); c = canvas.Canvas(f); c.drawString(72, 700, a); c.save()
f.seek(0); w = pypdf.PdfWriter(f, incremental=True); w.pages[0][pypdf.generic.NameObject('/Contents')] = pypdf.generic.NullObject()
w.add_metadata({'/Note': b}); w.write(out)
""",
    "pypdf-attachment": """
import pypdf
w = pypdf.PdfWriter(); w.add_blank_page(99, 99); w.add_attachment('a.bin', b'\\0' + a.encode()); w.add_metadata({'/Note': b})
w.write(out)
""",
}

for revision, extra in [(2, ""), (3, ""), (4, ", aes=True"), (6, ", aes=True")]:
    PDF[f"empty-password-{revision}"] = f"""
import io, pikepdf
from fpdf import FPDF
p = FPDF(); p.add_page(); p.set_font('Helvetica', size=10); p.cell(text=a); p.set_author(b)
q = pikepdf.open(io.BytesIO(bytes(p.output())))
q.save(out, encryption=pikepdf.Encryption(owner='owner', user='', R={revision}{extra or ', aes=False, metadata=False'}))
"""

SEALED = """
import io, pikepdf
from fpdf import FPDF
p = FPDF(); p.add_page(); p.set_font('Helvetica', size=10); p.cell(text=a)
q = pikepdf.open(io.BytesIO(bytes(p.output())))
q.save(out, encryption=pikepdf.Encryption(owner='owner', user='user', R=6))
"""

MAIL = {
    "bodies.eml": """
from email.message import EmailMessage
m = EmailMessage(); m['From'] = 'a@b.example'; m['To'] = 'c@d.example'; m['Subject'] = 'é ' + a
m.set_content('tök ' + b + ' end ' + 'x' * 200, cte='quoted-printable'); open(out, 'wb').write(bytes(m))
""",
    "base64.eml": """
from email.message import EmailMessage
m = EmailMessage(); m['From'] = 'a@b.example'; m['Subject'] = 'x'
m.set_content(a, cte='base64'); m.add_alternative('<p>' + b + '</p>', subtype='html', cte='base64'); open(out, 'wb').write(bytes(m))
""",
    "attachments.eml": """
import gzip
from email.message import EmailMessage
m = EmailMessage(); m['From'] = 'a@b.example'; m['Subject'] = 'x'; m.set_content('text')
m.add_attachment(a.encode(), maintype='application', subtype='octet-stream', filename='käse.env')
m.add_attachment(gzip.compress(b.encode()), maintype='application', subtype='gzip', filename='b.gz'); open(out, 'wb').write(bytes(m))
""",
    "nested.eml": """
from email.message import EmailMessage
def message(text):
    m = EmailMessage(); m['From'] = 'a@b.example'; m['Subject'] = 'x'; m.set_content(text, cte='base64'); return m
m = message(a); n = message(b); o = message('outer'); n.add_attachment(m); o.add_attachment(n); open(out, 'wb').write(bytes(o))
""",
    "wide.eml": """
from email.mime.text import MIMEText
m = MIMEText(a + ' é', 'plain', 'utf-16'); m['From'] = 'a@b.example'; m['Subject'] = b; open(out, 'wb').write(bytes(m))
""",
    "box.mbox": """
import mailbox
from email.message import EmailMessage
box = mailbox.mbox(out)
for text in ['first', a, 'third', b]:
    m = EmailMessage(); m['From'] = 'a@b.example'; m['Subject'] = 'x'; m.set_content(text, cte='base64'); box.add(m)
box.flush()
""",
    "quoted.mbox": """
import mailbox
from email.message import EmailMessage
box = mailbox.mbox(out)
for text in [a, b]:
    m = EmailMessage(); m['From'] = 'a@b.example'; m['Subject'] = 'ü'; m.set_content('From here\\n\\n' + text + ' ü' * 80, cte='quoted-printable'); box.add(m)
box.flush()
""",
}

OTHERS = {
    "cells.xls": """
import xlwt
w = xlwt.Workbook(); s = w.add_sheet('One'); s.write(0, 0, a); h = w.add_sheet('Two'); h.visibility = 1; h.write(9, 30, 'é' + b)
w.save(out)
""",
    "long.xls": """
import xlwt
w = xlwt.Workbook(); s = w.add_sheet('One')
for row in range(3000): s.write(row, 0, 'some text of row %d é' % row)
s.write(3000, 0, a); s.header_str = b.encode(); w.save(out)
""",
    "formula.xls": """
import xlwt
w = xlwt.Workbook(); s = w.add_sheet('One'); s.write(0, 0, xlwt.Formula('"' + a[:15] + '"&"' + a[15:] + '"')); s.write(1, 1, a); s.write(2, 2, b)
w.save(out)
""",
    "rows.db": """
import sqlite3
c = sqlite3.connect(out); c.execute('create table t(x, y, z)'); c.execute('insert into t values(?, ?, ?)', ('word', a, 'word')); c.execute('create table u(k text primary key, v) without rowid')
c.execute('insert into u values(?, ?)', ('key', b)); c.commit()
""",
    "long.db": """
import sqlite3
c = sqlite3.connect(out); c.execute('create table t(x, y)')
for n in range(3000): c.execute('insert into t values(?, ?)', (n, 'row %d' % n))
c.execute('insert into t values(?, ?)', (a, 'text ' * 3000 + b)); c.commit()
""",
    "wide.db": """
import sqlite3
c = sqlite3.connect(out); c.execute("pragma encoding='UTF-16be'"); c.execute('create table t(x, y)'); c.execute('insert into t values(?, ?)', ('é' + a, b)); c.commit()
""",
    "deleted.db": """
import sqlite3
c = sqlite3.connect(out); c.execute('pragma secure_delete=off'); c.execute('create table t(x, y)')
for n in range(500): c.execute('insert into t values(?, ?)', ('word%d' % n, a if n == 30 else b if n == 400 else 'x' * 40))
c.commit(); c.execute('delete from t where rowid > 3'); c.commit()
""",
    "log.db-wal": """
import shutil, sqlite3
name = out + '.db'; c = sqlite3.connect(name); c.execute('pragma journal_mode=wal'); c.execute('create table t(x, y)')
c.execute('insert into t values(?, ?)', ('word' + a[:0], a)); c.commit(); c.execute('insert into t values(?, ?)', ('b', b)); c.commit()
shutil.copy(name + '-wal', out)
""",
    "blob.db": """
import gzip, sqlite3
c = sqlite3.connect(out); c.execute('create table t(x)'); c.execute('insert into t values(?)', (gzip.compress((a + '\\n').encode() * 2),)); c.execute('insert into t values(?)', (b.encode(),)); c.commit()
""",
    "text.png": """
from PIL import Image, PngImagePlugin
i = PngImagePlugin.PngInfo(); i.add_text('Comment', a, zip=True); i.add_itxt('Author', 'é ' + b, zip=True)
Image.new('RGB', (9, 9)).save(out, pnginfo=i)
""",
    "plain-text.png": """
from PIL import Image, PngImagePlugin
i = PngImagePlugin.PngInfo(); i.add_text('Comment', a); i.add_text('Author', b)
Image.new('RGB', (9, 9)).save(out, pnginfo=i)
""",
    "exif.jpg": """
from PIL import Image
im = Image.new('RGB', (9, 9)); e = im.getexif(); e[0x10E] = a; e.get_ifd(0x8769)[0x9286] = b'UNICODE\\0' + b.encode('utf-16-le')
im.save(out, exif=e)
""",
    "comment.jpg": """
from PIL import Image
Image.new('RGB', (9, 9)).save(out, comment=a, xmp=('<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>' + b + '</a></x:xmpmeta>').encode())
""",
    "comment.gif": """
from PIL import Image
Image.new('RGB', (9, 9)).save(out, comment=('x' * 250 + ' ' + a + ' ' + b).encode())
""",
    "fields.tiff": """
from PIL import Image
im = Image.new('RGB', (9, 9)); e = im.getexif(); e[0x13B] = a; e[0x9C9C] = (b + '\\0').encode('utf-16-le'); im.save(out, exif=e)
""",
    "fields.webp": """
from PIL import Image
im = Image.new('RGB', (9, 9)); e = im.getexif(); e[0x13B] = a; im.save(out, exif=e, xmp=b.encode())
""",
    "module.pyc": """
import py_compile
open('m.py', 'w').write('x = "' + a + '"\\ny = {"k": b"' + b + '"}\\n'); py_compile.compile('m.py', out)
""",
}


def papers(make):
    python = environment(make)

    def run(name, script, values, given):
        a, b = given
        code = f"out, a, b = {os.path.join(make.out, name)!r}, {a!r}, {b!r}\n{script}"
        make.place("make.py", code.encode())
        make.shell(name, f"{python} make.py", values)

    for group, ending in [(PDF, ".pdf"), (MAIL, ""), (OTHERS, "")]:
        for name, script in group.items():
            values = [make.value(), make.value()]
            run(name + ending, script, values, values)
    leftover = os.path.join(make.out, "log.db-wal.db")
    for ending in ["", "-wal", "-shm"]:
        if os.path.exists(leftover + ending):
            os.remove(leftover + ending)
    run("sealed.pdf", SEALED, None, [make.value(), make.value()])
    programs(make)


def programs(make):
    """Files of programs that are no packages of Python."""
    plain, values = os.path.join(make.out, "reportlab.pdf"), make.expected.get("reportlab.pdf")
    for name, command in {
        "qpdf-packed.pdf": f"qpdf --object-streams=generate --compress-streams=y {plain} $OUT",
        "qpdf-linear.pdf": f"qpdf --linearize {plain} $OUT",
        "qpdf-loose.pdf": f"qpdf --qdf {plain} $OUT",
        "ghostscript.pdf": f"gs -q -sDEVICE=pdfwrite -o $OUT {plain}",
        "no-table.pdf": f"head -c -300 {plain} | sed 's/startxref/startxxxx/' > $OUT",
    }.items():
        if values:
            make.shell(name, command, values)
    value, other = make.value(), make.value()
    # LibreOffice leaves the first paragraph out of a PDF that it makes of HTML.
    page = f"<html><body><p>intro</p><p>first {value[:12]}<b>{value[12:]}</b></p><p>é {other}</p></body></html>"
    make.place("page.html", page.encode())
    for ending, form in [("doc", 'doc:"MS Word 97"'), ("pdf", "pdf:writer_pdf_Export")]:
        convert = f"soffice --headless --convert-to {form} page.html >/dev/null 2>&1"
        make.shell(f"office.{ending}", f"{convert} && mv page.{ending} $OUT", [value, other])
    slides = f"""<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation><draw:page>
 <draw:frame svg:width="9cm" svg:height="9cm"><draw:text-box><text:p>{value}</text:p><text:p>€ {other}</text:p></draw:text-box>
 </draw:frame></draw:page></office:presentation></office:body></office:document>"""
    make.place("slides.fodp", slides.encode())
    convert = "soffice --headless --convert-to ppt slides.fodp >/dev/null 2>&1"
    make.shell("office.ppt", f"{convert} && mv slides.ppt $OUT", [value, other])
    source = f'class A {{ static String a = "{value}", b = "\\0 \\ud83d\\ude00 {other}"; }}'
    make.place("A.java", source.encode())
    make.shell("A.class", "javac A.java && mv A.class $OUT", [value, other])
    make.place("e.c", f'#define KEY "{value}"\nconst char *a = "{other}";\n'.encode())
    make.shell("debug.o", "gcc -g3 -gz=zlib -c e.c -o $OUT", [value, other])
    image = os.path.join(make.out, "comment.jpg")
    make.shell("exiftool.jpg", f"exiftool -q -o $OUT -all= -IPTC:Keywords={value} -XPComment={other} {image}", [value, other])
