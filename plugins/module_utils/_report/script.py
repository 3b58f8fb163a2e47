# Copyright (c) 2026, the ae_ops.migration contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script of the report: tables that sort, filter and scroll through very many rows.  Private to the collection.

It uses no network, stores nothing, and inserts text only as text.  Rows are created as they are scrolled to, so that the page
stays small.  The state of a table is in the address: ``#files?disposition=failed&sort=-size``, other tables after a semicolon.
"""

from __future__ import annotations

SCRIPT = r"""
"use strict";
(() => {
const DATA = JSON.parse(document.getElementById("data").textContent);
const ALL_AT_ONCE = 200, SPARE = 12, OPTIONS = 80;
const TABLES = new Map(), MOODS = new Map(Object.entries(DATA.moods));

const make = (name, attributes, ...content) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "on") for (const [event, work] of Object.entries(value)) element.addEventListener(event, work);
    else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...content);
  return element;
};
const number = value => value.toLocaleString("en");
const size = value => {
  const units = ["kB", "MB", "GB", "TB"];
  let unit = "B";
  while (value >= 1000 && units.length) [value, unit] = [value / 1000, units.shift()];
  return (unit === "B" || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)) + " " + unit;
};

class Column {
  constructor(given, rows) {
    Object.assign(this, given);
    this.numeric = this.kind === "number" || this.kind === "size";
    if (this.numeric) return;
    this.words = given.words;
    this.index = given.index || Array.from(given.words.keys());
    this.hits = null;
  }
  text(row) {
    if (this.numeric) return this.kind === "size" ? size(this.values[row]) : number(this.values[row]);
    return this.words[this.index[row]];
  }
  order() {
    if (this.numeric) return this.values;
    if (!this.ranks) {
      const lower = this.words.map(word => word.toLowerCase());
      const sorted = Array.from(lower.keys()).sort((a, b) => (lower[a] < lower[b] ? -1 : lower[a] > lower[b] ? 1 : 0));
      const ranks = new Int32Array(lower.length);
      sorted.forEach((word, rank) => { ranks[word] = rank && lower[word] === lower[sorted[rank - 1]] ? ranks[sorted[rank - 1]] : rank; });
      this.ranks = Int32Array.from(this.index, word => ranks[word]);
    }
    return this.ranks;
  }
  search(text) {
    this.hits = Uint8Array.from(this.words, word => (word.toLowerCase().includes(text) ? 1 : 0));
  }
}

class Table {
  constructor(id, given, place) {
    Object.assign(this, { id, total: given.rows, place, query: "", only: {}, sort: "", chosen: -1, timer: 0, last: "" });
    this.columns = given.columns.map(column => new Column(column));
    this.byKey = new Map(this.columns.map(column => [column.key, column]));
    this.shown = this.columns.filter(column => !column.hidden);
    this.build();
    this.update();
  }

