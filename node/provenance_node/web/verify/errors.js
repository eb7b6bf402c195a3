// @ts-check
// Every error that verifying raises. Mirrors provenance/errors.py.
//
//     ProvenanceError
//     ├── MalformedError         the bytes are not in their claimed format
//     │   ├── UnknownKindError       they may be in one of a later version
//     │   └── UnknownBookError       a rule book is not at hand
//     ├── RejectedError          well formed, but may not be accepted
//     │   ├── UnknownActorError      no such actor, or not its key
//     │   └── RoleNotGrantedError    the actor may not say this
//     └── VerificationError      the evidence does not prove the claim
//         ├── InvalidSignatureError
//         ├── InvalidProofError
//         └── QuorumNotMetError      too few cosignatures: policy not met
//
// A message is one lower-case sentence with the values in it. A wrong call is
// a RangeError or a TypeError, as everywhere in JavaScript.

/** The root of every error that is raised on purpose. */
export class ProvenanceError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** The bytes are not in the format they claim to be in. */
export class MalformedError extends ProvenanceError {}

/** An entry of a kind that only a later version knows: not wrong by that. */
export class UnknownKindError extends MalformedError {}

/** A rule book is named that is not at hand: nothing is judged by another. */
export class UnknownBookError extends MalformedError {
  /**
   * @param {string} message
   * @param {Uint8Array} book its id, the SHA-256 of its bytes
   */
  constructor(message, book) {
    super(message);
    this.book = book;
  }
}

/** Well formed, but the ledger's rules do not let it in. */
export class RejectedError extends ProvenanceError {}

/** The signer is no enrolled actor, or the key is not that actor's. */
export class UnknownActorError extends RejectedError {}

/** The actor exists, but no grant lets it say this. */
export class RoleNotGrantedError extends RejectedError {}

/** The evidence does not prove the claim. */
export class VerificationError extends ProvenanceError {}

/** A signature is not by the key that it names, or not over these bytes. */
export class InvalidSignatureError extends VerificationError {}

/** A Merkle or map proof does not lead to the root it is held against. */
export class InvalidProofError extends VerificationError {}

/** Too few trusted cosignatures: the verifier's policy is not met. */
export class QuorumNotMetError extends VerificationError {}
