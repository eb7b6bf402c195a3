// @ts-check
// The words of events: GS1's Core Business Vocabulary, and our own steps.
// Mirrors provenance/epcis/vocabulary.py, as far as a verifier asks.
//
// EPCIS writes a standard word in any of three ways, which are compared by the
// bare word:
//
//     shipping   cbv:BizStep-shipping   https://ref.gs1.org/cbv/BizStep-shipping
//
// What customs, laboratories, platforms and couriers do at a border is not in
// that vocabulary. For these there are steps of our own, of the form
// `urn:provenance:step:<word>`. Any other URI is somebody else's word and
// stands for itself. Which words there are, a rule book says; here they have
// names for people.

import { nearest, suggestion } from "../encoding/nearest.js";
import { compareText, head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { expand } from "./prefixes.js";

/** @typedef {import("./prefixes.js").Prefixes} Prefixes */

/**
 * The words that a rule book has.
 * @typedef {object} Words
 * @property {ReadonlySet<string>} steps of GS1's vocabulary
 * @property {ReadonlySet<string>} ownSteps
 * @property {ReadonlySet<string>} dispositions of GS1's vocabulary
 */

export const PRIVATE_STEP = "urn:provenance:step:";

/** The type of the event that keeps what a document says beside its events. */
export const DOCUMENT = "urn:provenance:document";
const CBV = "https://ref.gs1.org/cbv/";
export const STANDARD_STEP = `${CBV}BizStep-`;
const OBSOLETE_CBV = [
  "urn:epcglobal:cbv",
  "http://ns.gs1.org/cbv/",
  "https://ns.gs1.org/cbv/",
];

/** The standard words of one field of EPCIS. */
class Vocabulary {
  /**
   * @param {string} name what they are, for messages
   * @param {string} stem what the URI of each starts with
   * @param {ReadonlySet<string>} words the bare words
   */
  constructor(name, stem, words) {
    this.name = name;
    this.stem = CBV + stem;
    this.words = words;
  }

  /**
   * Return the bare word that `text` spells, or somebody else's URI.
   * @param {string} text
   * @param {Prefixes} prefixes those that the document defines
   * @throws {MalformedError} It is neither.
   */
  read(text, prefixes) {
    const found = this.find(text, prefixes);
    if (found !== null) return found;
    const shown = quoted(head(text, 80));
    if (OBSOLETE_CBV.some((start) => text.startsWith(start))) {
      const [least] = [...this.words].sort(compareText);
      const word = this.#meant(text) || `, such as ${quoted(least)}`;
      throw new MalformedError(
        `${shown} is no ${this.name} as EPCIS 2.0 spells it: write the bare` +
          ` word${word}`,
      );
    }
    if (!text.includes(":")) {
      throw this.#unknown(text, ", or a URI of your own");
    }
    expand(text, prefixes);
    throw this.#unknown(text, "");
  }

  /**
   * Return what `read` returns, null if it is neither. To say what may have
   * been meant costs more than to read a word: so it is left out where nobody
   * is told, and words may be many.
   * @param {string} text
   * @param {Prefixes} prefixes
   */
  find(text, prefixes) {
    if (this.words.has(text)) return text;
    if (OBSOLETE_CBV.some((start) => text.startsWith(start))) return null;
    if (!text.includes(":")) return null;
    let uri = "";
    try {
      uri = expand(text, prefixes);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return null;
    }
    if (!uri.startsWith(this.stem)) return uri;
    const word = uri.slice(this.stem.length);
    return this.words.has(word) ? word : null;
  }

  /**
   * Return the error for what is no word, with the one that is near.
   * @param {string} text
   * @param {string} otherwise
   */
  #unknown(text, otherwise) {
    const word = text.includes(":") ? "" : this.#meant(text);
    const said = text.trim().split(/[:/-]/).slice(-1)[0].replaceAll(" ", "_");
    const instead = word
      ? `: write${word}`
      : suggestion(said, this.words) ||
        `: write one of the standard words${otherwise}`;
    return new MalformedError(
      `${quoted(head(text, 80))} is no standard ${this.name}${instead}`,
    );
  }

  /**
   * Return the word that `text` is nearly, with a space before it.
   * @param {string} text
   */
  #meant(text) {
    const [said] = text.trim().split(/[:/-]/).slice(-1);
    const near = said.replaceAll(" ", "_").toLowerCase();
    const word = [...this.words].find((known) => known.toLowerCase() === near);
    return word === undefined ? "" : ` ${quoted(word)}`;
  }
}

export const ERROR_REASON = new Vocabulary(
  "error reason",
  "ER-",
  new Set(["did_not_occur", "incorrect_data"]),
);

/**
 * What to call a step in a timeline that people read.
 * @typedef {{english: string, chinese: string}} Step
 */

/**
 * @param {[string, string, string][]} rows
 * @returns {Map<string, Step>}
 */
function steps(rows) {
  return new Map(
    rows.map(([word, english, chinese]) => [word, { english, chinese }]),
  );
}