  build() {
    this.input = make("input", { type: "search", placeholder: "Search", "aria-label": "Search in " + this.id, on: { input: () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.set({ query: this.input.value }), 120);
    } } });
    this.selects = new Map();
    const controls = make("div", { class: "controls" }, this.input);
    for (const column of this.columns.filter(column => column.facet && !column.numeric && column.words.length > 1)) {
      if (column.words.length > OPTIONS) continue;
      const counts = new Int32Array(column.words.length);
      column.index.forEach(word => counts[word]++);
      const names = Array.from(column.words.keys()).filter(word => counts[word]).sort((a, b) => counts[b] - counts[a]);
      const select = make("select", { "aria-label": column.title, on: { change: () => this.filter(column.key, select.value) } },
        make("option", { value: "" }, column.title + ": any"),
        ...names.map(word => make("option", { value: column.words[word] },
          (column.words[word] || "none") + " (" + number(counts[word]) + ")")));
      this.selects.set(column.key, select);
      controls.append(select);
    }
    this.chips = make("span", { class: "chips" });
    this.count = make("span", { class: "count", "aria-live": "polite" });
    const show = () => this.set({ query: "", only: {}, sort: "" });
    this.clear = make("button", { type: "button", class: "plain", on: { click: show } }, "Show all");
    controls.append(this.chips, this.clear, this.count);
    this.heads = this.shown.map(column => make("th", { class: this.look(column), scope: "col" },
      make("button", { type: "button", on: { click: () => this.turn(column) } }, column.title)));
    this.body = make("tbody", { on: {
      click: event => this.choose(event),
      keydown: event => { if (event.key === "Enter") this.choose(event); },
    } });
    const widths = this.shown.map(column => {
      const width = make("col", {});
      width.style.width = column.width + "%";
      return width;
    });
    this.table = make("table", {}, make("colgroup", {}, ...widths), make("thead", {}, make("tr", {}, ...this.heads)), this.body);
    this.scroll = make("div", { class: "scroll", tabindex: "0", on: { scroll: () => this.draw() } }, this.table);
    this.detail = make("div", { class: "detail", hidden: true });
    this.place.replaceChildren(controls, this.scroll, this.detail);
  }

  look(column) {
    return column.split ? "bar" : column.numeric ? "number" : column.kind;
  }

  turn(column) {
    const up = column.key, down = "-" + column.key;
    const first = column.numeric ? down : up, second = column.numeric ? up : down;
    this.set({ sort: this.sort === first ? second : this.sort === second ? "" : first });
  }

  filter(key, value) {
    const only = Object.assign({}, this.only);
    if (value === "") delete only[key];
    else only[key] = value;
    this.set({ only });
  }

  set(state) {
    Object.assign(this, { chosen: -1 }, state);
    this.update();
    remember(this);
  }

  update() {
    const words = this.query.trim().toLowerCase().split(/\s+/).filter(word => word);
    const texts = this.columns.filter(column => !column.numeric);
    let keep = null;
    const narrow = test => { keep = keep === null ? Array.from({ length: this.total }, (_, row) => row).filter(test) : keep.filter(test); };
    for (const [key, value] of Object.entries(this.only)) {
      const column = this.byKey.get(key);
      if (!column || column.numeric) continue;
      const wanted = column.words.indexOf(value);
      narrow(row => column.index[row] === wanted);
    }
    for (const word of words) {
      texts.forEach(column => column.search(word));
      narrow(row => texts.some(column => column.hits[column.index[row]]));
    }
    const rows = keep === null ? Array.from({ length: this.total }, (_, row) => row) : keep;
    const column = this.byKey.get(this.sort.replace(/^-/, ""));
    if (column) {
      const order = column.order(), sign = this.sort.startsWith("-") ? -1 : 1;
      rows.sort((a, b) => sign * (order[a] - order[b]) || a - b);
    }
    this.rows = rows;
    this.whole = rows.length <= ALL_AT_ONCE;
    this.scroll.scrollTop = 0;
    this.first = -1;
    this.label();
    this.draw();
    this.tell();
  }

  label() {
    const filtered = this.query.trim() !== "" || Object.keys(this.only).length > 0;
    const all = number(this.total) + (this.total === 1 ? " row" : " rows");
    this.count.textContent = filtered ? number(this.rows.length) + " of " + all : all;
    this.clear.hidden = !filtered && this.sort === "";
    if (this.input.value !== this.query) this.input.value = this.query;
    for (const [key, select] of this.selects) select.value = this.only[key] || "";
    this.chips.replaceChildren(...Object.entries(this.only).filter(([key]) => !this.selects.has(key)).map(([key, value]) =>
      make("button", { type: "button", class: "plain", title: "Remove this filter", on: { click: () => this.filter(key, "") } },
        (this.byKey.has(key) ? this.byKey.get(key).title : key) + ": " + value + " \u00d7")));
    this.shown.forEach((column, at) => {
      const sorted = this.sort.replace(/^-/, "") === column.key;
      this.heads[at].setAttribute("aria-sort", !sorted ? "none" : this.sort.startsWith("-") ? "descending" : "ascending");
    });
    this.table.classList.toggle("dense", !this.whole);
    this.table.setAttribute("aria-rowcount", this.rows.length);
  }

  draw() {
    if (this.whole) {
      if (this.first === 0) return;
      this.first = 0;
      this.body.replaceChildren(...this.rows.map(row => this.line(row)));
      if (!this.rows.length) {
        this.body.append(make("tr", {}, make("td", { colspan: this.shown.length, class: "soft" }, "Nothing matches.")));
      }
      return;
    }
    const height = DATA.height, seen = Math.ceil(Math.max(600, this.scroll.clientHeight) / height);
    const top = Math.max(0, Math.floor(this.scroll.scrollTop / height) - SPARE);
    const first = top - (top % 2);
    if (first === this.first) return;
    this.first = first;
    const last = Math.min(this.rows.length, first + seen + 2 * SPARE + 2);
    const space = rows => {
      const cell = make("td", { colspan: this.shown.length });
      cell.style.height = rows * height + "px";
      return make("tr", { class: "space", "aria-hidden": "true" }, cell);
    };
    const lines = this.rows.slice(first, last).map(row => this.line(row));
    this.body.replaceChildren(space(first), ...lines, space(this.rows.length - last));
  }

  line(row) {
    const line = make("tr", { "data-row": row, class: row === this.chosen ? "chosen" : null, tabindex: this.whole ? null : "0" });
    for (const column of this.shown) line.append(this.cell(column, row));
    return line;
  }

  cell(column, row) {
    const text = column.text(row);
    const cell = make("td", { class: this.look(column) });
    if (column.kind === "tags") {
      for (const word of text ? text.split(", ") : []) {
        if (cell.hasChildNodes()) cell.append(" ");
        cell.append(make("span", { class: "tag " + (MOODS.get(word) || "") }, word));
      }
    } else if (column.kind === "code") {
      if (text) cell.append(make("code", {}, text));
    } else if (column.split && column.values[row]) {
      cell.append(make("span", { class: "figure" }, text), this.bar(column, row));
    } else cell.textContent = text;
    if (!this.whole && text.length > 20) cell.title = text;
    return cell;
  }

  bar(column, row) {
    const track = make("span", { class: "track" });
    const [good, bad] = column.split.map(key => this.byKey.get(key).values[row]);
    for (const [mood, part] of [["good", good], ["rest", column.values[row] - good - bad], ["bad", bad]]) {
      if (!part) continue;
      const piece = make("i", { class: mood });
      piece.style.width = 100 * part / column.most + "%";
      track.append(piece);
    }
    return track;
  }

  choose(event) {
    const line = event.target.closest("tr[data-row]");
    if (!line || this.whole || String(getSelection())) return;
    const row = Number(line.dataset.row);
    this.chosen = this.chosen === row ? -1 : row;
    for (const other of this.body.querySelectorAll("tr.chosen")) other.classList.remove("chosen");
    if (this.chosen === row) line.classList.add("chosen");
    this.tell();
  }

  tell() {
    this.detail.hidden = this.chosen < 0;
    if (this.chosen < 0) return;
    const list = make("dl", {});
    for (const column of this.columns.filter(column => !column.hidden || column.detail)) {
      const text = column.text(this.chosen);
      if (!text) continue;
      const value = make("dd", {}, text);
      if (column.facet && this.only[column.key] !== text) {
        const narrow = () => this.filter(column.key, text);
        value.append(" ", make("button", { type: "button", class: "plain", on: { click: narrow } }, "show only these"));
      }
      list.append(make("dt", {}, column.title), value);
    }
    this.detail.replaceChildren(list);
  }

  address() {
    const parts = new URLSearchParams();
    if (this.query.trim()) parts.set("q", this.query.trim());
    for (const [key, value] of Object.entries(this.only)) parts.set(key, value);
    if (this.sort) parts.set("sort", this.sort);
    return parts.toString();
  }
}

