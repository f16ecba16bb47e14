// Puts the page together: state in, everything drawn.

const page = { rows: [], counts: [], drawLater: 0 };

/** Draws everything that depends on the filters. */
function refresh(keep) {
  const { rows, counts } = select();
  page.rows = rows;
  page.counts = counts;
  showRows(rows, keep);
  byId("count").textContent = rows.length === total ? counted(total, "finding") : `${grouped(rows.length)} of ${counted(total, "finding")}`;
  const query = byId("query");
  if (query.value !== state.query) query.value = state.query;
  drawChips();
  // Pictures may come a frame later than what is typed for.
  cancelAnimationFrame(page.drawLater);
  page.drawLater = requestAnimationFrame(() => {
    drawFacets(counts, choose);
    drawMap(rows, enter);
    drawTime(rows);
  });
}

function choose(facet, code) {
  const chosen = state.chosen[facet.name];
  if (!chosen.delete(code)) chosen.add(code);
  writeAddress("new");
  refresh();
}

function enter(path) {
  state.path = path;
  writeAddress("new");
  refresh();
}

function sortBy(column) {
  const now = state.sort || "-severity";
  const name = now.replace(/^-/, "");
  const turned = name === column.sort ? (now.startsWith("-") ? column.sort : `-${column.sort}`) : column.first + column.sort;
  state.sort = turned === "-severity" ? "" : turned;
  writeAddress("new");
  refresh("keep");
}

/** What is filtered for, each with a button that takes it away. */
function drawChips() {
  const chips = [];
  const chip = (words, drop) =>
    chips.push(make("button", { type: "button", class: "chip", "aria-label": `Remove filter ${words}`, onclick: () => { drop(); writeAddress("new"); refresh(); } }, words, make("span", { "aria-hidden": "true" }, " ✕")));
  if (state.query) chip(`“${shown(state.query)}”`, () => (state.query = ""));
  if (state.path) chip(`under ${shown(state.path)}`, () => (state.path = ""));
  for (const facet of FACETS) {
    for (const code of state.chosen[facet.name]) chip(`${facet.title}: ${shown(facet.words[code])}`, () => state.chosen[facet.name].delete(code));
  }
  if (chips.length > 1) {
    chips.push(make("button", { type: "button", class: "chip all", onclick: () => { state.query = ""; state.path = ""; clearChosen(); writeAddress("new"); refresh(); } }, "Remove all"));
  }
  byId("chips").replaceChildren(...chips);
}

function openRow(row, focus) {
  state.open = row;
  writeAddress("new");
  drawOpen();
  if (focus) byId("detail").focus();
}

function closeRow() {
  state.open = null;
  writeAddress("new");
  drawOpen();
  byId("grid").focus({ preventScroll: true });
}

/** Shows the open finding, or none. */
function drawOpen() {
  const pane = byId("detail");
  document.body.classList.toggle("has-detail", state.open !== null);
  if (state.open === null) {
    pane.hidden = true;
    pane.replaceChildren();
    drawRows();
    return;
  }
  const at = list.rows.indexOf(state.open);
  if (at >= 0) moveActive(at);
  const go = (row) => openRow(row, "focus");
  const isThere = drawDetail(state.open, { close: closeRow, go });
  if (!isThere) document.addEventListener("DOMContentLoaded", drawOpen, { once: true });
}

/** Keys that work anywhere but where text is typed. */
function pageKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches?.("input, textarea, select");
  if (event.key === "Escape") {
    if (isTyping && state.query) search("");
    else if (isTyping) byId("grid").focus();
    else if (state.open !== null) closeRow();
    else return;
  } else if (isTyping) {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    byId("grid").focus();
  } else if (event.key === "/") {
    byId("query").focus();
    byId("query").select();
  } else if (event.target.id === "grid" || ((event.key === "j" || event.key === "k") && !event.target.closest("button, a, summary"))) {
    if (!listKey(event.key)) return;
    if (event.target.id !== "grid" && state.open === null) byId("grid").focus({ preventScroll: true });
    else if (state.open !== null && event.target.id !== "grid") openRow(list.rows[list.active], "focus");
  } else return;
  event.preventDefault();
}

function search(text) {
  state.query = text;
  writeAddress("same");
  refresh();
}

/** Light, dark, or as the system has it. */
function prepareTheme() {
  const button = byId("theme");
  const themes = ["auto", "light", "dark"];
  const kept = (() => {
    try {
      return localStorage.getItem("stanch-theme");
    } catch {
      return null;
    }
  })();
  let theme = themes.includes(kept) ? kept : "auto";
  const show = () => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Colours: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try {
      localStorage.setItem("stanch-theme", theme);
    } catch {
      // Without a place to remember it, it holds for this visit.
    }
    show();
  });
  show();
}

function writeFoot() {
  const digest = shown(overview.runs[0]?.run?.rules_digest);
  byId("foot").append(
    "Values are shortened or masked; this file holds no secret in clear. It still tells where secrets are: share it as you would share those files.",
    digest ? make("span", { class: "hint" }, ` Rules ${digest.slice(0, 16)}.`) : "",
  );
}

function begin() {
  byId("page").hidden = false;
  prepareTheme();
  writeSubject();
  writeVerdict();
  writeCoverage();
  writeFoot();
  readAddress();
  buildList({ sort: sortBy, open: openRow });
  refresh();
  drawOpen();
  preparePaper(() => page.rows);
  byId("query").addEventListener("input", (event) => search(event.target.value));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("grid").focus();
  });
  addEventListener("keydown", pageKey);
  for (const event of ["popstate", "hashchange"]) {
    addEventListener(event, () => {
      if (address() === (location.hash || "#")) return;
      readAddress();
      refresh("keep");
      drawOpen();
    });
  }
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    drawMap(page.rows, enter);
    drawTime(page.rows);
  });
  performance.mark("ready");
  document.documentElement.dataset.ready = "yes";
}

begin();
