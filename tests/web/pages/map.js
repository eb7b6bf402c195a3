// Draws the map alone, of the stops that the address gives.

import { drawMap } from "/map/map.js";

const given = new URLSearchParams(location.search);
const language = given.get("lang") ?? "en";
document.documentElement.lang = language;
const stops = JSON.parse(given.get("stops") ?? "[]");
await drawMap(document.getElementById("host"), stops, { language });
document.documentElement.dataset.ready = "true";
