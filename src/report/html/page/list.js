// The list of findings. Only the rows in sight are elements, so that a hundred thousand scroll freely.

const ROW_HEIGHT = 54;
const HEADS = [
  { name: "severity", title: "Severity", sort: "severity", first: "-" },
  { name: "finding", title: "Finding", sort: "rule", first: "" },
  { name: "where", title: "Where", sort: "path", first: "" },
  { name: "owner", title: "Owner", sort: "owner", first: "" },
  { name: "since", title: "Since", sort: "since", first: "-" },
  { name: "status", title: "Status", sort: "status", first: "" },
];

const list = { rows: [], active: 0, body: null, frame: 0, open: null };

/** Builds the head and what the rows are put into. */
function buildList({ sort, open }) {
  const grid = byId("grid");
  const head = make("div", { role: "row", class: "row head", "aria-rowindex": "1" }, HEADS.map((column) => headCell(column, sort)));
  list.body = make("div", { role: "rowgroup", class: "rows" });
  list.open = open;
  grid.setAttribute("aria-colcount", HEADS.length);
  grid.append(make("div", { role: "rowgroup", class: "heads" }, head), list.body);
  grid.addEventListener("scroll", () => {
    list.frame ||= requestAnimationFrame(() => {
      list.frame = 0;
      drawRows();
    });
  });
  new ResizeObserver(drawRows).observe(grid);
  list.body.addEventListener("click", (event) => {
    const row = event.target.closest("[data-position]");
    if (!row) return;
    list.active = Number(row.dataset.position);
    open(list.rows[list.active]);
  });
}

function headCell(column, sort) {
  const arrow = make("span", { class: "arrow", "aria-hidden": "true" });
  const button = make("button", { type: "button", tabindex: "-1", onclick: () => sort(column) }, column.title, arrow);
  return make("div", { role: "columnheader", class: `cell ${column.name}`, "data-sort": column.sort, "aria-sort": "none" }, button);
}

/** Shows `rows`, from the first on unless `keep` is "keep". */
function showRows(rows, keep) {
  const grid = byId("grid");
  const active = list.rows[list.active];
  list.rows = rows;
  const again = keep === "keep" ? rows.indexOf(active) : -1;
  list.active = Math.max(0, again);
  grid.setAttribute("aria-rowcount", rows.length + 1);
  list.body.style.height = `${rows.length * ROW_HEIGHT}px`;
  if (again < 0) grid.scrollTop = 0;
  byId("none").hidden = rows.length > 0;
  const [name, falls] = [state.sort.replace(/^-/, ""), state.sort.startsWith("-")];
  for (const cell of grid.querySelectorAll("[role=columnheader]")) {
    const isSorted = cell.dataset.sort === (name || "severity");
    const turn = !name || falls ? "descending" : "ascending";
    cell.setAttribute("aria-sort", isSorted ? turn : "none");
    cell.querySelector(".arrow").textContent = isSorted ? (turn === "descending" ? " ▾" : " ▴") : "";
  }
  drawRows();
}

/** Draws the rows in sight, a few around them, and the active one. */
function drawRows() {
  const grid = byId("grid");
  const around = 6;
  const first = Math.max(0, Math.floor(grid.scrollTop / ROW_HEIGHT) - around);
  const last = Math.min(list.rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW_HEIGHT) + around);
  const drawn = [];
  for (let position = first; position < last; position += 1) drawn.push(listRow(position));
  if (list.active < list.rows.length && (list.active < first || list.active >= last)) drawn.push(listRow(list.active));
  list.body.replaceChildren(...drawn);
  if (list.rows.length) grid.setAttribute("aria-activedescendant", `row-${list.active}`);
  else grid.removeAttribute("aria-activedescendant");
}

function listRow(position) {
  const row = list.rows[position];
  const severity = SEVERITIES[columns.severity[row]];
  const status = STATUSES[columns.status[row]];
  const { folder, name } = placeAt(row);
  const owner = shown(ownerAt(row));
  const since = dayInWords(columns.since[row]);
  const gone = columns.life[row] === 2 ? "history only" : "";
  const element = make(
    "div",
    {
      role: "row", id: `row-${position}`, "data-position": position, "aria-rowindex": position + 2,
      "aria-selected": String(position === list.active),
      class: `row ${status === "new" ? "" : "quiet-row"} ${row === state.open ? "is-open" : ""}`,
    },
    cell("severity", make("span", { class: `badge ${severity}` }, severity)),
    cell("finding", two(make("b", {}, shown(ruleAt(row)?.title || ruleAt(row)?.id)), foreign(columns.preview[row]))),
    cell("where", two(foreign(name), foreign(folder))),
    cell("owner", make("span", { dir: "auto", title: owner }, owner)),
    cell("since", two(since, gone)),
    cell("status", make("span", { class: `status ${status}` }, status)),
  );
  element.style.top = `${position * ROW_HEIGHT}px`;
  return element;
}

function cell(name, content) {
  return make("div", { role: "gridcell", class: `cell ${name}` }, content);
}

/** Two lines, the second one quieter. */
function two(first, second) {
  return [make("div", { class: "one" }, first), make("div", { class: "two" }, second)];
}

/** Moves the active row and keeps it in sight. */
function moveActive(to) {
  if (list.rows.length === 0) return;
  const grid = byId("grid");
  list.active = Math.min(list.rows.length - 1, Math.max(0, to));
  const head = grid.firstElementChild.offsetHeight;
  const top = list.active * ROW_HEIGHT;
  const room = grid.clientHeight - head;
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + ROW_HEIGHT > grid.scrollTop + room) grid.scrollTop = top + ROW_HEIGHT - room;
  drawRows();
}

/** What a key does in the list; true when it did something. */
function listKey(key) {
  const screen = Math.max(1, Math.floor(byId("grid").clientHeight / ROW_HEIGHT) - 2);
  const moves = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: screen, PageUp: -screen, Home: -Infinity, End: Infinity };
  if (Object.hasOwn(moves, key)) {
    moveActive(list.active + moves[key]);
    return true;
  }
  if ((key === "Enter" || key === " ") && list.rows.length) {
    list.open(list.rows[list.active], "focus");
    return true;
  }
  return false;
}
