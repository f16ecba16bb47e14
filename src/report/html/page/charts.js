// Pictures that are also controls: bars by severity and the like, a map of folders, a line of time.

/** Bars shown of a facet before somebody asks for all. */
const FIRST_BARS = 6;
const MOST_BARS = 200;
const allBars = new Set();

/** Bars of all facets; `choose(facet, code)` is called for a click. */
function drawFacets(counts, choose) {
  const focused = document.activeElement?.dataset?.bar;
  byId("facets").replaceChildren(...FACETS.map((facet, index) => facetPanel(facet, counts[index], choose)));
  if (focused) document.querySelector(`[data-bar="${CSS.escape(focused)}"]`)?.focus();
}

function facetPanel(facet, counts, choose) {
  const chosen = state.chosen[facet.name];
  const used = facet.words.map((_, code) => code).filter((code) => counts[code] > 0 || chosen.has(code));
  if (facet.order === "down") used.reverse();
  if (facet.order === "count") used.sort((a, b) => counts[b] - counts[a] || a - b);
  const isWhole = allBars.has(facet.name) || used.length <= FIRST_BARS + 1;
  const seen = used.slice(0, isWhole ? MOST_BARS : FIRST_BARS);
  const most = Math.max(1, ...counts);
  const bars = seen.map((code) => facetBar(facet, code, counts[code], most, choose));
  const title = make("h3", {}, facet.title);
  const panel = make("div", { class: "panel facet" }, title, make("ul", { class: isWhole ? "tall" : "" }, bars));
  if (used.length === 0) panel.append(make("p", { class: "hint" }, "none"));
  if (used.length > FIRST_BARS + 1) {
    const words = isWhole ? "show fewer" : `all ${grouped(used.length)}`;
    panel.append(
      make("button", {
        type: "button", class: "quiet more", "data-bar": `${facet.name} more`,
        "aria-expanded": String(isWhole), "aria-label": `${facet.title}: ${words}`,
        onclick: () => {
          if (isWhole) allBars.delete(facet.name);
          else allBars.add(facet.name);
          drawFacets(page.counts, choose);
        },
      }, words),
    );
  }
  return panel;
}

function facetBar(facet, code, count, most, choose) {
  const label = shown(facet.labels ? facet.labels[code] : facet.words[code]);
  const isChosen = state.chosen[facet.name].has(code);
  const fill = make("span", { class: `fill ${facet.name === "severity" ? facet.words[code] : ""}` });
  fill.style.width = `${(100 * count) / most}%`;
  return make(
    "li",
    {},
    make(
      "button",
      {
        type: "button", class: "facet-bar", "aria-pressed": String(isChosen),
        "data-bar": `${facet.name} ${facet.words[code]}`, title: label,
        onclick: () => choose(facet, code),
      },
      make("span", { class: "label", dir: "auto" }, label),
      make("span", { class: "number" }, grouped(count)),
      make("span", { class: "track", "aria-hidden": "true" }, fill),
    ),
  );
}

// ---- Where: a squarified treemap (Bruls, Huizing, van Wijk 2000) of one folder at a time.

const MOST_TILES = 36;

/** What lies directly under the folder: path, number of findings, the gravest severity. */
function tilesOf(rows) {
  let folder = state.path;
  for (;;) {
    const tiles = tilesIn(rows, folder);
    // A folder that holds nothing but one other folder is passed through.
    if (tiles.length !== 1 || !/[/!]$/.test(tiles[0].path) || tiles[0].path.length <= folder.length) return { folder, tiles };
    folder = tiles[0].path;
  }
}

function tilesIn(rows, folder) {
  const tiles = new Map();
  // One tile for each path, looked up once.
  const ofPath = new Array(columns.paths.length);
  for (const row of rows) {
    const index = columns.path[row];
    const tile = (ofPath[index] ||= tileOf(index, folder, tiles));
    tile.count += 1;
    tile.by[columns.severity[row]] += 1;
  }
  for (const tile of tiles.values()) tile.worst = tile.by.findLastIndex((number) => number > 0);
  return [...tiles.values()].sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1));
}

function tileOf(index, folder, tiles) {
  const path = columns.paths[index];
  const outer = columns.outer[index];
  const rest = path.startsWith(folder) ? path.slice(folder.length) : "";
  const key = rest ? folder + stepsOf(rest, Math.max(0, outer - folder.length))[0] : path;
  if (!tiles.has(key)) tiles.set(key, { path: key, outer, count: 0, worst: 0, by: SEVERITIES.map(() => 0) });
  return tiles.get(key);
}

