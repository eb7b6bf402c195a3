// The tables that stand in both languages, as JSON, for Python to compare.

import { DEFAULT_ROLES } from "../../node/provenance_node/web/verify/claims/roles.js";
import { MAX_LEAVES } from "../../node/provenance_node/web/verify/claims/event.js";
import { STANDARD_PREFIXES } from "../../node/provenance_node/web/verify/epcis/prefixes.js";
import {
  BIZ_STEP,
  DISPOSITION,
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
import { MAX_BUNDLE_SIZE } from "../../node/provenance_node/web/verify/proof/bundle.js";
import { EXPLANATIONS } from "../../node/provenance_node/web/verify/proof/explanations.js";
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
    checks: [SCHEMA, NOT_CHECKED, ...CHECKS],
    cset_82: CSET_82,
    explanations: [...EXPLANATIONS],
    keys: forms(KEYS),
    limits: [MAX_BUNDLE_SIZE, MAX_LEAVES],
    orders: [...ORDERS],
    prefixes: [...STANDARD_PREFIXES],
    private_steps: steps(PRIVATE_STEPS),
    qualifiers: forms(QUALIFIERS),
    roles: [...DEFAULT_ROLES].map(([role, kinds]) => [role, [...kinds].sort()]),
    steps: steps(STEPS),
    vocabularies: [BIZ_STEP, DISPOSITION, ERROR_REASON].map(words),
  };
}
