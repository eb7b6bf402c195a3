// The map as far as it needs no browser: the globe on paper, the data, and
// where numbers and names go.

import assert from "node:assert/strict";
import test from "node:test";

import { arrange, labelled, numbersOf } from "../../node/provenance_node/web/map/markers.js";
import { readCountries, readLand } from "../../node/provenance_node/web/map/outlines.js";
import {
  HALF_HEIGHT,
  HALF_WIDTH,
  greatCircle,
  middleOf,
  project,
  turned,
} from "../../node/provenance_node/web/map/projection.js";
import { COUNTRIES, LAND, STEPS } from "../../node/provenance_node/web/map/world.js";

const near = (a, b, by = 1e-9) => assert(Math.abs(a - b) < by, `${a} ~ ${b}`);

test("the projection is that of others, and the same all around", () => {
  // What geoNaturalEarth1Raw of d3-geo 3.1.1 gives, whose y grows northwards.
  for (const [place, [x, y]] of [
    [
      [180, 90],
      [1.5055563920169703, 1.422390506730596],
    ],
    [
      [180, 0],
      [2.735384723480633, 0],
    ],
    [
      [40, 35],
      [0.5721576512306494, 0.6176221218440322],
    ],
    [
      [-120, -62.5],
      [-1.4645324290609807, -1.0843049958387039],
    ],
  ]) {
    const [east, south] = project(place);
    near(east, x, 1e-6);
    near(south, -y, 1e-6);
  }
  // The height is 0.52 of the width (Šavrič and others, 2011).
  near(HALF_HEIGHT / HALF_WIDTH, 0.52, 0.001);
  assert.deepEqual(project([0, 0]).map(Math.abs), [0, 0]);
  const [x, y] = project([40, 35]);
  for (const [signX, signY] of [
    [1, -1],
    [-1, 1],
    [-1, -1],
  ]) {
    const [otherX, otherY] = project([40 * signX, 35 * signY]);
    near(otherX, x * signX);
    near(otherY, y * signY);
  }
});

test("further north is higher, and further east is further right", () => {
  for (let latitude = -90; latitude < 90; latitude++) {
    assert(project([0, latitude])[1] > project([0, latitude + 1])[1]);
  }
  assert(project([10, 50])[0] < project([11, 50])[0]);
});

test("longitudes are turned into one round", () => {
  assert.equal(turned(190, 0), -170);
  assert.equal(turned(-170, 170), 20);
  assert.equal(turned(180, 0), -180);
  assert.equal(turned(725, 0), 5);
  assert.equal(turned(-725, 0), -5);
});

test("the middle lies between the places, over the date line too", () => {
  near(middleOf([0, 10]), 5);
  near(middleOf([-10, 0, 50]), 20);
  near(Math.abs(middleOf([170, -170])), 180);
  near(middleOf([114, 178, -118]), -182 + 360, 1e-9);
  near(middleOf([7]), 7);
  near(middleOf([7, 7, 7]), 7);
});

test("a great circle starts and ends where it should, the short way", () => {
  const way = greatCircle([170, 0], [-170, 0]);
  near(way[0][0], 170);
  near(way[way.length - 1][0], -170);
  for (const [longitude, latitude] of way) {
    assert(Math.abs(longitude) >= 170 - 1e-9);
    near(latitude, 0);
  }
  // London and Tokyo: the short way goes north of both.
  const north = greatCircle([0, 51], [140, 36]).map(([, latitude]) => latitude);
  assert(Math.max(...north) > 65);
  const steps = greatCircle([0, 51], [140, 36]).length;
  assert(steps > 40 && steps < 60);
});

test("ends of the globe, and no distance at all, break no great circle", () => {
  for (const [from, to] of [
    [
      [0, 90],
      [0, -90],
    ],
    [
      [10, 20],
      [-170, -20],
    ],
    [
      [5, 5],
      [5, 5],
    ],
  ]) {
    const way = greatCircle(from, to);
    assert(way.length >= 2);
    assert(way.flat().every(Number.isFinite));
  }
});

/** Whether a place is on land: inside an odd number of rings. */
function isLand([x, y]) {
  let isInside = false;
  for (const ring of readLand(LAND, STEPS)) {
    for (const turn of [-360, 0, 360]) {
      ring.forEach(([ax, ay], i) => {
        const [bx, by] = ring[(i + 1) % ring.length];
        if (ay > y === by > y) return;
        if (x - turn < ax + ((y - ay) / (by - ay)) * (bx - ax)) {
          isInside = !isInside;
        }
      });
    }
  }
  return isInside;
}

