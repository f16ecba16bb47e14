// One finding with all that is known of it. The same parts stand on paper.

/** Fills the pane with the finding of a row; `close` and `go(row)` are what its buttons do. */
function drawDetail(row, { close, go }) {
  const pane = byId("detail");
  const finding = findingAt(row);
  const at = list.rows.indexOf(row);
  const near = (step, words, sign) =>
    make("button", {
      type: "button", class: "quiet", "aria-label": words, title: words,
      disabled: at < 0 || !(at + step in list.rows), onclick: () => go(list.rows[at + step]),
    }, sign);
  const bar = make(
    "div",
    { class: "detail-bar" },
    make("span", { class: "hint" }, at < 0 ? "" : `${grouped(at + 1)} of ${grouped(list.rows.length)}`),
    near(-1, "Previous finding", "↑"),
    near(1, "Next finding", "↓"),
    make("button", { type: "button", class: "quiet", id: "close", "aria-label": "Close", title: "Close (Esc)", onclick: close }, "✕"),
  );
  const body = finding ? detailParts(finding, row, { go, id: "detail-title" }) : [make("p", { id: "detail-title" }, "The browser still reads this part of the page …")];
  pane.replaceChildren(bar, ...body);
  pane.hidden = false;
  pane.scrollTop = 0;
  return Boolean(finding);
}

/** The parts of a finding, in the order in which people ask. On paper `remedy` is "once": what to do
    stands once for each rule, behind the findings. */
function detailParts(finding, row, { go, id, remedy }) {
  const rule = ruleAt(row) || {};
  return [
    detailHead(finding, row, id),
    excerptPart(finding),
    standingPart(finding),
    remedy === "once" ? null : remedyPart(rule),
    reasonsPart(finding),
    documentPart(finding.document),
    amountPart(finding.amount),
    pairPart(finding.pair),
    gitPart(finding.git),
    exposurePart(finding.exposure),
    elsewherePart(row, go),
    identityPart(finding, rule),
  ].filter(Boolean);
}

function detailHead(finding, row, id) {
  const place = [finding.path, ...(finding.members || [])].join("!");
  const { line, column } = finding.place.start;
  const end = finding.place.end;
  const lines = end && end.line > line ? ` to ${end.line}:${end.column}` : "";
  const status = STATUSES[columns.status[row]];
  return make(
    "header",
    {},
    make(
      "p",
      { class: "badges" },
      make("span", { class: `badge ${shown(finding.severity)}` }, shown(finding.severity)),
      make("span", { class: "badge plain" }, `confidence ${shown(finding.confidence)}`),
      status === "new" ? null : make("span", { class: "badge plain" }, STATUS_WORDS[columns.status[row]]),
      columns.life[row] ? make("span", { class: "badge plain" }, LIVES[columns.life[row]]) : null,
    ),
    make("h3", { id }, shown(finding.title || finding.rule)),
    make("p", { class: "place" }, foreign(`${place}:${line}:${column ?? 1}`), lines),
    finding.path_bytes ? make("p", { class: "hint" }, "exact bytes of the path: ", foreign(finding.path_bytes)) : null,
  );
}

function part(title, ...content) {
  return make("section", { class: "part" }, make("h4", {}, title), ...content);
}

/** Name and value, one below the other; values that are not known leave no line, and what is marked
    "screen-only" none on paper. */
function table(rows) {
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", { class: "facts" }, known.map(([name, value, medium]) => make("div", { class: medium }, make("dt", {}, name), make("dd", {}, value))));
}

function excerptPart(finding) {
  const lines = finding.excerpt || [];
  if (lines.length === 0) return finding.preview ? part("Value, shortened", foreign(finding.preview)) : null;
  const code = make("div", { class: "excerpt", tabindex: "0", role: "region", "aria-label": "Lines around the finding, secrets masked" });
  let before = null;
  for (const { line, text, mark } of lines) {
    if (before !== null && line > before + 1) code.append(make("div", { class: "gap" }, "⋯"));
    before = line;
    code.append(make("div", { class: "code-line" }, make("span", { class: "number" }, grouped(line)), markedText(text, mark)));
  }
  return part("Excerpt, masked", code);
}

/** A line with the finding's own part marked; `range` counts code points. */
function markedText(text, range) {
  const points = Array.from(text || "");
  const [from, to] = range && range[0] < range[1] ? range : [0, 0];
  const piece = (a, b) => visiblePieces(points.slice(a, b).join(""));
  const marked = from < to ? make("mark", {}, piece(from, to)) : null;
  return make("span", { class: "code-text" }, piece(0, from), marked, piece(from < to ? to : 0));
}

