"use strict";
// Text becomes text nodes, never markup. What would not show as itself gets a visible
// form, the same as in the text report: \n, \x1b, \u{202e}.

const HIDDEN = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f" +
    "\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb" +
    "\\ud800-\\udfff\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]",
  "gu",
);

function visibleForm(character) {
  const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
  if (named) return named;
  const code = character.codePointAt(0);
  const digits = code.toString(16);
  return code < 0x100 ? "\\x" + digits.padStart(2, "0") : `\\u{${digits}}`;
}

/** Any value as text that is safe to show. */
function shown(value) {
  return value === undefined || value === null ? "" : String(value).replace(HIDDEN, visibleForm);
}

/** A number with its digits grouped. */
function grouped(number) {
  return Number(number || 0).toLocaleString("en");
}

/** "1 finding", "2 findings". */
function counted(number, word) {
  return `${grouped(number)} ${word}${number === 1 ? "" : "s"}`;
}

function percent(fraction) {
  const hundredth = 100 * fraction;
  return `${hundredth < 10 && hundredth > 0 ? hundredth.toFixed(1) : Math.round(hundredth)} %`;
}

function bytesInWords(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let size = Number(bytes || 0);
  let unit = 0;
  while (size >= 1024 && unit + 1 < units.length) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

/** The day counted from 1970 as YYYY-MM-DD. */
function dayInWords(day) {
  return day === null || day === undefined ? "" : new Date(day * 864e5).toISOString().slice(0, 10);
}

/** An element with attributes and children; children are elements or text. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function drawn(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

/** Text of the scanned tree: its own direction, its own type. */
function foreign(value, name = "code") {
  return make(name, { class: "foreign", dir: "auto" }, shown(value));
}

/** A link to the web, or only its text if it is no address of the web. */
function webLink(address) {
  const text = shown(address);
  if (!/^https?:\/\/[^\s]+$/i.test(address)) return make("span", {}, text);
  return make("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, text);
}