const encoded = table => { const state = table.address(); return state ? table.id + "?" + state.replace(/;/g, "%3B") : ""; };
const remember = table => {
  const rest = Array.from(TABLES.values()).filter(other => other !== table).map(encoded).filter(text => text);
  try {
    history.replaceState(null, "", "#" + [encoded(table) || table.id, ...rest].join(";"));
  } catch (refused) {
    // A mail client may show the page where its address cannot be changed: the view works, only its link does not.
    document.documentElement.dataset.address = "fixed";
  }
};
const recall = () => {
  const wanted = new Map(location.hash.slice(1).split(";").filter(part => part).map(part => {
    const at = part.indexOf("?");
    return at < 0 ? [part, null] : [part.slice(0, at), new URLSearchParams(part.slice(at + 1))];
  }));
  for (const [id, table] of TABLES) {
    const parts = wanted.get(id) || new URLSearchParams();
    const only = Object.fromEntries(Array.from(parts).filter(([key]) => table.byKey.has(key)));
    Object.assign(table, { query: parts.get("q") || "", sort: parts.get("sort") || "", only, chosen: -1 });
    if (table.address() !== table.last) table.update();
    table.last = table.address();
  }
  const [first] = wanted.keys();
  if (first && wanted.get(first) && TABLES.has(first)) document.getElementById(first).scrollIntoView();
};

for (const [id, given] of Object.entries(DATA.tables)) {
  const place = document.querySelector("[data-table='" + id + "']");
  if (place) TABLES.set(id, new Table(id, given, place));
}
addEventListener("hashchange", recall);
addEventListener("resize", () => { for (const table of TABLES.values()) { table.first = -1; table.draw(); } });
document.documentElement.classList.add("ready");
recall();
})();
"""