/** Text with what is hidden in it set apart, tabs as they are. */
function visiblePieces(text) {
  const pieces = [];
  let done = 0;
  for (const hidden of text.matchAll(HIDDEN)) {
    if (hidden[0] === "\t") continue;
    pieces.push(text.slice(done, hidden.index), make("span", { class: "hidden-char" }, visibleForm(hidden[0])));
    done = hidden.index + hidden[0].length;
  }
  pieces.push(text.slice(done));
  return pieces.filter((piece) => piece !== "");
}

function standingPart(finding) {
  const parts = [];
  if (finding.baseline) parts.push(make("p", {}, "A baseline knows it: ", foreign(finding.baseline)));
  if (finding.suppression) parts.push(grantTable("Allowed by", finding.suppression));
  for (const refused of finding.refused || []) {
    parts.push(make("p", { class: "alarm" }, `A word that has no effect: ${shown(refused.why)}`), grantTable("Said in", refused));
  }
  return parts.length ? part("Standing", ...parts) : null;
}

function grantTable(title, grant) {
  const where = make("span", {}, `${shown(grant.means)}${grant.tool ? ` (for ${shown(grant.tool)})` : ""}, `, foreign(grant.place));
  return table([[title, where], ["Reason", shown(grant.reason)], ["Who answers", shown(grant.owner)], ["Until", shown(grant.until)]]);
}

function remedyPart(rule) {
  if (!rule.remedy && !rule.why) return null;
  const links = (rule.references || []).map((address) => make("li", {}, webLink(address)));
  return part(
    "What to do",
    rule.remedy ? make("p", {}, shown(oneLine(rule.remedy))) : null,
    rule.why ? make("p", { class: "hint" }, shown(oneLine(rule.why))) : null,
    links.length ? make("ul", { class: "links" }, links) : null,
  );
}

function oneLine(text) {
  return text.split(/\s+/).join(" ").trim();
}

function reasonsPart(finding) {
  const reasons = (finding.evidence || []).map((code) => make("li", { title: shown(code) }, overview.evidence[code] || shown(code)));
  const steps = finding.via || [];
  const way = ["the file's bytes", ...steps.map(shown), "the text above"];
  return part(
    "Why it is reported",
    reasons.length ? make("ul", { class: "reasons" }, reasons) : make("p", { class: "hint" }, "its form alone"),
    steps.length ? make("p", {}, "Found in decoded text: ") : null,
    steps.length ? make("ol", { class: "way" }, way.map((step) => make("li", {}, step))) : null,
  );
}

/** Two shares and the passages: where, and how much; never the protected text. */
function documentPart(found) {
  if (!found) return null;
  const meter = (words, share) => {
    if (share === undefined || share === null) return null;
    const value = Math.min(1, Math.max(0, Number(share)));
    const fill = make("span", { class: "fill" });
    fill.style.width = `${100 * value}%`;
    return make("div", { class: "meter" }, make("span", {}, `${words}: ${percent(value)}`), make("span", { class: "track", "aria-hidden": "true" }, fill));
  };
  const at = ({ line, column }) => `${line}:${column}`;
  const rows = (found.passages || []).map((passage) =>
    make("tr", {},
      make("td", {}, `${at(passage.start)} to ${at(passage.end)}`),
      make("td", { class: "number" }, grouped(passage.symbols)),
      make("td", { class: "number" }, grouped(passage.fingerprints)),
      make("td", {}, passage.document_symbols ? passage.document_symbols.map(grouped).join(" to ") : ""),
    ));
  const heads = ["In this file", "Symbols", "Fingerprints", "In the document, symbols"];
  return part(
    "Protected document",
    table([
      ["Document", shown(found.title || found.id)],
      ["Id", found.title ? shown(found.id) : null],
      ["Family", shown(found.family)],
      ["Classification", shown(found.classification)],
      ["Owner", shown(found.owner)],
      ["How much", shown(found.level)],
      ["Compared", shown(found.profile)],
    ]),
    meter("of the document is here", found.document_fraction),
    meter("of this file is the document's", found.file_fraction),
    rows.length
      ? make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Passages" },
          make("table", {}, make("caption", {}, counted(rows.length, "passage")),
            make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
            make("tbody", {}, rows)))
      : null,
  );
}

function amountPart(amount) {
  if (!amount) return null;
  const places = (amount.places || []).map(({ start }) => `${start.line}:${start.column}`).join(", ");
  const distinct = `${amount.is_more ? "more than " : ""}${grouped(amount.distinct)}`;
  return part("How much", table([["Values", grouped(amount.count)], ["Different ones", distinct], ["The first at", places]]));
}

