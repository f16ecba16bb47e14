// What was found, as the JSON reports tell it. Columns of all findings are at hand; a finding itself
// is parsed when somebody looks at it.

const overview = JSON.parse(byId("overview").textContent);
const columns = overview.findings;
const total = columns.id.length;
const today = Math.floor(Date.now() / 864e5);

const SEVERITIES = ["info", "low", "medium", "high", "critical"];
const CONFIDENCES = ["low", "medium", "high"];
const STATUSES = ["new", "known", "allowed"];
const STATUS_WORDS = ["counts", "known from a baseline", "allowed by somebody"];
const LIVES = ["", "in HEAD", "in history only"];
const AGES = ["week", "month", "year", "three-years", "older", "not-known"];
const AGE_WORDS = ["< 1 week", "< 1 month", "< 1 year", "1 to 3 years", "> 3 years", "not known"];
const NOBODY = "not known";

/** Position among AGES: how long ago the finding came. */
function ageOf(since) {
  if (since === null) return 5;
  const days = today - since;
  if (days < 366) return days < 7 ? 0 : days < 31 ? 1 : 2;
  return days < 1096 ? 3 : 4;
}

const pieces = new Map();

/** The finding of a row; null while the browser still reads that part of the page. */
function findingAt(row) {
  const number = Math.floor(row / overview.piece);
  if (!pieces.has(number)) {
    const element = byId(`piece-${number}`);
    // An element without a successor may still be growing.
    if (!element || (document.readyState === "loading" && !element.nextElementSibling)) return null;
    if (pieces.size > 40) pieces.delete(pieces.keys().next().value);
    pieces.set(number, JSON.parse(element.textContent));
  }
  return pieces.get(number)[row % overview.piece];
}

function pathAt(row) {
  return columns.paths[columns.path[row]];
}

/** The parts of a path with what ends them: "a/", "b.zip!", "c". A `!` ends a part only where members
    of a container begin, `outer` characters into the path. */
function stepsOf(path, outer) {
  const steps = [];
  let first = 0;
  for (let at = 0; at < path.length; at += 1) {
    if (path[at] === "/" || (path[at] === "!" && outer > 0 && at >= outer)) {
      steps.push(path.slice(first, at + 1));
      first = at + 1;
    }
  }
  if (first < path.length) steps.push(path.slice(first));
  return steps;
}

function ruleAt(row) {
  return overview.rules[columns.rule[row]];
}

function ownerAt(row) {
  const owner = columns.owner[row];
  return owner < 0 ? "" : columns.owners[owner];
}

/** Folder and name of a path, with the line behind the name. */
function placeAt(row) {
  const path = pathAt(row);
  const name = stepsOf(path, columns.outer[columns.path[row]]).pop() || path;
  const line = columns.line[row];
  return { folder: path.slice(0, path.length - name.length), name: name + (line ? `:${line}` : "") };
}

/** Rows of the same secret, this one too. */
const rowsById = (() => {
  let table = null;
  return (id) => {
    if (!table) {
      table = new Map();
      columns.id.forEach((key, row) => {
        const rows = table.get(key);
        if (rows) rows.push(row);
        else table.set(key, [row]);
      });
    }
    return table.get(id) || [];
  };
})();

/** How an address names a row: the finding's id, and which of its places. */
function nameOf(row) {
  const place = rowsById(columns.id[row]).indexOf(row);
  return columns.id[row] + (place > 0 ? `~${place + 1}` : "");
}

function rowNamed(name) {
  const [, id, place] = /^(.*?)(?:~(\d+))?$/s.exec(name);
  return rowsById(id)[place ? place - 1 : 0] ?? null;
}
