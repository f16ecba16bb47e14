"""Looks at HTML reports in a browser; started by run.sh, which says where everything is."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

import trees

STANCH = os.environ["STANCH"]
SCRATCH = Path(os.environ["SCRATCH"])
AXE = Path(os.environ["AXE"])
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
READY = "html[data-ready=yes]"
MANY = 100_000


def need(holds, what):
    if not holds:
        raise SystemExit(f"failed: {what}")


def stanch(*args, ends=(0,)):
    env = {**os.environ, "HOME": str(SCRATCH), "XDG_CONFIG_HOME": str(SCRATCH)}
    done = subprocess.run([STANCH, *map(str, args)], env=env, capture_output=True, text=True, cwd=SCRATCH)
    need(done.returncode in ends, f"stanch {args} ends with {done.returncode}: {done.stderr}")


class Looker:
    """A browser that notes all it should not see."""

    def __init__(self, playwright):
        self.browser = playwright.chromium.launch(executable_path=os.environ["BROWSER"], args=["--no-sandbox"])

    @contextmanager
    def page(self, file, state="", scheme="light", width=1280, height=900, axe=False):
        context = self.browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}, bypass_csp=axe)
        page = context.new_page()
        asked, told = [], []
        # Whatever leaves the machine would pass here; it would get no answer.
        context.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append("a dialog: " + dialog.message) or dialog.dismiss())
        page.goto(file.as_uri() + state)
        page.wait_for_selector(READY, state="attached")
        yield page
        need([url.split("#")[0] for url in asked] == [file.as_uri()], f"the page asks for more than itself: {asked[:3]}")
        need(not told, f"the console has something to say: {told[:3]}")
        context.close()


def shown(page):
    """Numbers of findings shown and of all."""
    words = page.locator("#count").inner_text().replace(",", "").replace("findings", "").replace("finding", "").split(" of ")
    return int(words[0]), int(words[-1])


def shown_total(page):
    return page.evaluate("columns.id.length")


def state_of(page):
    return page.evaluate("location.hash")


# ---- What it holds


def holds_no_secret(files, maker):
    for file in files:
        text = file.read_text()
        for secret in maker.secrets:
            need(secret not in text, f"{file.name} holds a secret")


def has_no_open_markup(file):
    """Nothing of the scanned tree is markup: the page has as many elements as an empty one of its size."""
    text = file.read_text()
    need(text.count("<script") == text.count("</script>"), "script elements are not in pairs")
    for needle in ["<img", "<svg", "onerror=document", "\u202e", "\x1b", "\u2028"]:
        places = [text[at - 10 : at] for at in places_of(text, needle)]
        need(all("\\u003c" in before or "&lt;" in before or needle.startswith("onerror") for before in places), f"{needle!r} stands in the file")


def places_of(text, needle):
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def data_is_the_report(page, lines):
    """The findings in the page are those of the JSON Lines report of the same scan."""
    inside = page.evaluate("""() => [...document.querySelectorAll('script[id^=piece-]')].flatMap((e) => JSON.parse(e.textContent))""")
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    told = [line for line in told if line.pop("type") == "finding"]
    by = lambda finding: json.dumps(finding, sort_keys=True)
    need(sorted(inside, key=by) == sorted(told, key=by), "the page's findings are not those of the report")


# ---- What it does


def coverage_comes_first(page):
    order = page.evaluate("[...document.querySelectorAll('main > section')].map((s) => s.id)")
    need(order == ["verdict", "coverage", "charts", "findings"], f"order {order}")
    numbers = [int(n.replace(",", "")) for n in page.locator("#coverage .equation dd").all_inner_texts()]
    need(len(numbers) == 5 and numbers[0] == sum(numbers[1:]), f"{numbers} do not add up")
    need(numbers[2] + numbers[4] > 0 and "Not complete" in page.locator("#verdict").inner_text(), "gaps are not told")
    need(page.locator("#coverage details[open] li").count() > 0, "a few gaps are named without a click")


def filters_work(page):
    _, total = shown(page)
    page.fill("#query", "prod.env")
    few, _ = shown(page)
    need(0 < few < total and "q=prod.env" in state_of(page), "search")
    names = page.locator("#grid [role=row] .where").all_inner_texts()[1:]
    need(all("prod.env" in name for name in names), f"search shows {names[:3]}")
    page.fill("#query", "-prod.env")
    need(shown(page)[0] == total - few, "what a minus leaves out")
    page.fill("#query", "nothing has this")
    need(shown(page)[0] == 0 and page.locator("#none").is_visible(), "an empty list says so")
    page.fill("#query", "")
    bar = page.locator(".facet-bar", has_text="critical").first
    expected = int(bar.locator(".number").inner_text().replace(",", ""))
    bar.click()
    need(shown(page)[0] == expected and "severity=critical" in state_of(page), "a bar filters")
    need(page.locator(".facet-bar[aria-pressed=true]").count() == 1, "a bar says that it is pressed")
    need(page.locator("#chips").inner_text().startswith("Severity: critical"), "filters in force are named")
    page.go_back()
    need(shown(page)[0] == total and "severity" not in state_of(page), "back takes a filter away")
    page.go_forward()
    need(shown(page)[0] == expected, "forward puts it back")
    page.locator("#chips .chip").first.click()
    tile = page.locator("#map .tile").first
    tile.click()
    need(0 < shown(page)[0] < total and "path=" in state_of(page), "a tile of the map filters")
    page.locator("#crumbs button").first.click()
    need(shown(page)[0] == total, "the first crumb is everything")


def sorts(page):
    head = page.locator("[role=columnheader]", has_text="Since")
    need(page.locator("[role=columnheader]", has_text="Severity").get_attribute("aria-sort") == "descending", "sorted by severity")
    for turn, falls in [("descending", True), ("ascending", False)]:
        head.locator("button").click()
        need(head.get_attribute("aria-sort") == turn, f"aria-sort {turn}")
        days = [text.split()[0] for text in page.locator("#grid [role=gridcell].since").all_inner_texts()]
        need(days == sorted(days, reverse=falls), f"{turn}: {days[:4]}")
    need("sort=since" in state_of(page), "the address says the order")
    page.locator("[role=columnheader]", has_text="Severity").locator("button").click()
    need("sort" not in state_of(page), "the first order is not said")


def opens_a_finding(page, file, looker):
    page.locator("#grid [role=row][data-position='0']").click()
    pane = page.locator("#detail")
    text = pane.inner_text()
    for part in ["Excerpt, masked", "What to do", "Why it is reported", "Where it comes from", "Came with", "stanch ignore st1:", "--reason", "stanch explain"]:
        need(part in text, f"the pane has no {part!r}")
    need(pane.locator("mark").count() > 0 and "*" in pane.locator("mark").first.inner_text(), "what is marked is masked")
    state = state_of(page)
    need("open=st1" in state, "the address names the finding")
    title = pane.locator("#detail-title").inner_text()
    with looker.page(file, state) as other:
        need(other.locator("#detail-title").inner_text() == title, "the address opens the same finding elsewhere")
    page.get_by_role("button", name="Next finding").click()
    need(state_of(page) != state, "the next finding is another one")
    page.go_back()
    need(state_of(page) == state, "back is the finding before")
    page.keyboard.press("Escape")
    need(pane.is_hidden(), "Escape closes")


def keys_work(page):
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("/")
    need(page.evaluate("document.activeElement.id") == "query", "/ goes to the search")
    page.keyboard.type("token")
    need(page.input_value("#query") == "token" and "q=token" in state_of(page), "typing searches")
    page.keyboard.press("Escape")
    need(page.input_value("#query") == "", "Escape empties the search")
    page.keyboard.press("ArrowDown")
    need(page.evaluate("document.activeElement.id") == "grid", "down goes to the list")
    active = lambda: page.locator(f"#{page.get_attribute('#grid', 'aria-activedescendant')}").get_attribute("data-position")
    for key, expected in [("ArrowDown", "1"), ("j", "2"), ("k", "1"), ("ArrowUp", "0")]:
        page.keyboard.press(key)
        need(active() == expected, f"{key}: row {active()}")
    page.keyboard.press("End")
    need(int(active()) == shown(page)[0] - 1, "End is the last row")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    need(page.evaluate("document.activeElement.id") == "detail", "Enter opens, and the pane has the focus")
    page.keyboard.press("j")
    need("2 of" in page.locator(".detail-bar").inner_text(), "j in the pane is the next finding")
    page.keyboard.press("Escape")
    need(page.evaluate("document.activeElement.id") == "grid", "Escape gives the focus back")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    need(outline != "none", "the focus is visible")
    page.keyboard.press("Tab")
    page.locator("body").click(position={"x": 5, "y": 5})


def prints(page):
    page.emulate_media(media="print")
    page.wait_for_timeout(100)
    count = page.locator("#paper article > header").count()
    total = shown_total(page)
    need(count == total, f"{count} of {total} findings are on paper")
    need(page.locator("#paper").is_visible() and page.locator("#grid").is_hidden(), "paper has the findings, and no list that scrolls")
    need(page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "paper is not too narrow")
    pdf = page.pdf(format="A4")
    pages = pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/")
    need(pages > total // 12, f"{total} findings are on {pages} pages")
    page.emulate_media(media="screen")
    page.wait_for_timeout(100)
    need(page.locator("#paper article").count() == 0, "the paper is empty again")


def is_inert(page):
    """Hostile names are shown, as text, and nothing of them has run."""
    page.fill("#query", "uploads/")
    need(shown(page)[0] >= len(trees.HOSTILE) - 1, f"hostile files are found: {shown(page)}")
    text = page.locator("#grid").inner_text()
    for needle in ["<img src=x", "javascript:document", "\\u{202e}", "\\x1b[31m", "<script>document"]:
        need(needle in text, f"{needle!r} is not shown as text")
    need("\u202e" not in text and "\x1b" not in text, "hidden characters are shown in a visible form")
    for position in range(shown(page)[0]):
        page.locator(f"#grid [data-position='{position}']").click()
        page.keyboard.press("Escape")
    need(page.evaluate("document.title").startswith("stanch report"), "nothing has run")
    need(page.locator("main img, main a[href^=javascript], main iframe").count() == 0, "no elements have been made of text")
    page.fill("#query", "")


EVERYTHING = {
    "protected-document": ["of the document is here: 42 %", "of this file is the document's: 81 %", "substantial", "confidential", "2 passages", "7:1 to 9:9", "100 to 1,300"],
    "acme-token": ["a%FF.zip", "utf-16le", "base64", "0644", "can read it", "and 2 more", "Acme id", "staged for the next commit", "removed, but in the history",
                   "and 3 more", "4 versions", "The same secret elsewhere", "stanch ignore st1:00bb"],
    "list.csv": ["allowed by somebody", "for other", "2030-01-01", "A word that has no effect", "more than 900", "1:1, 5:1"],
    "known.csv": ["known from a baseline", "A baseline knows it"],
}


def tells_everything(looker, file):
    """Whatever a finding can have is in its pane, and nothing hostile in it acts."""
    with looker.page(file) as page:
        for words, parts in EVERYTHING.items():
            page.fill("#query", words)
            need(shown(page) == (1, 4), f"{words}: {shown(page)}")
            page.locator("#grid [data-position='0']").click()
            text = page.locator("#detail").inner_text()
            for part in parts:
                need(part in text, f"{words}: no {part!r} in {text}")
            need(words != "list.csv" or "stanch ignore" not in text, "an odd id gives no command to copy")
            need("\u202e" not in text, "hidden characters are shown in a visible form")
            page.keyboard.press("Escape")
        page.fill("#query", "")
        page.locator("#grid [data-position='0']").click()
        for needle in ["interrupted", "1 item was not fully examined"]:
            need(needle in page.locator("#verdict").inner_text(), needle)
        need(page.locator("a[href^='javascript'], main img, main iframe").count() == 0, "no elements have been made of text")
        crumbs = [tile.get_attribute("title") for tile in page.locator("#map .tile").all()]
        need(any(crumb.startswith("a.zip!") for crumb in crumbs), f"a container is a folder of the map: {crumbs}")
        need(page.evaluate("document.title").startswith("stanch report"), "nothing has run")


def fits(looker, file):
    """Nothing is cut off at the widths people have."""
    for width in [1280, 800, 400]:
        with looker.page(file, width=width) as page:
            page.locator("#grid [data-position='0']").scroll_into_view_if_needed()
            need(page.evaluate("document.documentElement.scrollWidth") <= width, f"the page is wider than {width}")
            cut = page.evaluate("""() => [...document.querySelectorAll('.badge, .facet h3, .term dt, [role=columnheader] button, .facet-bar .number')]
                .filter((e) => e.offsetWidth && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline').map((e) => e.textContent)""")
            need(not cut, f"cut off at {width}: {cut[:5]}")


def is_accessible(looker, file):
    if not AXE.exists():
        print("skipped: accessibility")
        return
    for scheme in ["light", "dark"]:
        for state in ["", "open"]:
            with looker.page(file, scheme=scheme, axe=True) as page:
                if state:
                    page.locator("#grid [data-position='0']").click()
                    page.locator(".facet-bar").first.click()
                page.add_script_tag(path=AXE)
                page.wait_for_timeout(200)
                found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.map((v) => [v.id, v.nodes.length, v.nodes[0].html, v.nodes[0].failureSummary]))")
                need(page.evaluate("axe.run(document).then((r) => r.passes.length)") > 20, "axe has looked at little")
                need(not found, f"axe, {scheme} {state}: {json.dumps(found, indent=1)}")


