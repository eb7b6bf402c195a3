// Opens the scanner alone, and keeps what it reads where a test can see it.

import { openScanner } from "/scan/scanner.js";

const language = new URLSearchParams(location.search).get("lang") ?? "en";
document.documentElement.lang = language;
window.codes = [];
window.scanner = openScanner(document.getElementById("host"), {
  language,
  onCode(text, item) {
    window.codes.push([text, item]);
    document.documentElement.dataset.codes = window.codes.length;
  },
});
document.documentElement.dataset.ready = "true";