/** Draws the map; `enter(path)` is called for a click. */
function drawMap(rows, enter) {
  const map = byId("map");
  const { folder, tiles } = tilesOf(rows);
  drawCrumbs(folder, tiles[0]?.outer || 0, enter);
  const kept = tiles.slice(0, MOST_TILES);
  const rest = tiles.slice(MOST_TILES);
  if (rest.length) {
    const sum = rest.reduce((all, tile) => all + tile.count, 0);
    const by = SEVERITIES.map((_, code) => rest.reduce((all, tile) => all + tile.by[code], 0));
    kept.push({ path: null, count: sum, worst: Math.max(...rest.map((tile) => tile.worst)), by, others: rest.length });
    kept.sort((a, b) => b.count - a.count);
  }
  const width = Math.max(200, map.clientWidth);
  const height = Math.max(120, map.clientHeight);
  const places = squarify(kept.map((tile) => tile.count), width, height);
  map.replaceChildren(...kept.map((tile, index) => mapTile(tile, places[index], folder, enter)));
  if (kept.length === 0) map.append(make("p", { class: "hint" }, "nothing to show"));
}

function mapTile(tile, place, folder, enter) {
  const worst = SEVERITIES[tile.worst];
  const name = tile.path === null ? `${grouped(tile.others)} others` : shown(tile.path.slice(folder.length) || tile.path);
  const words = `${name} ${counted(tile.count, "finding")}, the gravest ${worst}`;
  const button = make(
    "button",
    {
      type: "button", class: `tile ${worst}`, title: words, "aria-label": words,
      disabled: tile.path === null, onclick: () => enter(tile.path),
    },
    make("span", { class: "tile-name", dir: "auto" }, name),
    " ",
    make("span", { class: "tile-count" }, grouped(tile.count)),
    severityStrip(tile.by),
  );
  button.style.left = `${place.x}px`;
  button.style.top = `${place.y}px`;
  button.style.width = `${Math.max(0, place.width - 2)}px`;
  button.style.height = `${Math.max(0, place.height - 2)}px`;
  if (place.width < 44 || place.height < 22) button.classList.add("small");
  return button;
}

/** Shares of the severities, the gravest first. */
function severityStrip(by) {
  const strip = make("span", { class: "strip", "aria-hidden": "true" });
  for (let code = by.length - 1; code >= 0; code -= 1) {
    if (!by[code]) continue;
    const share = make("span", { class: `fill ${SEVERITIES[code]}` });
    share.style.flexGrow = by[code];
    strip.append(share);
  }
  return strip;
}

/** Rectangles for falling `values` that fill `width` x `height`, each as square as may be. */
function squarify(values, width, height) {
  const sum = values.reduce((all, value) => all + value, 0) || 1;
  const areas = values.map((value) => (value * width * height) / sum);
  const places = [];
  let room = { x: 0, y: 0, width, height };
  let first = 0;
  while (first < areas.length) {
    const side = Math.min(room.width, room.height);
    let end = first + 1;
    while (end < areas.length && worstRatio(areas, first, end + 1, side) <= worstRatio(areas, first, end, side)) end += 1;
    room = layRow(areas.slice(first, end), room, places);
    first = end;
  }
  return places;
}

function worstRatio(areas, first, end, side) {
  let sum = 0;
  for (let index = first; index < end; index += 1) sum += areas[index];
  const [largest, smallest] = [areas[first], areas[end - 1]];
  return Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));
}

/** Lays one row along the shorter side of the room; returns what is left of it. */
function layRow(areas, room, places) {
  const sum = areas.reduce((all, area) => all + area, 0);
  const isUpright = room.width >= room.height;
  const depth = sum / (isUpright ? room.height : room.width);
  let at = 0;
  for (const area of areas) {
    const length = area / depth;
    places.push(
      isUpright
        ? { x: room.x, y: room.y + at, width: depth, height: length }
        : { x: room.x + at, y: room.y, width: length, height: depth },
    );
    at += length;
  }
  return isUpright
    ? { ...room, x: room.x + depth, width: room.width - depth }
    : { ...room, y: room.y + depth, height: room.height - depth };
}

function drawCrumbs(folder, outer, enter) {
  const crumbs = [make("button", { type: "button", class: "crumb", onclick: () => enter("") }, "everything")];
  let path = "";
  for (const step of stepsOf(folder, outer)) {
    path += step;
    const until = path;
    crumbs.push(make("button", { type: "button", class: "crumb", dir: "auto", onclick: () => enter(until) }, shown(step)));
  }
  crumbs[crumbs.length - 1].setAttribute("aria-current", "location");
  byId("crumbs").replaceChildren(...crumbs);
}

// ---- When: what came above the line, what was removed below it.