def reads_without_script(looker, file):
    context = looker.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    need(page.locator("noscript table tr, table tr").count() > 10, "without script there is a table")
    need("Not everything in scope was examined" in page.inner_text("body"), "without script the gaps are told")
    context.close()


def is_fast(looker, file):
    """A hundred thousand findings: the best of some tries, since other work on the machine is not the page's."""
    ready, key = [], []
    for _ in range(3):
        with looker.page(file) as page:
            need(shown(page) == (MANY, MANY), f"{shown(page)} of {MANY}")
            ready.append(page.evaluate("performance.getEntriesByName('ready')[0].startTime"))
            for letters in ["t", "te", "team-7/repo-1"]:
                key.append(page.evaluate(KEYSTROKE, letters))
            need(0 < shown(page)[0] < MANY, "the search finds some")
            page.keyboard.press("End")
            need(page.locator("#grid [role=row]").count() < 80, "only rows in sight are elements")
    print(f"  {MANY:,} findings, {file.stat().st_size / 1e6:.0f} MB: ready after {min(ready):.0f} ms, a keystroke takes {min(key):.0f} to {sorted(key)[len(key) // 2]:.0f} ms")
    need(min(ready) < 1000, f"ready after {ready}")
    need(min(key) < 1000, f"keystrokes take {key}")