function pairPart(pair) {
  if (!pair) return null;
  const { line, column } = pair.place.start;
  return part("What belongs to it", table([[shown(pair.title || pair.rule), foreign(pair.preview)], ["At", `${line}:${column}`]]));
}

function gitPart(git) {
  if (!git) return null;
  const parts = { "file-name": "the name of a file", reference: "the name of a reference", staged: "staged for the next commit", commit: "a commit's message", tag: "a tag", tree: "a directory" };
  const references = (git.references || []).flatMap((name, index) => [index ? ", " : "", foreign(name)]);
  if (git.more_references) references.push(` and ${grouped(git.more_references)} more`);
  const others = (git.other_paths || []).map((path) => make("li", {}, foreign(path)));
  const now = git.in_head === undefined ? null : git.in_head ? "still in HEAD" : git.removed ? "removed, but in the history" : "in the history only";
  return part(
    "Where it comes from",
    table([
      ["Stands in", parts[git.part] || null],
      ["Came with", git.commit ? commitCard(git.commit) : null],
      ["Now", now],
      ["Removed by", git.removed ? commitCard(git.removed) : null],
      ["Reachable from", references.length ? references : null],
      ["Versions", git.versions > 1 ? `${grouped(git.versions)} versions of the file hold it` : null],
      ["Also at", others.length ? make("ul", {}, others) : null],
      ["Object", git.object ? foreign(git.object) : null, "screen-only"],
    ]),
  );
}

function commitCard(commit) {
  return make(
    "div",
    { class: "commit" },
    make("div", {}, foreign(String(commit.id || "").slice(0, 12)), " ", shown(commit.date).slice(0, 10)),
    make("div", { dir: "auto" }, shown(commit.subject)),
    make("div", { class: "hint", dir: "auto" }, `${shown(commit.author)} <${shown(commit.email)}>`),
  );
}

function exposurePart(seen) {
  if (!seen) return null;
  const branches = (seen.branches || []).flatMap((name, index) => [index ? ", " : "", foreign(name)]);
  if (seen.more_branches) branches.push(` and ${grouped(seen.more_branches)} more`);
  return part(
    "Who can see it",
    table([
      ["File", seen.mode ? `mode ${shown(seen.mode)}, user ${shown(seen.owner)}` : null],
      ["Everybody here", seen.world_readable === undefined ? null : seen.world_readable ? "can read it" : "cannot read it"],
      ["Git", shown(seen.standing)],
      ["In HEAD", seen.in_head === undefined ? null : seen.in_head ? "yes" : "no"],
      ["On branches", branches.length ? branches : null],
      ["Remotes", (seen.remotes || []).length ? make("ul", {}, seen.remotes.map((url) => make("li", {}, foreign(url)))) : null],
      ["Published by", seen.published_by ? foreign(seen.published_by) : null],
    ]),
  );
}

function elsewherePart(row, go) {
  const rows = rowsById(columns.id[row]).filter((other) => other !== row);
  if (rows.length === 0) return null;
  const most = 20;
  const items = rows.slice(0, most).map((other) => {
    const { folder, name } = placeAt(other);
    return make("li", {}, make("button", { type: "button", class: "link", dir: "auto", onclick: () => go(other) }, shown(folder + name)));
  });
  if (rows.length > most) items.push(make("li", { class: "hint" }, `and ${grouped(rows.length - most)} more`));
  return part("The same secret elsewhere", make("ul", {}, items));
}

/** Id and commands. What is no id of ours gives no command to copy. */
function identityPart(finding, rule) {
  const commands = [];
  if (/^st\d+:[0-9a-f]+$/i.test(finding.id)) commands.push(`stanch ignore ${finding.id} --reason "..."`);
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(finding.rule)) commands.push(`stanch explain ${finding.rule}`);
  return part(
    "Next",
    commands.map(command),
    table([["Id", foreign(finding.id)], ["Rule", foreign(finding.rule)], ["Provider", shown(rule.provider), "screen-only"], ["Class", shown(rule.class), "screen-only"], ["Bytes", bytesOf(finding), "screen-only"]]),
  );
}

function bytesOf(finding) {
  const bytes = finding.place.bytes;
  return bytes ? `${grouped(bytes.start)} to ${grouped(bytes.end)}` : null;
}

function command(text) {
  const code = make("code", {}, text);
  const button = make("button", { type: "button", class: "quiet", "aria-label": `Copy ${text}`, onclick: () => copy(text, code, button) }, "copy");
  return make("div", { class: "command" }, code, button);
}

/** Copies; where the browser does not allow that, selects. */
async function copy(text, code, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
    setTimeout(() => (button.textContent = "copy"), 1500);
  } catch {
    getSelection().selectAllChildren(code);
  }
}
