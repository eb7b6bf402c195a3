// The Merkle tree agrees with RFC 6962, and believes nothing false.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { decodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import { checkHash } from "../../node/provenance_node/web/verify/encoding/digest.js";
import {
  leafHash,
  nodeHash,
  rootFromPath,
  rootOf,
} from "../../node/provenance_node/web/verify/encoding/tree.js";
import {
  InvalidProofError,
  ProvenanceError,
} from "../../node/provenance_node/web/verify/errors.js";
import {
  MAX_SIZE,
  isSubtree,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "../../node/provenance_node/web/verify/tlog/merkle.js";
import { shared } from "./vectors.js";

const hash = (text) => checkHash(decodeBase64(text ?? ""));
const proofOf = (vector) => (vector.proof ?? []).map(hash);

/** Kind → how many there are, how many verify, and how they are checked. */
const PUBLISHED = {
  inclusion: [
    98,
    6,
    (v) =>
      verifyInclusion(proofOf(v), {
        index: v.leafIdx,
        size: v.treeSize,
        leaf: hash(v.leafHash),
        root: hash(v.root),
      }),
  ],
  consistency: [
    98,
    6,
    (v) =>
      verifyConsistency(proofOf(v), {
        oldSize: v.size1,
        newSize: v.size2,
        oldRoot: decodeBase64(v.root1 ?? ""),
        newRoot: decodeBase64(v.root2 ?? ""),
      }),
  ],
  subtreeinclusion: [
    204,
    12,
    (v) =>
      verifySubtreeInclusion(proofOf(v), {
        index: v.leafIdx,
        start: v.start,
        stop: v.end,
        leaf: hash(v.leafHash),
        subtreeRoot: hash(v.root),
      }),
  ],
  subtreeconsistency: [
    118,
    12,
    (v) =>
      verifySubtreeConsistency(proofOf(v), {
        start: v.start,
        stop: v.end,
        size: v.size,
        subtreeRoot: decodeBase64(v.root1 ?? ""),
        root: decodeBase64(v.root2 ?? ""),
      }),
  ],
};

for (const [kind, [count, good, check]] of Object.entries(PUBLISHED)) {
  test(`all ${count} published ${kind} vectors get their verdict`, (t) => {
    const folder = shared(t, "transparency-dev-merkle");
    if (!folder) return;
    const root = new URL(`testdata/${kind}/`, folder);
    const names = readdirSync(root, { recursive: true });
    const files = names.filter((name) => name.endsWith(".json"));
    assert.equal(files.length, count);
    let verified = 0;
    for (const name of files) {
      const vector = JSON.parse(readFileSync(new URL(name, root), "utf8"));
      if (vector.wantErr) {
        assert.throws(() => check(vector), ProvenanceError, name);
      } else {
        check(vector);
        verified++;
      }
    }
    assert.equal(verified, good);
  });
}

// The definitions of RFC 6962, section 2.1: slow and obvious.

const LEAVES = Array.from({ length: 24 }, (_, i) => leafHash(Uint8Array.of(i)));

function split(count) {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

function rootByDefinition(leaves) {
  if (leaves.length === 1) return leaves[0];
  const half = split(leaves.length);
  return nodeHash(
    rootByDefinition(leaves.slice(0, half)),
    rootByDefinition(leaves.slice(half)),
  );
}

function pathByDefinition(index, leaves) {
  if (leaves.length === 1) return [];
  const half = split(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half
    ? [...pathByDefinition(index, left), rootByDefinition(right)]
    : [...pathByDefinition(index - half, right), rootByDefinition(left)];
}

function consistencyByDefinition(old, leaves, isKnown = true) {
  if (old === leaves.length) return isKnown ? [] : [rootByDefinition(leaves)];
  const half = split(leaves.length);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return old <= half
    ? [...consistencyByDefinition(old, left, isKnown), rootByDefinition(right)]
    : [
        ...consistencyByDefinition(old - half, right, false),
        rootByDefinition(left),
      ];
}

test("every leaf of every small tree is proved, for its index alone", () => {
  for (let size = 1; size <= LEAVES.length; size++) {
    const leaves = LEAVES.slice(0, size);
    const root = rootByDefinition(leaves);
    assert.deepEqual(rootOf(leaves), root);
    for (let index = 0; index < size; index++) {
      const proof = pathByDefinition(index, leaves);
      const leaf = leaves[index];
      verifyInclusion(proof, { index, size, leaf, root });
      for (let wrong = 0; wrong < size; wrong++) {
        if (wrong === index) continue;
        assert.throws(
          () => verifyInclusion(proof, { index: wrong, size, leaf, root }),
          InvalidProofError,
        );
      }
      const longer = [...proof, root];
      assert.throws(
        () => verifyInclusion(longer, { index, size, leaf, root }),
        InvalidProofError,
      );
    }
  }
});

test("every small tree is consistent with its prefixes alone", () => {
  const roots = LEAVES.map((_, i) => rootByDefinition(LEAVES.slice(0, i + 1)));
  for (let newSize = 1; newSize <= LEAVES.length; newSize++) {
    for (let oldSize = 1; oldSize <= newSize; oldSize++) {
      const proof = consistencyByDefinition(oldSize, LEAVES.slice(0, newSize));
      const claim = {
        oldSize,
        newSize,
        oldRoot: roots[oldSize - 1],
        newRoot: roots[newSize - 1],
      };
      verifyConsistency(proof, claim);
      const other = nodeHash(LEAVES[0], LEAVES[0]);
      const others = [
        { ...claim, oldRoot: other },
        { ...claim, newRoot: other },
        { ...claim, oldSize: 0 },
        { ...claim, newSize: oldSize - 1 },
      ];
      for (const wrong of others) {
        assert.throws(() => verifyConsistency(proof, wrong), InvalidProofError);
      }
    }
  }
});

test("sizes and indexes that JavaScript cannot count are refused", () => {
  const [leaf] = LEAVES;
  for (const index of [-1, 0.5, NaN, 2 ** 53, Infinity, "0", null, undefined]) {
    const claim = { index, size: MAX_SIZE, leaf, root: leaf };
    assert.throws(() => verifyInclusion([], claim), InvalidProofError);
    assert.throws(() => rootFromPath(leaf, [], claim), InvalidProofError);
    const size = { index: 0, size: index, leaf, root: leaf };
    assert.throws(() => verifyInclusion([], size), InvalidProofError);
    assert(!isSubtree(0, index));
    assert(!isSubtree(index, MAX_SIZE));
  }
});

test("a tree of 2**53 - 1 leaves is walked exactly", () => {
  const proof = Array(53).fill(LEAVES[1]);
  const place = { index: MAX_SIZE - 1, size: MAX_SIZE };
  assert.throws(() => rootFromPath(LEAVES[0], proof, place), InvalidProofError);
  const root = rootFromPath(LEAVES[0], proof.slice(1), place);
  let digest = LEAVES[0];
  for (let i = 0; i < 52; i++) digest = nodeHash(LEAVES[1], digest);
  assert.deepEqual(root, digest);
});
