// Which findings are shown, in which order, and how the page's address says so.

/** Ways to group findings. `codes` has a number for each row, `words` a word for each number. */
const FACETS = [
  { name: "severity", title: "Severity", codes: columns.severity, words: SEVERITIES, order: "down" },
  { name: "status", title: "Status", codes: columns.status, words: STATUSES, order: "up" },
  { name: "confidence", title: "Confidence", codes: columns.confidence, words: CONFIDENCES, order: "down" },
  { name: "age", title: "Age", codes: Uint8Array.from(columns.since, ageOf), words: AGES, labels: AGE_WORDS, order: "up" },
  {
    name: "rule",
    title: "Rule",
    codes: columns.rule,
    words: overview.rules.map((rule) => rule.id),
    labels: overview.rules.map((rule) => rule.title || rule.id),
    order: "count",
  },
  {
    name: "owner",
    title: "Owner",
    codes: columns.owner.map((owner) => (owner < 0 ? columns.owners.length : owner)),
    words: [...columns.owners, NOBODY],
    order: "count",
  },
];

/** What sorts rows: columns of numbers, since tables of words are sorted already. */
const SORTS = {
  severity: columns.severity,
  rule: columns.rule,
  path: columns.path,
  owner: columns.owner,
  since: columns.since,
  status: columns.status,
};

const state = { query: "", path: "", sort: "", open: null, chosen: {} };

function clearChosen() {
  for (const facet of FACETS) state.chosen[facet.name] = new Set();
}
clearChosen();

/** Takes the state from the page's address. */
function readAddress() {
  const said = new URLSearchParams(location.hash.slice(1));
  state.query = said.get("q") || "";
  state.path = said.get("path") || "";
  state.sort = Object.hasOwn(SORTS, (said.get("sort") || "").replace(/^-/, "")) ? said.get("sort") : "";
  state.open = said.has("open") ? rowNamed(said.get("open")) : null;
  clearChosen();
  for (const facet of FACETS) {
    for (const word of said.getAll(facet.name)) {
      const code = facet.words.indexOf(word);
      if (code >= 0) state.chosen[facet.name].add(code);
    }
  }
}

function address() {
  const said = new URLSearchParams();
  if (state.query) said.set("q", state.query);
  for (const facet of FACETS) {
    for (const code of state.chosen[facet.name]) said.append(facet.name, facet.words[code]);
  }
  if (state.path) said.set("path", state.path);
  if (state.sort) said.set("sort", state.sort);
  if (state.open !== null) said.set("open", nameOf(state.open));
  return `#${said}`;
}

/** Says the state in the page's address: as a new step for "back", or in place of the last one. */
function writeAddress(step) {
  const next = address();
  if (next === (location.hash || "#")) return;
  if (step === "new") history.pushState(null, "", next);
  else history.replaceState(null, "", next);
}

/** One flag for each path: at or under `path`. */
function flagsOfPath(path) {
  if (!path) return null;
  const inside = (other) => other.startsWith(path) && (other.length === path.length || /[/!]$/.test(path) || "/!".includes(other[path.length]));
  return Uint8Array.from(columns.paths, (other) => (inside(other) ? 1 : 0));
}

const lowered = (() => {
  let tables = null;
  return () => {
    tables ||= {
      paths: columns.paths.map((word) => word.toLowerCase()),
      owners: columns.owners.map((word) => word.toLowerCase()),
      rules: overview.rules.map((rule) => `${rule.id} ${rule.title}`.toLowerCase()),
      previews: columns.preview.map((word) => word.toLowerCase()),
      ids: columns.id.map((word) => word.toLowerCase()),
    };
    return tables;
  };
})();

/** One flag for each row: every word of the query stands in it, and none with a minus. */
function flagsOfQuery(query) {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word && word !== "-");
  if (words.length === 0) return null;
  const flags = new Uint8Array(total).fill(1);
  const { paths, owners, rules, previews, ids } = lowered();
  for (const word of words) {
    const isOut = word.startsWith("-") && word.length > 1;
    const needle = isOut ? word.slice(1) : word;
    const has = (text) => (text.includes(needle) ? 1 : 0);
    const inPath = Uint8Array.from(paths, has);
    const inOwner = Uint8Array.from(owners, has);
    const inRule = Uint8Array.from(rules, has);
    for (let row = 0; row < total; row += 1) {
      const hit =
        inPath[columns.path[row]] ||
        inRule[columns.rule[row]] ||
        (columns.owner[row] >= 0 && inOwner[columns.owner[row]]) ||
        has(previews[row]) ||
        has(ids[row]);
      if (Boolean(hit) === isOut) flags[row] = 0;
    }
  }
  return flags;
}

/** The rows that fit, in order, and for each facet how many would fit for each of its words. */
function select() {
  const byPath = flagsOfPath(state.path);
  const byQuery = flagsOfQuery(state.query);
  const chosen = FACETS.map((facet) => {
    const codes = state.chosen[facet.name];
    return codes.size ? Uint8Array.from(facet.words, (_, code) => (codes.has(code) ? 1 : 0)) : null;
  });
  const counts = FACETS.map((facet) => new Uint32Array(facet.words.length));
  const rows = [];
  for (let row = 0; row < total; row += 1) {
    if (byPath && !byPath[columns.path[row]]) continue;
    if (byQuery && !byQuery[row]) continue;
    // A facet's own choice does not lower its counts: one can always choose more.
    let failed = -1;
    let isOut = false;
    for (let index = 0; index < FACETS.length; index += 1) {
      if (chosen[index] && !chosen[index][FACETS[index].codes[row]]) {
        isOut = failed >= 0;
        if (isOut) break;
        failed = index;
      }
    }
    if (isOut) continue;
    if (failed >= 0) {
      counts[failed][FACETS[failed].codes[row]] += 1;
      continue;
    }
    rows.push(row);
    for (let index = 0; index < FACETS.length; index += 1) counts[index][FACETS[index].codes[row]] += 1;
  }
  return { rows: sorted(rows), counts };
}

/** Unsorted, rows stand with the gravest first; of equals, the one found first. */
function sorted(rows) {
  if (!state.sort) return rows;
  const falls = state.sort.startsWith("-");
  const column = SORTS[state.sort.replace(/^-/, "")];
  const value = (row) => column[row] ?? -1e9;
  const turn = falls ? -1 : 1;
  return rows.sort((a, b) => turn * (value(a) - value(b)) || columns.path[a] - columns.path[b] || columns.line[a] - columns.line[b] || a - b);
}
