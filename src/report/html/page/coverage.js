// Coverage comes first: a report of nothing is worth as much as what was looked at.

const UNIT_WORDS = [
  ["scanned", "examined"],
  ["partial", "in part"],
  ["skipped", "left out by policy"],
  ["failed", "not examined"],
];

function writeSubject() {
  const targets = overview.runs.flatMap((run) => run.run?.targets || []);
  const named = targets.length > 6 ? [...targets.slice(0, 6), `and ${targets.length - 6} more`] : targets;
  const version = overview.runs[0]?.tool?.version;
  byId("subject").append(
    "Scan of ",
    ...named.flatMap((target, index) => [index ? ", " : "", foreign(target)]),
    version ? ` with stanch ${shown(version)}` : "",
  );
}

/** The one sentence that somebody in a hurry needs. */
function writeVerdict() {
  const numbers = SEVERITIES.map(() => 0);
  for (let row = 0; row < total; row += 1) numbers[columns.severity[row]] += columns.status[row] === 0 ? 1 : 0;
  const counting = numbers.reduce((all, number) => all + number, 0) + overview.cut;
  const parts = SEVERITIES.map((word, code) => [word, numbers[code]]).filter(([, number]) => number > 0).reverse();
  const complete = overview.summary.complete === true;
  const verdict = byId("verdict");
  verdict.className = counting > 0 ? "found" : complete ? "clean" : "open";
  verdict.append(
    make("p", { class: "large" }, counting ? `${counted(counting, "finding")}` : "No findings"),
    make(
      "p",
      { class: "parts" },
      parts.map(([word, number]) => make("span", { class: `badge ${word}` }, `${grouped(number)} ${word}`)),
    ),
    make("p", { class: "state" }, mark(complete), completenessInWords()),
  );
}

function mark(good) {
  return make("span", { class: good ? "sign good" : "sign bad", "aria-hidden": "true" }, good ? "✓" : "!");
}

function completenessInWords() {
  const { summary, runs } = overview;
  if (summary.complete === true) return "Everything in scope was examined.";
  const cut = runs.filter((run) => !run.summary).length;
  const gaps = (summary.units?.partial || 0) + (summary.units?.failed || 0);
  const reasons = [];
  if (gaps) reasons.push(`${counted(gaps, "item")} ${gaps === 1 ? "was" : "were"} not fully examined`);
  if (summary.interrupted) reasons.push("the run was interrupted");
  if (cut) reasons.push("a report was cut off before its end");
  return `Not complete: ${reasons.join("; ") || "the run says so"}.`;
}

/** "1,204 items = 1,190 examined + 4 in part + …", and a bar of the same. */
function equation(units, word) {
  const sum = UNIT_WORDS.reduce((all, [name]) => all + (units[name] || 0), 0);
  const terms = UNIT_WORDS.flatMap(([name, words], index) => [
    make("span", { class: "sign", "aria-hidden": "true" }, index ? "+" : "="),
    make("div", { class: `term ${name}` }, make("dt", {}, words), make("dd", {}, grouped(units[name]))),
  ]);
  const whole = make("div", { class: "term" }, make("dt", {}, word), make("dd", {}, grouped(units.enumerated)));
  const nodes = [make("dl", { class: "equation" }, whole, terms), stackedBar(units, sum)];
  if (sum !== units.enumerated) {
    nodes.push(make("p", { class: "alarm" }, "These numbers do not add up: do not trust this report."));
  }
  return nodes;
}

function stackedBar(units, sum) {
  const bar = make("div", { class: "stack", "aria-hidden": "true" });
  for (const [name] of UNIT_WORDS) {
    if (!units[name]) continue;
    const part = make("span", { class: name });
    // A share too small to see is shown all the same.
    part.style.flexGrow = Math.max(units[name] / sum, 0.004);
    bar.append(part);
  }
  return bar;
}

function writeCoverage() {
  const { summary } = overview;
  const section = byId("coverage");
  if (summary.units) section.append(...equation(summary.units, "items"));
  else section.append(make("p", { class: "alarm" }, "The report does not say what was examined."));
  section.append(make("div", { class: "columns" }, reasonsTable(), factsTable()));
  if (overview.runs.length > 1) section.append(runsTable());
}

