// @ts-check
// A map of where a thing was: land, numbered places, a line between them.
//
//     await drawMap(host, [{ label: "Shenzhen", country: "CN" }, …],
//       { language: "zh-CN" });
//
// Drawn from world.js, which comes when it is needed; no other request is
// made. The map says nothing that a list of the stops does not.

import { arrange, labelled } from "./markers.js";
import { readCountries, readLand } from "./outlines.js";
import {
  HALF_HEIGHT,
  HALF_WIDTH,
  greatCircle,
  middleOf,
  project,
  turned,
} from "./projection.js";
import { wordsOf } from "./words.js";

/** @typedef {import("./projection.js").Point} Point */

/**
 * A place that the record names. It has coordinates in degrees, or else the
 * two letters of its country, whose middle is drawn.
 * @typedef {{
 *   label: string, country?: string, latitude?: number, longitude?: number,
 *   time?: number, isIndicative?: boolean,
 * }} Stop
 *
 * A stop that can be drawn, with its number in the list.
 * @typedef {{
 *   number: number, label: string, place: Point, isIndicative: boolean,
 * }} Drawn
 */

const SVG = "http://www.w3.org/2000/svg";

/** The least that is shown, in radians of the equator: about 20 degrees. */
const LEAST_WIDTH = 0.35;

/** How much of what is shown lies around the stops. */
const MARGIN = 0.22;

/** How many characters of a label are said. */
const LONGEST_LABEL = 80;

let count = 0;

/**
 * Draw `stops` into `host`, which is emptied. They are numbered from 1 in the
 * order given; those without a place are left out and keep their number.
 * @param {HTMLElement} host
 * @param {Stop[]} stops
 * @param {{language: string}} given
 */
export async function drawMap(host, stops, { language }) {
  const words = wordsOf(language);
  const world = await import("./world.js");
  const drawn = placed(stops, readCountries(world.COUNTRIES));
  if (!drawn.length) {
    host.replaceChildren(note(words.none));
    return;
  }
  const width = Math.round(Math.min(1000, Math.max(288, host.clientWidth)));
  const height = Math.round(width * (width < 500 ? 0.8 : 0.5));
  const legs = legsOf(drawn);
  const seen = [...drawn.map(({ place }) => place), ...legs.flat()];
  const view = viewOf(seen, width, height);
  const svg = shape("svg", {
    class: "map",
    role: "img",
    viewBox: `0 0 ${width} ${height}`,
  });
  svg.append(...describe(svg, drawn, words));
  svg.append(...drawWorld(readLand(world.LAND, world.STEPS), view));
  for (const name of ["map-route-edge", "map-route"]) {
    svg.append(shape("path", { class: name, d: lines(legs, view) }));
  }
  svg.append(...drawMarkers(drawn, view));
  const isVague = drawn.some(({ isIndicative }) => isIndicative);
  const isRoute = legs.length > 0;
  const caption = isRoute ? (isVague ? "both" : "route") : "somewhere";
  host.replaceChildren(
    svg,
    ...(isRoute || isVague ? [note(words[caption])] : []),
  );
}

/**
 * @param {Stop[]} stops
 * @param {Map<string, Point>} countries
 */
function placed(stops, countries) {
  /** @type {Drawn[]} */
  const drawn = [];
  stops.forEach((stop, i) => {
    const { label, country = "", latitude, longitude } = stop;
    const isExact = isDegrees(latitude, 90) && isDegrees(longitude, 180);
    /** @type {Point | undefined} */
    const place = isExact
      ? [Number(longitude), Number(latitude)]
      : countries.get(country);
    const isIndicative = !isExact || Boolean(stop.isIndicative);
    if (!place) return;
    drawn.push({ number: i + 1, label: cleaned(label), place, isIndicative });
  });
  return drawn;
}

/**
 * Return `label` without what would turn the direction of writing, and not
 * longer than anyone reads.
 * @param {string} label
 */
function cleaned(label) {
  const characters = [...label.replace(/[\p{Cc}\p{Cf}]+/gu, " ")];
  const isLong = characters.length > LONGEST_LABEL;
  return isLong
    ? `${characters.slice(0, LONGEST_LABEL).join("")}…`
    : characters.join("");
}

