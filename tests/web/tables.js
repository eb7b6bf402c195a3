// The tables that stand in both languages, as JSON, for Python to compare.

import {
  MAX_ITEM_LENGTH,
  MAX_LEAVES,
  MAX_OWN_LEAVES,
  MAX_POINTER_LENGTH,
  MAX_UOM_LENGTH,
  QUANTITY_LISTS,
  RELATIONS,
} from "../../node/provenance_node/web/verify/claims/event.js";
import { toHex } from "../../node/provenance_node/web/verify/encoding/bytes.js";
import { shipped } from "../../node/provenance_node/web/verify/rules/book.js";
import { STANDARD_PREFIXES } from "../../node/provenance_node/web/verify/epcis/prefixes.js";
import {
  ERROR_REASON,
  PRIVATE_STEPS,
  STEPS,
} from "../../node/provenance_node/web/verify/epcis/vocabulary.js";
import { CSET_82 } from "../../node/provenance_node/web/verify/gs1/checkdigit.js";
import {
  KEYS,
  ORDERS,
  QUALIFIERS,
} from "../../node/provenance_node/web/verify/gs1/identifier.js";
import {
  MAX_BUNDLE_SIZE,
  MAX_PARTS,
  MAX_ROWS,
  MAX_ANCHORS,
  MAX_TRAILS,
} from "../../node/provenance_node/web/verify/proof/bundle.js";
import {
  EDGE,
  WHOLE,
} from "../../node/provenance_node/web/verify/proof/trace.js";
import {
  NOT_CHECKED,
  SCHEMA,
  STEPS as CHECKS,
} from "../../node/provenance_node/web/verify/proof/verdict.js";

const forms = (table) =>
  [...table].map(([ai, { name, checked, says }]) => [ai, name, checked, says]);
const steps = (table) =>
  [...table].map(([word, { english, chinese }]) => [word, english, chinese]);
const words = ({ name, stem, words: all }) => [name, stem, [...all].sort()];

export function all() {
  return {
    books: [shipped().evidence.id, shipped().assessment.id].map(toHex),
    checks: [SCHEMA, NOT_CHECKED, ...CHECKS],
    cset_82: CSET_82,
    keys: forms(KEYS),
    limits: [
      MAX_BUNDLE_SIZE,
      MAX_ROWS,
      MAX_ANCHORS,
      MAX_TRAILS,
      MAX_PARTS,
      MAX_LEAVES,
      MAX_OWN_LEAVES,
      MAX_ITEM_LENGTH,
      MAX_POINTER_LENGTH,
      MAX_UOM_LENGTH,
      WHOLE,
      EDGE,
    ],
    orders: [...ORDERS],
    prefixes: [...STANDARD_PREFIXES],
    private_steps: steps(PRIVATE_STEPS),
    qualifiers: forms(QUALIFIERS),
    relations: RELATIONS,
    quantity_lists: [...QUANTITY_LISTS].sort(),
    steps: steps(STEPS),
    error_reasons: words(ERROR_REASON),
  };
}