/** Reasons why something was not wholly examined, what failed first, with the items by name. */
function reasonsTable() {
  const order = ["failed", "partial", "skipped"];
  const groups = new Map();
  for (const skip of overview.skips) {
    const key = `${order.indexOf(skip.status)} ${skip.code}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(skip);
  }
  const box = make("div", {}, make("h3", {}, "What was not, and why"));
  if (groups.size === 0) {
    const { partial = 0, skipped = 0, failed = 0 } = overview.summary.units || {};
    const words = partial + skipped + failed ? "The report names nothing of it." : "Nothing was left out.";
    box.append(make("p", { class: "hint" }, words));
    return box;
  }
  for (const [, skips] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) box.append(reasonGroup(skips));
  if (overview.unnamed_skips) {
    box.append(make("p", { class: "hint" }, `${grouped(overview.unnamed_skips)} more are counted, but not named here.`));
  }
  return box;
}

/** So many gaps are named without a click. */
const FEW = 5;

function reasonGroup(skips) {
  const { status, code } = skips[0];
  const count = Math.max(overview.summary.by_reason?.[code] || 0, skips.length);
  const words = UNIT_WORDS.find(([name]) => name === status)?.[1] || status;
  const most = 200;
  const items = skips.slice(0, most).map((skip) => {
    const place = [skip.path, ...(skip.members || [])].join("!");
    return make("li", {}, foreign(place), make("span", { class: "why" }, shown(skip.reason)));
  });
  if (count > items.length) items.push(make("li", { class: "hint" }, `and ${grouped(count - items.length)} more`));
  return make(
    "details",
    { class: `reason ${shown(status)}`, open: status !== "skipped" && count <= FEW },
    make(
      "summary",
      {},
      make("span", { class: "number" }, grouped(count)),
      make("span", { class: "code" }, shown(code)),
      make("span", { class: "what" }, words),
    ),
    make("ul", {}, items),
  );
}

function factsTable() {
  const { summary, runs } = overview;
  const run = runs[0]?.run || {};
  const allowed = Object.entries(summary.allowed || {}).map(([means, number]) => `${grouped(number)} by ${shown(means)}`);
  const inside = summary.parts;
  const facts = [
    ["Read", summary.bytes === undefined ? null : bytesInWords(summary.bytes)],
    ["Inside containers", inside ? `${counted(inside.enumerated, "part")}: ${partsInWords(inside)}` : null],
    ["Rules in force", run.rules === undefined ? null : `${grouped(run.rules)}, digest ${shown(run.rules_digest).slice(0, 16)}`],
    ["Confidence shown", run.min_confidence && `${shown(run.min_confidence)} or more`],
    ["Fails from severity", run.fail_on && `${shown(run.fail_on)}: ${counted(summary.failing || 0, "finding")}`],
    ["Below that confidence", summary.hidden ? `${counted(summary.hidden, "finding")}, not in this report` : null],
    ["Known from a baseline", summary.known ? counted(summary.known, "finding") : null],
    ["Allowed", allowed.length ? allowed.join(", ") : null],
    ["On old lines", summary.on_old_lines ? counted(summary.on_old_lines, "finding") : null],
    ["Clean since last time", summary.reused ? `${counted(summary.reused, "item")}, not read again` : null],
    ["Told twice", overview.repeated ? `${counted(overview.repeated, "finding")}, shown once` : null],
    ["Left out here", overview.cut ? `${counted(overview.cut, "finding")}: this page holds the gravest ${grouped(total)}` : null],
  ];
  const rows = facts.filter(([, value]) => value);
  return make(
    "div",
    {},
    make("h3", {}, "How it was looked"),
    make("dl", { class: "facts" }, rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))),
  );
}

function partsInWords(units) {
  const parts = UNIT_WORDS.filter(([name]) => units[name]).map(([name, words]) => `${grouped(units[name])} ${words}`);
  return parts.join(", ");
}

function runsTable() {
  const rows = overview.runs.map((run) => {
    const units = run.summary?.units || {};
    const numbers = ["enumerated", "scanned", "partial", "skipped", "failed"].map((name) => make("td", { class: "number" }, run.summary ? grouped(units[name]) : "?"));
    const state = !run.summary ? "cut off" : run.summary.complete ? "complete" : "not complete";
    return make("tr", {}, make("th", { scope: "row" }, shown(run.name) || "run"), numbers, make("td", {}, state));
  });
  const heads = ["Report", "Items", "Examined", "In part", "Left out", "Not examined", "Run"];
  return make(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": "Runs in this report" },
    make(
      "table",
      {},
      make("caption", {}, `${grouped(overview.runs.length)} runs`),
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, rows),
    ),
  );
}
