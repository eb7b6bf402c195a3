// @ts-check
// Sensor readings of an event, as EPCIS 2.0 has them (section 7.3.7): what was
// measured, by its type, with a unit code of UN/CEFACT recommendation 20.
//
//     {sensorElementList: [{sensorMetadata: {time: …},
//                           sensorReport: [{type: "Temperature",
//                                           minValue: 3.1, maxValue: 7.9,
//                                           uom: "CEL"}]}]}

/** @typedef {import("./language.js").Speaker} Speaker */

/** The unit codes that a cold chain uses; others stand for themselves. */
const UNITS = new Map(
  Object.entries({
    CEL: "°C",
    FAH: "°F",
    KEL: "K",
    P1: "%",
    LUX: "lx",
    MTR: "m",
    CMT: "cm",
    KGM: "kg",
    GRM: "g",
    LTR: "L",
    MLT: "mL",
    HUR: "h",
    MIN: "min",
    SEC: "s",
    A86: "GHz",
    KPA: "kPa",
    HPA: "hPa",
    MBR: "mbar",
    MTS: "m/s",
    MSK: "m/s²",
    A93: "g/m³",
    59: "ppm",
    C62: "",
  }),
);

/** What is measured, in the words of the page's two languages. */
const KINDS = new Map(
  Object.entries({
    Temperature: ["Temperature", "温度"],
    RelativeHumidity: ["Relative humidity", "相对湿度"],
    AbsoluteHumidity: ["Humidity", "湿度"],
    Humidity: ["Humidity", "湿度"],
    Illuminance: ["Light", "光照"],
    Pressure: ["Pressure", "气压"],
    Acceleration: ["Shock", "冲击"],
    Mass: ["Weight", "重量"],
    Speed: ["Speed", "速度"],
    Volume: ["Volume", "体积"],
    Time: ["Time", "时间"],
  }),
);

/** The most readings of one event that are listed. */
const MOST = 20;

/**
 * One reading in words.
 * @typedef {{kind: string, value: string, isAlarm: boolean, time: string}} Reading
 */

/**
 * Return the readings of an event's body.
 * @param {Record<string, unknown>} body
 * @param {Speaker} speaker
 * @returns {Reading[]}
 */
export function readReadings(body, speaker) {
  return listOf(body.sensorElementList)
    .flatMap((element) => {
      const meta = objectOf(element.sensorMetadata);
      return listOf(element.sensorReport).map((report) =>
        readReport(report, textOf(meta.time), speaker),
      );
    })
    .slice(0, MOST);
}

/**
 * @param {Record<string, unknown>} report
 * @param {string} time
 * @param {Speaker} speaker
 * @returns {Reading}
 */
function readReport(report, time, speaker) {
  const type = textOf(report.type);
  const word = type.slice(
    Math.max(
      type.lastIndexOf(":"),
      type.lastIndexOf("/"),
      type.lastIndexOf("-"),
    ) + 1,
  );
  const names = KINDS.get(word);
  const code = textOf(report.uom);
  const unit = UNITS.get(code) ?? code;
  const measured = (/** @type {unknown} */ value) =>
    typeof value === "number"
      ? `${speaker.number(value)}${unit && ` ${unit}`}`
      : textOf(value);
  /** @type {string[]} */
  const parts = [];
  if (report.value !== undefined) parts.push(measured(report.value));
  for (const [name, key] of [
    ["minValue", "reading.min"],
    ["maxValue", "reading.max"],
    ["meanValue", "reading.mean"],
  ]) {
    if (report[name] === undefined) continue;
    parts.push(speaker.say(key, { value: measured(report[name]) }));
  }
  for (const name of [
    "stringValue",
    "booleanValue",
    "uriValue",
    "hexBinaryValue",
  ]) {
    if (report[name] !== undefined) parts.push(String(report[name]));
  }
  const exception = textOf(report.exception);
  return {
    kind: names ? names[speaker.language === "en" ? 0 : 1] : word,
    value: parts.join(speaker.language === "en" ? ", " : "，"),
    isAlarm: exception.endsWith("ALARM_CONDITION"),
    time: textOf(report.time) || time,
  };
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>[]}
 */
export function listOf(value) {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export function objectOf(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/** @param {unknown} value */
export function textOf(value) {
  return typeof value === "string" ? value : "";
}