/**
 * @param {number | undefined} value
 * @param {number} most
 */
function isDegrees(value, most) {
  return typeof value === "number" && Math.abs(value) <= most;
}

/**
 * Return the ways from each place to the next, none where it stays.
 * @param {Drawn[]} drawn
 */
function legsOf(drawn) {
  return drawn.slice(1).flatMap(({ place }, i) => {
    const from = drawn[i].place;
    const isSame = from[0] === place[0] && from[1] === place[1];
    return isSame ? [] : [greatCircle(from, place)];
  });
}

/**
 * What is shown: the longitude in its middle, and how a place becomes a point
 * of the picture.
 * @typedef {{
 *   middle: number, width: number, height: number, degrees: number,
 *   put: (place: Point) => Point,
 * }} View `put` takes longitudes east of the middle
 */

/**
 * Return the view that holds all of `places`, with a margin.
 * @param {Point[]} places
 * @param {number} width
 * @param {number} height
 * @returns {View}
 */
function viewOf(places, width, height) {
  const middle = middleOf(places.map(([longitude]) => longitude));
  const points = places.map(([longitude, latitude]) => {
    return project([turned(longitude, middle), latitude]);
  });
  const [left, right] = range(points.map(([x]) => x));
  const [top, bottom] = range(points.map(([, y]) => y));
  const wanted = Math.max(
    (right - left) / (1 - MARGIN),
    ((bottom - top) / (1 - 1.5 * MARGIN)) * (width / height),
    LEAST_WIDTH,
  );
  // Never smaller than the whole globe.
  const most = 2.04 * Math.max(HALF_WIDTH, (HALF_HEIGHT * width) / height);
  const scale = width / Math.min(wanted, most);
  const x = held((left + right) / 2, HALF_WIDTH, width / scale / 2);
  const y = held((top + bottom) / 2, HALF_HEIGHT, height / scale / 2);
  return {
    middle,
    width,
    height,
    degrees: (360 * width) / scale / (2 * HALF_WIDTH),
    put(place) {
      const [east, south] = project(place);
      return [
        round(width / 2 + (east - x) * scale),
        round(height / 2 + (south - y) * scale),
      ];
    },
  };
}

/**
 * Return `value`, moved so that half a view around it ends with the globe.
 * @param {number} value
 * @param {number} edge
 * @param {number} half
 */
function held(value, edge, half) {
  const free = Math.max(0, 1.02 * edge - half);
  return Math.max(-free, Math.min(free, value));
}

/**
 * Return the globe with its grid and land.
 * @param {Point[][]} rings
 * @param {View} view
 */
function drawWorld(rings, view) {
  const id = `map-globe-${++count}`;
  const clip = shape("clipPath", { id });
  const globe = globePath(view);
  clip.append(shape("path", { d: globe }));
  const inside = shape("g", { "clip-path": `url(#${id})` });
  inside.append(
    shape("path", { class: "map-sea", d: globe }),
    shape("path", { class: "map-grid", d: gridPath(view) }),
    shape("path", { class: "map-land", d: landPath(rings, view) }),
  );
  return [clip, inside];
}

/** @param {View} view */
function globePath(view) {
  const points = [];
  for (let y = -90; y <= 90; y += 3) points.push(view.put([180, y]));
  for (let y = 90; y >= -90; y -= 3) points.push(view.put([-180, y]));
  return `M${points.join("L")}Z`;
}

/** @param {View} view */
function gridPath(view) {
  const step = view.degrees > 120 ? 30 : view.degrees > 45 ? 10 : 5;
  const paths = [];
  const first = Math.ceil((view.middle - 180) / step) * step;
  for (let x = first; x <= view.middle + 180; x += step) {
    const points = [];
    for (let y = -90; y <= 90; y += 5) {
      points.push(view.put([x - view.middle, y]));
    }
    paths.push(`M${points.join("L")}`);
  }
  // Parallels are straight in this projection.
  for (let y = -90 + step; y < 90; y += step) {
    paths.push(`M${view.put([-180, y])}L${view.put([180, y])}`);
  }
  return paths.join("");
}

/**
 * @param {Point[][]} rings
 * @param {View} view
 */