/** Word → step, for the steps of our own. */
export const PRIVATE_STEPS = steps([
  ["customs_declared", "Declared to customs", "已向海关申报"],
  ["customs_released", "Released by customs", "海关放行"],
  ["customs_held", "Held by customs", "海关扣留"],
  ["customs_refused", "Refused by customs", "海关退运"],
  ["quarantine_sampled", "Sampled by quarantine", "检疫取样"],
  ["quarantine_cleared", "Cleared by quarantine", "检疫合格"],
  ["test_reported", "Laboratory test reported", "检测报告"],
  ["tax_paid", "Import tax paid", "进口税款已缴"],
  ["bonded_entered", "Entered the bonded warehouse", "进入保税仓"],
  ["bonded_left", "Left the bonded warehouse", "离开保税仓"],
  ["order_bound", "Ordered", "已下单"],
  ["payment_bound", "Payment confirmed", "支付已确认"],
  ["waybill_bound", "Waybill assigned", "已分配运单"],
  ["custody_offered", "Handed over", "交出货物"],
  ["custody_accepted", "Taken over", "接收货物"],
  ["recalled", "Recalled", "召回"],
  ["delivery_confirmed", "Delivered", "确认送达"],
  ["export_inspected", "Inspected for export", "出口检验"],
]);

/** Word → step, for every kind of event that `readAct` knows. */
export const STEPS = new Map([
  ...steps([
    ["accepting", "Accepted", "验收"],
    ["arriving", "Arrived", "到达"],
    ["assembling", "Assembled", "组装"],
    ["collecting", "Collected", "收集"],
    ["commissioning", "Given its number", "赋码"],
    ["consigning", "Consigned", "托运"],
    ["creating_class_instance", "Batch produced", "批次生产"],
    ["cycle_counting", "Counted", "循环盘点"],
    ["decommissioning", "Number retired", "注销标识"],
    ["departing", "Departed", "离开"],
    ["destroying", "Destroyed", "销毁"],
    ["disassembling", "Taken apart", "拆解"],
    ["dispensing", "Dispensed", "配发"],
    ["encoding", "Label written", "写入标签"],
    ["entering_exiting", "Passed the shop door", "进出店门"],
    ["holding", "Set aside", "暂存待处理"],
    ["inspecting", "Inspected", "检验"],
    ["installing", "Installed", "安装"],
    ["killing", "Tag disabled", "标签失效"],
    ["loading", "Loaded", "装载"],
    ["other", "Other step", "其他步骤"],
    ["packing", "Packed", "包装"],
    ["picking", "Picked", "拣货"],
    ["receiving", "Received", "收货"],
    ["removing", "Removed", "移除"],
    ["repackaging", "Repacked", "重新包装"],
    ["repairing", "Repaired", "维修"],
    ["replacing", "Replaced", "更换"],
    ["reserving", "Reserved", "预留"],
    ["retail_selling", "Sold", "零售售出"],
    ["sampling", "Sampled", "取样"],
    ["sensor_reporting", "Measured", "传感器读数"],
    ["shipping", "Shipped", "发货"],
    ["staging_outbound", "Ready to ship", "待发货"],
    ["stock_taking", "Stock taken", "盘点"],
    ["stocking", "Put on sale", "上架"],
    ["storing", "Stored", "入库存放"],
    ["transporting", "In transport", "运输"],
    ["unloading", "Unloaded", "卸载"],
    ["unpacking", "Unpacked", "拆包"],
    ["void_shipping", "Shipment cancelled", "撤销发货"],
  ]),
  ...PRIVATE_STEPS,
  ...steps([
    // What an event's form tells where it names no step.
    ["document", "Document sent", "业务文件"],
    ["observing", "Seen", "观察到"],
    ["transforming", "Made into something else", "加工成其他物品"],
  ]),
]);

/**
 * Return the bare word of the step that `text` spells, or a foreign URI.
 * @param {string} text
 * @param {Prefixes} prefixes
 * @param {Words} book
 * @throws {MalformedError} It is no standard word, no step of our own and no
 *     URI.
 */
export function readStep(text, prefixes, { steps: standard, ownSteps: own }) {
  if (own.has(text)) {
    throw new MalformedError(
      `${quoted(text)} is no standard business step: write` +
        ` ${quoted(PRIVATE_STEP + text)}`,
    );
  }
  const vocabulary = new Vocabulary("business step", "BizStep-", standard);
  const found = vocabulary.read(text, prefixes);
  if (!found.startsWith(PRIVATE_STEP)) return found;
  const word = found.slice(PRIVATE_STEP.length);
  if (!own.has(word)) {
    const near = nearest(word, own);
    const instead =
      near === null
        ? `write, after ${PRIVATE_STEP}, one of` +
          ` ${[...own].sort(compareText).join(", ")}`
        : `did you mean ${quoted(PRIVATE_STEP + near)}?`;
    throw new MalformedError(
      `${quoted(head(text, 80))} is no step: ${instead}`,
    );
  }
  return word;
}

/**
 * Return which disposition `text` spells, or a foreign URI; null if neither.
 * @param {string} text
 * @param {Prefixes} prefixes
 * @param {Words} book
 */
export function findDisposition(text, prefixes, { dispositions }) {
  return new Vocabulary("disposition", "Disp-", dispositions).find(
    text,
    prefixes,
  );
}