# From the key to the frame that shows its effect.
KEYSTROKE = """async (letters) => {
  const query = document.getElementById('query');
  const begin = performance.now();
  query.value = letters;
  query.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
  return performance.now() - begin;
}"""


def takes_pictures(looker, file):
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in ["light", "dark"]:
        with looker.page(file, scheme=scheme, height=1000) as page:
            page.locator("#grid [data-position='3']").click()
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_timeout(200)
            target = PICTURES / f"report-{scheme}.png"
            page.screenshot(path=target, full_page=True)
            smaller(target)
            need(target.stat().st_size < 200_000, f"{target.name} has {target.stat().st_size} bytes")
            print(f"  {target.name}: {target.stat().st_size:,} bytes")


def smaller(target):
    """A picture of text needs no more than 256 colours."""
    from PIL import Image

    picture = Image.open(target).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def reports(maker):
    """The reports that are looked at: of a repository, the same from JSON Lines, and a large one."""
    tree = SCRATCH / "acme-shop"
    trees.repository(tree, maker)
    one, lines = SCRATCH / "report.html", SCRATCH / "report.jsonl"
    stanch("scan", "--isolated", "--quiet", "--history", tree.name, "--report", f"html={one}", "--report", f"jsonl={lines}", ends=(1,))
    again = SCRATCH / "again.html"
    stanch("report", "--isolated", lines, "-o", again)
    need(again.read_bytes() == one.read_bytes(), "`stanch report` and `--report html` differ")
    trees.everything(SCRATCH / "everything.jsonl")
    stanch("report", "--isolated", SCRATCH / "everything.jsonl", "-o", SCRATCH / "everything.html")
    trees.many(SCRATCH / "many.jsonl", MANY)
    many = SCRATCH / "many.html"
    stanch("report", "--isolated", SCRATCH / "many.jsonl", "-o", many)
    return one, lines, many


def main():
    # Pictures are the same every time; what is tried is not.
    pictures = "--pictures" in sys.argv
    maker = trees.Maker(3 if pictures else None)
    begun = time.time()
    one, lines, many = reports(maker)
    holds_no_secret([one], maker)
    has_no_open_markup(one)
    with sync_playwright() as playwright:
        looker = Looker(playwright)
        if pictures:
            takes_pictures(looker, one)
            return
        with looker.page(one) as page:
            data_is_the_report(page, lines)
            for look in [coverage_comes_first, filters_work, sorts, keys_work, prints, is_inert]:
                print(f"- {look.__name__.replace('_', ' ')}")
                look(page)
            print("- opens a finding")
            opens_a_finding(page, one, looker)
        print("- tells everything")
        tells_everything(looker, SCRATCH / "everything.html")
        is_accessible(looker, SCRATCH / "everything.html")
        for look in [fits, is_accessible, reads_without_script]:
            print(f"- {look.__name__.replace('_', ' ')}")
            look(looker, one)
        print("- is fast")
        is_fast(looker, many)
        looker.browser.close()
    print(f"the page does what it says ({time.time() - begun:.0f} s)")


main()