/** Draws the line of time of the rows. */
function drawTime(rows) {
  const box = byId("time");
  const [came, gone] = [perDay(rows, columns.since), perDay(rows, columns.gone)];
  if (came.size === 0) {
    byId("time-words").textContent = "";
    box.replaceChildren(
      make("p", { class: "hint" }, "No dates: these findings are not of a history. `stanch scan --history` knows who brought them, and when."),
    );
    return;
  }
  let [first, last] = [Infinity, -Infinity];
  for (const days of [came, gone]) {
    for (const day of days.keys()) {
      if (day < first) first = day;
      if (day > last) last = day;
    }
  }
  const unit = timeUnit(first, last);
  const [up, down] = [tally(came, unit), tally(gone, unit)];
  const words = `${grouped(sumOf(came))} came between ${dayInWords(first)} and ${dayInWords(last)}, ${grouped(sumOf(gone))} of them removed since`;
  byId("time-words").textContent = `By ${unit.name}: ${words}.`;
  box.replaceChildren(timePicture(up, down, unit, [first, last], words), timeLegend());
}

/** The coarsest of day, week, month, quarter, year that still gives some bars. */
function timeUnit(first, last) {
  const span = last - first;
  const date = (day) => new Date(day * 864e5);
  const months = (day) => date(day).getUTCFullYear() * 12 + date(day).getUTCMonth();
  const ofMonths = (number) => new Date(Date.UTC(Math.floor(number / 12), number % 12, 1)).toISOString();
  if (span <= 45) return { name: "day", of: (day) => day, label: (day) => dayInWords(day) };
  if (span <= 300) return { name: "week", of: (day) => Math.floor((day + 3) / 7), label: (week) => dayInWords(week * 7 - 3) };
  if (span <= 366 * 5) return { name: "month", of: months, label: (month) => ofMonths(month).slice(0, 7) };
  return { name: "quarter", of: (day) => Math.floor(months(day) / 3), label: (quarter) => ofMonths(quarter * 3).slice(0, 7) };
}

/** How many rows have each day of a column. */
function perDay(rows, column) {
  const counts = new Map();
  for (const row of rows) {
    const day = column[row];
    if (day !== null) counts.set(day, (counts.get(day) || 0) + 1);
  }
  return counts;
}

function sumOf(counts) {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}

/** The same by a coarser unit. */
function tally(days, unit) {
  const counts = new Map();
  for (const [day, count] of days) counts.set(unit.of(day), (counts.get(unit.of(day)) || 0) + count);
  return counts;
}

function timePicture(up, down, unit, [first, last], words) {
  const [from, to] = [unit.of(first), unit.of(last)];
  const width = Math.max(240, byId("time").clientWidth);
  const [above, below, foot] = [96, down.size ? 46 : 6, 20];
  const step = width / (to - from + 1);
  const most = Math.max(...up.values(), ...down.values());
  const picture = drawn("svg", { width, height: above + below + foot, role: "img", "aria-label": words });
  for (let at = from; at <= to; at += 1) {
    const x = (at - from) * step;
    const bar = Math.min(28, Math.max(1, step - 1));
    const shift = (step - bar) / 2;
    const [came, gone] = [up.get(at) || 0, down.get(at) || 0];
    const title = () => drawn("title", {}, `${unit.label(at)}: ${grouped(came)} came, ${grouped(gone)} removed`);
    if (came) picture.append(timeBar("came", x + shift, above, bar, -Math.max(2, (came / most) * (above - 14)), title()));
    if (gone) picture.append(timeBar("gone", x + shift, above + 1, bar, Math.max(2, (gone / most) * (below - 4)), title()));
  }
  picture.append(drawn("line", { class: "axis", x1: 0, x2: width, y1: above + 0.5, y2: above + 0.5 }));
  const base = above + below + foot - 5;
  picture.append(drawn("text", { x: 0, y: base }, unit.label(from)));
  if (to > from) picture.append(drawn("text", { x: width, y: base, "text-anchor": "end" }, unit.label(to)));
  picture.append(drawn("text", { x: 0, y: 10 }, `most: ${grouped(most)}`));
  return picture;
}

function timeBar(kind, x, y, width, height, title) {
  const top = height < 0 ? y + height : y;
  return drawn("rect", { class: kind, x: x.toFixed(2), y: top.toFixed(2), width: width.toFixed(2), height: Math.abs(height).toFixed(2) }, title);
}

function timeLegend() {
  return make(
    "p",
    { class: "legend" },
    make("span", { class: "key came", "aria-hidden": "true" }), "came with a commit",
    make("span", { class: "key gone", "aria-hidden": "true" }), "removed by a commit (still in the history)",
  );
}
