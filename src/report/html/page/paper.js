// On paper nothing can be clicked: the findings that fit the filters are written out, one below the other.

const MOST_ON_PAPER = 2000;

function fillPaper(rows) {
  const paper = byId("paper");
  if (paper.childElementCount) return;
  const kept = rows.slice(0, MOST_ON_PAPER);
  paper.append(make("h2", {}, "Findings"), make("p", {}, paperWords(rows.length, kept.length)));
  for (const row of kept) {
    const finding = findingAt(row);
    if (finding) paper.append(make("article", {}, detailParts(finding, row, { go: () => {}, remedy: "once" })));
  }
  paper.append(...remedies(kept));
}

/** What to do, for each rule of the rows. */
function remedies(rows) {
  const rules = [...new Set(rows.map((row) => columns.rule[row]))].map((code) => overview.rules[code]);
  const told = rules.filter((rule) => rule.remedy || rule.why);
  if (told.length === 0) return [];
  const parts = told.map((rule) => make("article", {}, make("h3", {}, `${shown(rule.title)} (${shown(rule.id)})`), remedyPart(rule)));
  return [make("h2", {}, "What to do"), ...parts];
}

function paperWords(all, kept) {
  const said = [];
  if (state.query) said.push(`search “${shown(state.query)}”`);
  if (state.path) said.push(`under ${shown(state.path)}`);
  for (const facet of FACETS) {
    for (const code of state.chosen[facet.name]) said.push(`${facet.title.toLowerCase()} ${shown(facet.words[code])}`);
  }
  const filters = said.length ? ` Filters: ${said.join(", ")}.` : "";
  const cut = kept < all ? ` The first ${grouped(kept)} are printed; filter, or use the data formats, for the rest.` : "";
  return `${grouped(all)} of ${counted(total, "finding")}.${filters}${cut}`;
}

function emptyPaper() {
  byId("paper").replaceChildren();
}

/** Printing begins with an event in most browsers, and with a change of medium in all. */
function preparePaper(rows) {
  addEventListener("beforeprint", () => fillPaper(rows()));
  addEventListener("afterprint", emptyPaper);
  matchMedia("print").addEventListener("change", (medium) => (medium.matches ? fillPaper(rows()) : emptyPaper()));
}