function landPath(rings, view) {
  const paths = [];
  for (const ring of rings) {
    // Each stands where it is, and once around the globe to either side.
    for (const turn of [-360, 0, 360]) {
      const path = ringPath(ring, turn - view.middle, view);
      if (path) paths.push(path);
    }
  }
  return paths.join("");
}

/**
 * @param {Point[]} ring
 * @param {number} shift
 * @param {View} view
 */
function ringPath(ring, shift, view) {
  if (!ring.some(([x]) => Math.abs(x + shift) < 190)) return "";
  /** @type {Point[]} */
  const points = [];
  for (const [x, y] of ring) {
    const point = view.put([x + shift, y]);
    const last = points[points.length - 1];
    // What is nearer than half a pixel would not be seen.
    const isNear =
      last &&
      Math.abs(last[0] - point[0]) < 0.5 &&
      Math.abs(last[1] - point[1]) < 0.5;
    if (!isNear) points.push(point);
  }
  const [left, right] = range(points.map(([x]) => x));
  const [top, bottom] = range(points.map(([, y]) => y));
  const isSeen =
    right > 0 && left < view.width && bottom > 0 && top < view.height;
  return isSeen && points.length > 2 ? `M${points.join("L")}Z` : "";
}

/**
 * @param {Point[][]} legs
 * @param {View} view
 */
function lines(legs, view) {
  let path = "";
  for (const leg of legs) {
    let last = NaN;
    for (const [longitude, latitude] of leg) {
      const x = turned(longitude, view.middle);
      // It may leave the map at one edge and come back at the other.
      path += Math.abs(x - last) < 180 ? "L" : "M";
      path += view.put([x, latitude]);
      last = x;
    }
  }
  return path;
}

/**
 * @param {Drawn[]} drawn
 * @param {View} view
 */
function drawMarkers(drawn, view) {
  const markers = arrange(
    drawn.map((stop) => {
      const [longitude, latitude] = stop.place;
      return {
        ...stop,
        point: view.put([turned(longitude, view.middle), latitude]),
      };
    }),
  );
  const names = labelled(markers, view.width, view.height).map(
    ({ label, x, y, anchor }) => {
      const text = shape("text", {
        class: "map-name",
        x,
        y,
        "text-anchor": anchor,
      });
      text.textContent = label;
      return text;
    },
  );
  const circles = markers.map(
    ({ text, title, x, y, wide, high, isIndicative }) => {
      const group = shape("g", {
        class: isIndicative ? "map-stop map-about" : "map-stop",
      });
      const box = shape("rect", {
        x: round(x - wide / 2),
        y: round(y - high / 2),
        width: wide,
        height: high,
        rx: high / 2,
      });
      const number = shape("text", {
        x,
        y,
        dy: "0.35em",
        "text-anchor": "middle",
      });
      number.textContent = text;
      const hover = shape("title");
      hover.textContent = title;
      group.append(hover, box, number);
      return group;
    },
  );
  return [...names, ...circles];
}

/**
 * Return the name and the description of `svg`, which point to them.
 * @param {SVGElement} svg
 * @param {Drawn[]} drawn
 * @param {ReturnType<typeof wordsOf>} words
 */
function describe(svg, drawn, words) {
  const title = shape("title", { id: `map-title-${++count}` });
  const text = shape("desc", { id: `map-text-${count}` });
  title.textContent = words.title;
  const stops = drawn.map(({ number, label, isIndicative }) => {
    const form = isIndicative ? words.about : words.one;
    return form
      .replace("{number}", String(number))
      .replace("{label}", () => label);
  });
  text.textContent = stops.join(words.apart) + words.end;
  svg.setAttribute("aria-labelledby", title.id);
  svg.setAttribute("aria-describedby", text.id);
  return [title, text];
}

/** @param {string} text */
function note(text) {
  const element = document.createElement("p");
  element.className = "map-note";
  element.textContent = text;
  return element;
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} [attributes]
 */
function shape(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }
  return element;
}

/**
 * @param {number[]} numbers
 * @returns {[number, number]}
 */
function range(numbers) {
  return numbers.reduce(
    ([least, most], each) => [Math.min(least, each), Math.max(most, each)],
    [Infinity, -Infinity],
  );
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
