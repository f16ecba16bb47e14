#!/usr/bin/env python3
"""Plants values in documents made by independent programs.

    documents.py FOLDER

Run by run.sh in an environment that has the libraries; what is missing is
skipped with a printed line. Makes `expected.json` as generate.py does, with
the place at which each value must be told: once, and there.
"""

import base64
import importlib
import io
import json
import os
import plistlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from generate import token

IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Maker:
    def __init__(self, folder):
        self.out = os.path.abspath(folder)
        shutil.rmtree(self.out, ignore_errors=True)
        os.makedirs(self.out)
        self.seed = 1000
        self.expected = {}
        self.skipped = 0

    def path(self, name):
        return os.path.join(self.out, name)

    def value(self, name, place):
        """A new value, which must be told at a place that holds the words."""
        self.seed += 1
        value = token(self.seed)
        self.expected.setdefault(name, []).append([value, place])
        return value

    def sealed(self, name):
        self.expected[name] = None

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)

    def skip(self, what, why):
        self.skipped += 1
        print(f"skipped: {what} ({why})")


def halves(value):
    return value[:9], value[9:23], value[23:]


def word(make):
    docx = importlib.import_module("docx")
    from docx.enum.text import WD_BREAK
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    name = "python-docx.docx"
    at = lambda place: make.value(name, place)
    document = docx.Document()
    document.add_paragraph("token " + at("body"))
    split = document.add_paragraph("split: ")
    for nth, part in enumerate(halves(at("body"))):
        split.add_run(part).bold = nth % 2 == 0
    styled = document.add_paragraph("styled: ")
    for letter in at("body"):
        styled.add_run(letter).italic = True
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for place, part in [("header", section.header), ("footer", section.footer), ("header", section.first_page_header),
                        ("footer", section.first_page_footer)]:
        paragraph = part.paragraphs[0]
        for piece in halves(at(place)):
            paragraph.add_run(piece)
    table = document.add_table(2, 2)
    for nth, cell in enumerate(table.rows[1].cells):
        for piece in halves(at("body")):
            cell.paragraphs[0].add_run(piece)
    document.add_paragraph("x").add_run().add_break(WD_BREAK.PAGE)
    hidden = document.add_paragraph().add_run(at("body"))
    hidden.font.hidden = True
    commented = document.add_paragraph("commented")
    document.add_comment(commented.runs, text=at("comments"), author="a", initials="b")
    document.core_properties.comments = at("properties")
    document.core_properties.keywords = at("properties")
    words = nsdecls("w")
    first, middle, last = halves(at("body"))
    body = document.element.body
    body.insert(0, parse_xml(
        f'<w:p {words}><w:r><w:t>{first}</w:t></w:r><w:ins w:id="1" w:author="a"><w:r><w:t>{middle}</w:t></w:r></w:ins>'
        f'<w:r><w:t>{last}</w:t></w:r></w:p>'))
    first, middle, last = halves(at("body"))
    body.insert(0, parse_xml(
        f'<w:p {words}><w:r><w:t>{first}</w:t></w:r><w:del w:id="2" w:author="a"><w:r><w:delText>{middle}</w:delText></w:r></w:del>'
        f'<w:r><w:t>{last}</w:t></w:r></w:p>'))
    box = at("body")
    inner = f"<w:txbxContent><w:p><w:r><w:t>{box[:7]}</w:t></w:r><w:r><w:t>{box[7:]}</w:t></w:r></w:p></w:txbxContent>"
    body.insert(0, parse_xml(
        f'<w:p {words} xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:t>around</w:t></w:r><w:r><w:pict><v:shape><v:textbox>{inner}'
        f'</v:textbox></v:shape></w:pict></w:r></w:p>'))
    document.part.relate_to("https://example.org/?a=1&t=" + at("links"),
                            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", is_external=True)
    document.save(make.path(name))


def rebuilt(source, changes, added=()):
    """The archive with some members changed and some added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(item.filename, changes.get(item.filename, lambda same: same)(content))
        for name, content in added:
            new.writestr(name, content)
    return out.getvalue()


def labels(make):
    docx = importlib.import_module("docx")
    out = io.BytesIO()
    docx.Document().save(out)
    guid = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
    custom = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties '
        'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="MSIP_Label_{guid}_Enabled">'
        "<vt:lpwstr>true</vt:lpwstr></property></Properties>")
    name = "msip.docx"
    make.expected[name] = [[guid, "properties", "marking-label-msip"]]
    make.write(name, rebuilt(out.getvalue(), {}, [("docProps/custom.xml", custom)]))
    name = "label-info.docx"
    info = ('<?xml version="1.0"?><clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
            f'<clbl:label id="{{{guid}}}" enabled="1" method="Standard" siteId="{{{guid}}}" contentBits="0" removed="0"/></clbl:labelList>')
    make.expected[name] = [[guid, "LabelInfo", "marking-label-info"]]
    make.write(name, rebuilt(out.getvalue(), {}, [("docMetadata/LabelInfo.xml", info)]))
    name = "boldon-james.docx"
    make.expected[name] = [["Secret A", "properties", "marking-label-boldon-james"]]
    make.write(name, rebuilt(out.getvalue(), {}, [("docProps/custom.xml", custom.replace(
        f"MSIP_Label_{guid}_Enabled", "bjDocumentSecurityLabel").replace("true", "Secret A"))]))


def sheets(make):
    openpyxl = importlib.import_module("openpyxl")
    from openpyxl.comments import Comment
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.workbook.defined_name import DefinedName
    for ending in ["xlsx", "xlsm", "xltx"]:
        name = f"openpyxl.{ending}"
        at = lambda place: make.value(name, place)
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Main page"
        sheet["B2"] = at("Main page!B2")
        sheet["C7"] = '="' + at("Main page!C7") + '"'
        sheet["A1"] = "text"
        sheet["A1"].comment = Comment("see " + at("comments"), "me")
        hidden = book.create_sheet("Hidden")
        hidden.sheet_state = "hidden"
        hidden["AB12"] = at("Hidden!AB12")
        deep = book.create_sheet("Deep")
        deep.sheet_state = "veryHidden"
        deep.cell(1000, 3, at("Deep!C1000"))
        deep.row_dimensions[1000].hidden = True
        validation = DataValidation(type="list", formula1='"a,b"', promptTitle="x", prompt=at("Main page"))
        validation.add("D1")
        sheet.add_data_validation(validation)
        sheet.oddHeader.center.text = at("Main page")
        book.defined_names["named"] = DefinedName("named", attr_text='"' + at("names") + '"')
        book.properties.description = at("properties")
        sheet["D4"].hyperlink = "https://example.org/" + at("!D4")
        book.save(make.path(name))


def xlsxwriter(make):
    writer = importlib.import_module("xlsxwriter")
    for name, options in [("writer.xlsx", {}), ("constant-memory.xlsx", {"constant_memory": True})]:
        at = lambda place: make.value(name, place)
        book = writer.Workbook(make.path(name), options)
        sheet = book.add_worksheet("Data")
        sheet.write(0, 0, at("Data!A1"))
        bold, plain = book.add_format({"bold": True}), book.add_format({"italic": True})
        first, middle, last = halves(at("Data!B3"))
        sheet.write_rich_string(2, 1, bold, first, plain, middle, bold, last)
        sheet.write_formula(5, 2, '="x"&A1', None, at("Data!C6"))
        sheet.insert_textbox(7, 7, at("drawing"))
        sheet.write_comment(8, 1, at("comments"))
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Data!$A$1:$A$5", "name": at("chart")})
        chart.set_title({"name": at("chart")})
        sheet.insert_chart(10, 1, chart)
        sheet.set_footer("&L" + at("Data"))
        book.set_custom_property("Secret", at("properties"))
        book.close()


def binary_book(make):
    writer = importlib.import_module("pyxlsbwriter")
    name = "binary.xlsb"
    with writer.XlsbWriter(make.path(name)) as book:
        for sheet in ["Main page", "Other"]:
            book.add_sheet(sheet)
            book.write_sheet([["name", "value"], ["a", 1.5], ["b", "see " + make.value(name, sheet + "!B3")]])


def passwords(make):
    openpyxl = importlib.import_module("openpyxl")
    name = "passwords.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(["host", "user", "password", "remark"])
    column, beside = "x7Kq9!pLmT", "Zw4#vB8n-Yd"
    sheet.append(["a.example.org", "root", column, "some words"])
    sheet["B9"], sheet["C9"], sheet["D9"] = "Password", beside, "more words"
    make.expected[name] = [[column, "Data!C2"], [beside, "Data!C9"]]
    book.save(make.path(name))


def slides(make):
    pptx = importlib.import_module("pptx")
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches
    name = "python-pptx.pptx"
    at = lambda place: make.value(name, place)
    show = pptx.Presentation()
    one = show.slides.add_slide(show.slide_layouts[5])
    one.shapes.title.text = at("slide 1")
    two = show.slides.add_slide(show.slide_layouts[6])
    paragraph = two.shapes.add_textbox(0, 0, 10, 10).text_frame.paragraphs[0]
    for piece in halves(at("slide 2")):
        paragraph.add_run().text = piece
    two.notes_slide.notes_text_frame.text = at("slide 2 notes")
    table = two.shapes.add_table(2, 2, 0, 0, 10, 10).table
    table.cell(1, 1).text = at("slide 2")
    data = CategoryChartData()
    data.categories = [at("chart")]
    data.add_series("series", (1,))
    # The workbook of the chart holds it as well, and is opened.
    two.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), data)
    make.expected[name][-1].append(2)
    show.slide_master.placeholders[0].text_frame.text = at("master")
    show.core_properties.subject = at("properties")
    show.save(make.path(name))


def office(make):
    """What LibreOffice and pandoc make of a text and a table."""
    for program, formats, source in [
        ("soffice", ["odt", "docx", "rtf", "fodt", "html"], "text"),
        ("soffice", ["ods", "xlsx", "fods", "html"], "table"),
        ("pandoc", ["docx", "odt", "pptx", "rtf", "epub", "html"], "text"),
    ]:
        if shutil.which(program) is None:
            make.skip(program, "not installed")
            continue
        for ending in formats:
            name = f"{program}-{source}.{ending}"
            place = "!B2" if source == "table" and ending != "html" else ""
            value = make.value(name, place)
            with tempfile.TemporaryDirectory() as work:
                if source == "table":
                    text, given = f"a,b\nc,{value}\n", "given.csv"
                elif program == "pandoc":
                    text, given = f"# Title\n\ntoken {value[:12]}**{value[12:]}** *end*\n", "given.md"
                else:
                    text = f"<html><body><p>token {value[:12]}<b>{value[12:]}</b></p></body></html>"
                    given = "given.html"
                with open(os.path.join(work, given), "w", encoding="utf-8") as file:
                    file.write(text)
                if program == "pandoc":
                    command = ["pandoc", "-s", given, "-o", make.path(name)]
                else:
                    kind = [] if source == "table" else ["--infilter=HTML (StarWriter)"]
                    out = os.path.join(work, "out")
                    command = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", *kind, "--convert-to", ending,
                               "--outdir", out, given]
                done = subprocess.run(command, cwd=work, capture_output=True, check=False)
                made = os.path.join(work, "out", given.rsplit(".", 1)[0] + "." + ending)
                if program == "soffice" and os.path.exists(made):
                    shutil.move(made, make.path(name))
                if done.returncode or not os.path.exists(make.path(name)):
                    del make.expected[name]
                    make.skip(name, "conversion failed")


def opendocument(make):
    opendocument = importlib.import_module("odf.opendocument")
    from odf import dc, draw, meta, office as elements, style, table, text
    name = "odfpy.odt"
    at = lambda place: make.value(name, place)
    document = opendocument.OpenDocumentText()
    paragraph = text.P()
    for piece in halves(at("body")):
        paragraph.addElement(text.Span(text=piece))
    document.text.addElement(paragraph)
    note = text.P(text="noted")
    annotation = elements.Annotation()
    annotation.addElement(text.P(text=at("body")))
    note.addElement(annotation)
    document.text.addElement(note)
    foot = text.Note(noteclass="footnote")
    foot.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text=at("body")))
    foot.addElement(body)
    note.addElement(foot)
    document.meta.addElement(meta.UserDefined(name="Secret", text=at("properties")))
    page = style.PageLayout(name="layout")
    document.automaticstyles.addElement(page)
    master = style.MasterPage(name="Standard", pagelayoutname=page)
    header, footer = style.Header(), style.Footer()
    header.addElement(text.P(text=at("header")))
    footer.addElement(text.P(text=at("footer")))
    master.addElement(header)
    master.addElement(footer)
    document.masterstyles.addElement(master)
    document.save(make.path(name))

    name = "odfpy.ods"
    at = lambda place: make.value(name, place)
    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Data")
    empty = table.TableRow(numberrowsrepeated=4)
    empty.addElement(table.TableCell())
    sheet.addElement(empty)
    row = table.TableRow()
    row.addElement(table.TableCell(numbercolumnsrepeated=3))
    cell = table.TableCell()
    cell.addElement(text.P(text=at("Data!D5")))
    row.addElement(cell)
    sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    document.save(make.path(name))

    name = "odfpy.odp"
    document = opendocument.OpenDocumentPresentation()
    page = style.PageLayout(name="layout")
    document.automaticstyles.addElement(page)
    master = style.MasterPage(name="master", pagelayoutname=page)
    document.masterstyles.addElement(master)
    for slide in [1, 2]:
        page = draw.Page(masterpagename=master)
        frame, box = draw.Frame(width="1cm", height="1cm"), draw.TextBox()
        box.addElement(text.P(text=make.value(name, f"slide {slide}")))
        frame.addElement(box)
        page.addElement(frame)
        document.presentation.addElement(page)
    document.save(make.path(name))


def notebooks(make):
    nbformat = importlib.import_module("nbformat")
    from nbformat import v4
    name = "nbformat.ipynb"
    at = lambda place: make.value(name, place)
    book = v4.new_notebook()
    book.metadata["author"] = at("metadata")
    plain = v4.new_code_cell("a = 1\nb = '" + at("cell 1") + "'\n")
    plain.outputs.append(v4.new_output("stream", text="said " + at("cell 1")))
    plain.outputs.append(v4.new_output("execute_result", data={"text/html": "<b>" + at("cell 1") + "</b>"}))
    attached = zipfile.ZIP_DEFLATED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", attached) as archive:
        archive.writestr("file.txt", at("cell 2"))
    marked = v4.new_markdown_cell("# words")
    marked["attachments"] = {"file.zip": {"application/zip": base64.b64encode(packed.getvalue()).decode()}}
    book.cells = [plain, marked, v4.new_raw_cell(at("cell 3"))]
    nbformat.write(book, make.path(name))


def plists(make):
    for name, form in [("xml.plist", plistlib.FMT_XML), ("binary.plist", plistlib.FMT_BINARY)]:
        inner = plistlib.dumps({"b": make.value(name, "")}, fmt=plistlib.FMT_BINARY)
        content = {"a": [1, 2.5, True, make.value(name, "")], "data": inner, make.value(name, ""): "key",
                   "ü": "\N{SNOWMAN} " + make.value(name, "")}
        make.write(name, plistlib.dumps(content, fmt=form))


def parquet(make):
    arrow = importlib.import_module("pyarrow")
    written = importlib.import_module("pyarrow.parquet")
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        for version in ["1.0", "2.0"]:
            for words in [True, False]:
                name = f"{codec}-{version}-{words}.parquet"
                notes = [None if row % 3 == 0 else f"text {row}" for row in range(300)]
                notes[70] = "upload " + make.value(name, "note in rows 1")
                notes[290] = make.value(name, "note in rows 3")
                table = arrow.table({"id": list(range(300)), "note": notes, "tags": [["a", f"b{row}"] for row in range(300)]})
                written.write_table(table, make.path(name), compression=codec, data_page_version=version,
                                    use_dictionary=words, row_group_size=100)


def parquet_deltas(make):
    arrow = importlib.import_module("pyarrow")
    written = importlib.import_module("pyarrow.parquet")
    for encoding in ["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]:
        for version in ["1.0", "2.0"]:
            for nulls in [True, False]:
                name = f"{encoding}-{version}-{nulls}.parquet".lower()
                notes = [None if nulls and row % 3 == 0 else f"the text number {row}" for row in range(300)]
                notes[70] = "the text upload " + make.value(name, "note in rows 1")
                notes[290] = make.value(name, "note in rows 3")
                written.write_table(arrow.table({"id": list(range(300)), "note": notes}), make.path(name), data_page_version=version,
                                    use_dictionary=False, column_encoding={"note": encoding}, row_group_size=100)


def avro(make):
    fastavro = importlib.import_module("fastavro")
    inner = {"type": "record", "name": "Inner", "fields": [{"name": "word", "type": ["null", "string"]}]}
    schema = {"type": "record", "name": "Row", "fields": [
        {"name": "id", "type": "long"}, {"name": "note", "type": "string"},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "more", "type": {"type": "map", "values": inner}}, {"name": "size", "type": ["double", "Inner"]}]}
    for codec in ["null", "deflate", "bzip2", "xz"]:
        name = f"{codec}.avro"
        rows = [{"id": row, "note": f"text {row}", "tags": ["a"], "more": {}, "size": 1.5} for row in range(100)]
        rows[20]["note"] = make.value(name, "block")
        rows[30]["tags"].append(make.value(name, "block"))
        rows[40]["more"] = {"key": {"word": make.value(name, "block")}}
        rows[50]["size"] = {"word": make.value(name, "block")}
        with open(make.path(name), "wb") as file:
            fastavro.writer(file, fastavro.parse_schema(schema), rows, codec=codec)


def enclosed(make):
    """Archives in base64, as messages and manifests have them."""
    def archive(name):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("app.env", "upload " * 99 + make.value(name, "app.env") + "\n")
        return packed.getvalue()

    line = base64.b64encode(archive("message.json")).decode()
    make.write("message.json", json.dumps({"name": "a.zip", "content": line}).encode())
    lines = base64.encodebytes(archive("manifest.yaml")).decode().replace("\n", "\n    ")
    make.write("manifest.yaml", f"kind: ConfigMap\nbinaryData:\n  a.zip: |\n    {lines}\n".encode())
    lines = base64.encodebytes(archive("script.sh")).decode()
    make.write("script.sh", f"#!/bin/sh\nbase64 -d <<'END' | bsdtar x\n{lines}END\n".encode())


def main():
    make = Maker(sys.argv[1])
    for part in [word, labels, sheets, xlsxwriter, binary_book, passwords, slides, office, opendocument, notebooks, plists,
                 parquet, parquet_deltas, avro, enclosed]:
        try:
            part(make)
        except ImportError as error:
            make.skip(part.__name__, error)
    with open(make.path("expected.json"), "w", encoding="utf-8") as file:
        json.dump(make.expected, file)
    planted = sum(len(values or []) for values in make.expected.values())
    print(f"{planted} values in {len(make.expected)} documents, {make.skipped} skipped")


if __name__ == "__main__":
    main()