test("cities are on land, and ships at sea", () => {
  const places = {
    Berlin: [13.4, 52.5],
    Auckland: [174.9, -37.2],
    Shenzhen: [114.1, 22.7],
    Singapore: [103.8, 1.36],
    Chicago: [-88, 41.5],
    Nairobi: [36.8, -1.3],
    "Cape Town": [18.8, -33.7],
    Chukotka: [-175, 66.5],
    Wrangel: [-179.5, 71.2],
    "the South Pole": [0, -89.9],
    "Marie Byrd Land": [-120, -80.5],
  };
  for (const [name, place] of Object.entries(places)) {
    assert(isLand(place), name);
  }
  for (const place of [
    [0, 0],
    [-150, 10],
    [75, -20],
    [-40, 40],
    [3, 56],
    [179, 30],
    [-179, -50],
    [51, 41],
  ]) {
    assert(!isLand(place), String(place));
  }
});

test("no outline jumps, and all of them are on the globe", () => {
  const rings = readLand(LAND, STEPS);
  assert(rings.length > 500);
  for (const ring of rings) {
    assert(ring.length > 2);
    ring.forEach(([x, y], i) => {
      assert(Math.abs(y) <= 90 && Math.abs(x) < 400);
      const [before] = ring[(i + ring.length - 1) % ring.length];
      // Antarctica alone is closed along the edge of the map.
      if (Math.abs(x - before) > 180) assert(y === -90);
    });
  }
});

test("every country of ISO 3166-1 has a place, and the right one", () => {
  const places = readCountries(COUNTRIES);
  assert(places.size >= 249);
  for (const [country, [x, y]] of places) {
    assert.match(country, /^[A-Z]{2}$/);
    assert(Math.abs(x) <= 180 && Math.abs(y) <= 90, country);
  }
  const known = {
    AU: [134, -25],
    BR: [-53, -11],
    CN: [104, 36],
    DE: [10.4, 51],
    FJ: [178, -17.8],
    HK: [114.1, 22.4],
    MT: [14.4, 35.9],
    MU: [57.6, -20.3],
    NZ: [170.5, -44],
    RU: [97, 62],
    SG: [103.8, 1.35],
    US: [-99, 39.5],
    XK: [20.9, 42.6],
    ZA: [25, -29],
  };
  for (const [country, [x, y]] of Object.entries(known)) {
    const [east, north] = places.get(country);
    assert(Math.hypot(east - x, north - y) < 4, `${country} ${east} ${north}`);
  }
});

test("numbers that follow one another are a range", () => {
  assert.equal(numbersOf([4]), "4");
  assert.equal(numbersOf([1, 2]), "1, 2");
  assert.equal(numbersOf([1, 2, 3, 5, 7, 8]), "1–3, 5, 7, 8");
});

const stop = (number, x, y, label = `Place ${number}`) => ({
  number,
  label,
  isIndicative: false,
  point: [x, y],
});

test("stops too near to one another share a marker", () => {
  const markers = arrange([
    stop(1, 10, 10, "Port"),
    stop(2, 200, 10),
    stop(3, 12, 12, "Port"),
    stop(4, 15, 10, "Depot"),
  ]);
  assert.deepEqual(
    markers.map(({ text, label }) => [text, label]),
    [
      ["1, 3, 4", "Port · Depot"],
      ["2", "Place 2"],
    ],
  );
  assert.equal(markers[0].title, "1. Port\n3. Port\n4. Depot");
  assert(markers[0].wide > markers[1].wide);
});

test("names hide no marker, no other name and stay inside", () => {
  const stops = [];
  for (let i = 0; i < 40; i++) {
    stops.push(stop(i + 1, (i * 137) % 640, (i * 71) % 320));
  }
  const markers = arrange(stops);
  const names = labelled(markers, 640, 320);
  assert(names.length > 3);
  const half = (label) => (label.length * 7.2) / 2;
  const boxes = names.map(({ label, x, y, anchor }) => {
    const at = { start: 0, end: 2, middle: 1 }[anchor];
    const left = x - at * half(label);
    return [left, y - 12, left + 2 * half(label), y + 2];
  });
  boxes.forEach((a, i) => {
    assert(a[0] >= 0 && a[2] <= 640 && a[1] >= 0 && a[3] <= 320);
    boxes.slice(i + 1).forEach((b) => {
      assert(!(a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]));
    });
    for (const { x, y } of markers) {
      assert(!(a[0] < x && x < a[2] && a[1] < y && y < a[3]));
    }
  });
});

test("very long names are left to the list", () => {
  const markers = arrange([stop(1, 300, 100, "W".repeat(1000))]);
  assert.deepEqual(labelled(markers, 640, 320), []);
});
