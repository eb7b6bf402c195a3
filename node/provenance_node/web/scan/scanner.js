// @ts-check
// Reading a code, three ways: the camera, a photo, typing.
//
//     const scanner = openScanner(host, { language: "en", onCode });
//     scanner.close();
//
// The camera is asked for when its button is pressed, and stops when a code is
// read, when the page is hidden and when the scanner is closed. Nothing leaves
// the browser, and no address in a code is ever opened. Pictures are read by
// the browser's own detector or by the vendored one (decoder.js).

import {
  CameraError,
  closeCamera,
  eachPicture,
  openCamera,
  torchOf,
} from "./camera.js";
import { openDecoders } from "./decoder.js";
import { filled, icon, make } from "./elements.js";
import { looksAt, takePixels } from "./pixels.js";
import { readItem } from "./problems.js";
import { bracketed } from "../verify/gs1/reading.js";
import { wordsOf } from "./words.js";

/** @typedef {import("./decoder.js").Decoder} Decoder */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./words.js").Name} Name */

/** The longest side of a camera's picture that is looked at, in pixels. */
const PICTURE_SIZE = 1024;

/** How long second looks may take, in milliseconds. */
const CAMERA_PATIENCE = 60;
const PHOTO_PATIENCE = 400;

/** How many characters of a strange code are shown. */
const MOST_SHOWN = 200;

/**
 * Show the scanner in `host`, which is emptied.
 *
 * `onCode` is called with each code that names an item: its text as it was
 * read, and the item's id. The camera is off by then; the scanner stays.
 * @param {HTMLElement} host
 * @param {{language: string, onCode: (text: string, item: string) => void}} given
 * @returns {{close: () => void}} `close` takes it away and stops the camera
 */
export function openScanner(host, { language, onCode }) {
  const scanner = new Scanner(wordsOf(language), onCode);
  host.replaceChildren(scanner.element);
  return { close: () => scanner.close() };
}

class Scanner {
  /** @type {MediaStream | null} */
  #stream = null;

  /** Counts what was begun, so that what comes late knows that it does. */
  #turn = 0;

  /** How many pictures were looked at. */
  #looks = 0;

  /** @type {Promise<Decoder[]> | null} */
  #decoders = null;

  /** The strange code that was shown last: once is enough. */
  #shown = /** @type {string | null} */ (null);

  /**
   * @param {Words} words
   * @param {(text: string, item: string) => void} onCode
   */
  constructor(words, onCode) {
    this.words = words;
    this.onCode = onCode;
    this.video = make("video", {
      muted: true,
      playsInline: true,
      className: "scan-video",
      "aria-label": words.picture,
    });
    this.torch = make(
      "button",
      {
        type: "button",
        hidden: true,
        className: "scan-torch",
        "aria-pressed": "false",
      },
      icon("light"),
      words.torch,
    );
    this.view = make(
      "div",
      { className: "scan-view", hidden: true },
      this.video,
      make("div", { className: "scan-frame", "aria-hidden": "true" }),
      this.torch,
    );
    this.cameraLabel = make("span", {}, words.camera);
    this.camera = make(
      "button",
      {
        type: "button",
        id: "scan-camera",
        className: "scan-button scan-first",
        onclick: () => (this.#stream ? this.#stop("stopped") : this.#start()),
      },
      icon("camera"),
      this.cameraLabel,
    );
    this.photo = make("input", {
      type: "file",
      id: "scan-photo",
      accept: "image/*",
      className: "scan-file",
      onchange: () => this.#readPhoto(),
    });
    this.text = make("input", {
      type: "text",
      id: "scan-text",
      className: "scan-text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: false,
      maxLength: 2048,
      "aria-describedby": "scan-hint",
      oninput: () => this.#hint(),
      onchange: () => this.#hint(),
    });
    this.hint = make(
      "p",
      { id: "scan-hint", className: "scan-hint" },
      words.hint,
    );
    this.status = make("p", {
      id: "scan-status",
      className: "scan-status",
      role: "status",
    });
    this.element = make(
      "section",
      { className: "scan", "aria-label": words.title },
      this.view,
      make(
        "div",
        { className: "scan-ways" },
        this.camera,
        make(
          "label",
          { className: "scan-button" },
          this.photo,
          icon("photo"),
          make("span", {}, words.photo),
        ),
      ),
      this.status,
      make(
        "form",
        {
          className: "scan-form",
          noValidate: true,
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault();
            this.#readTyped();
          },
        },
        make("label", { htmlFor: "scan-text" }, words.typed),
        make(
          "div",
          { className: "scan-row" },
          this.text,
          make(
            "button",
            { type: "submit", id: "scan-read", className: "scan-button" },
            words.read,
          ),
        ),
        this.hint,
      ),
    );
    document.addEventListener("visibilitychange", this.#onHidden);
  }

  close() {
    this.#stop();
    document.removeEventListener("visibilitychange", this.#onHidden);
    this.#decoders?.then((all) => all.forEach((decoder) => decoder.close()));
    this.element.remove();
  }

  #onHidden = () => {
    if (document.hidden && this.#stream) this.#stop("stopped");
  };

  // The camera.

  async #start() {
    const turn = ++this.#turn;
    this.#say("starting");
    let stream;
    try {
      stream = await openCamera();
    } catch (error) {
      if (!(error instanceof CameraError)) throw error;
      if (turn === this.#turn) this.#fail(error.reason);
      return;
    }
    if (turn !== this.#turn) return closeCamera(stream);
    this.#stream = stream;
    this.#shown = null;
    stream.getVideoTracks()[0].onended = () => this.#stop("ended");
    this.#offerTorch(stream);
    this.view.hidden = false;
    this.cameraLabel.textContent = this.words.stop;
    this.video.srcObject = stream;
    try {
      await this.video.play();
    } catch {
      // Closed meanwhile, or the browser will not show it.
      if (turn === this.#turn) this.#stop("busy");
      return;
    }
    const decoders = await this.#loadDecoders();
    if (turn !== this.#turn) return;
    if (!decoders) return this.#stop("noReader");
    this.#say("aim");
    try {
      await eachPicture(this.video, () => this.#look(decoders, turn));
    } catch (error) {
      this.#breakDown(turn);
      throw error;
    }
  }

  /**
   * Look at the picture of this moment; return whether to go on.
   * @param {Decoder[]} decoders
   * @param {number} turn
   */
  async #look(decoders, turn) {
    if (turn !== this.#turn) return false;
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return true;
    const pixels = takePixels(
      this.video,
      [0, 0, videoWidth, videoHeight],
      PICTURE_SIZE,
    );
    // They take turns: what one of them does not see, the other may.
    const decoder = decoders[this.#looks++ % decoders.length];
    const texts = await decoder.read(pixels, CAMERA_PATIENCE);
    return turn === this.#turn && !this.#take(texts);
  }

  /**
   * Leave nothing running when a decoder fell over, which is loaded anew.
   * @param {number} turn
   */
  #breakDown(turn) {
    this.#decoders = null;
    if (turn === this.#turn) this.#stop("noReader");
  }

  /** @param {MediaStream} stream */
  #offerTorch(stream) {
    const light = torchOf(stream);
    this.torch.hidden = !light;
    this.torch.setAttribute("aria-pressed", "false");
    this.torch.onclick = async () => {
      const isOn = this.torch.getAttribute("aria-pressed") !== "true";
      try {
        await light?.(isOn);
      } catch {
        this.torch.hidden = true; // It promised more than it can do.
        return;
      }
      this.torch.setAttribute("aria-pressed", String(isOn));
    };
  }

  /**
   * Stop the camera, and say why if there is a why.
   * @param {Name} [name]
   */
  #stop(name) {
    this.#turn++;
    if (this.#stream) closeCamera(this.#stream);
    this.#stream = null;
    this.video.srcObject = null;
    this.view.hidden = true;
    this.cameraLabel.textContent = this.words.camera;
    if (name === "stopped") this.#say(name);
    else if (name) this.#fail(name);
  }

  // A photo.

  async #readPhoto() {
    const [file] = this.photo.files ?? [];
    if (!file) return;
    this.#stop();
    const turn = this.#turn;
    this.#shown = null;
    this.#say("looking");
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      picture = null;
    }
    // So that the same photo may be chosen again.
    this.photo.value = "";
    if (!picture) return this.#fail("noPicture");
    const decoders = await this.#loadDecoders();
    if (!decoders) return this.#fail("noReader");
    let isFound;
    try {
      isFound = await this.#search(picture, decoders, turn);
    } catch (error) {
      this.#breakDown(turn);
      throw error;
    } finally {
      picture.close();
    }
    if (!isFound && turn === this.#turn && !this.#shown) this.#fail("noCode");
  }

  /**
   * Return whether a code was found in `picture`, or something else begun.
   * @param {ImageBitmap} picture
   * @param {Decoder[]} decoders
   * @param {number} turn
   */
  async #search(picture, decoders, turn) {
    for (const { part, longest } of looksAt(picture.width, picture.height)) {
      const pixels = takePixels(picture, part, longest);
      for (const decoder of decoders) {
        const texts = await decoder.read(pixels, PHOTO_PATIENCE);
        if (turn !== this.#turn || this.#take(texts)) return true;
      }
    }
    return false;
  }

  /**
   * Return the decoders, loaded once; null if there is none.
   */
  async #loadDecoders() {
    this.#decoders ??= openDecoders();
    const decoders = await this.#decoders;
    if (decoders.length) return decoders;
    // What could not be loaded now may be, the next time.
    this.#decoders = null;
    return null;
  }

  // Typing.

  #readTyped() {
    this.#stop();
    this.#shown = null;
    if (this.#take([this.text.value])) return;
    this.text.setAttribute("aria-invalid", "true");
    this.text.focus();
  }

  /** Say what is typed so far, if it is something; never what it is not yet. */
  #hint() {
    this.text.removeAttribute("aria-invalid");
    const { item } = readItem(this.text.value, location.href);
    this.hint.classList.toggle("scan-good", item !== undefined);
    this.hint.replaceChildren(
      ...(item === undefined
        ? [this.words.hint]
        : filled(this.words.readsAs, { item: bracketed(item) })),
    );
  }

  // What comes of it.

  /**
   * Return whether one of `texts` names an item; if so, it is handed on.
   * @param {string[]} texts
   */
  #take(texts) {
    for (const text of texts) {
      const { item } = readItem(text, location.href);
      if (item === undefined) continue;
      this.#stop();
      this.#say("found", { item: bracketed(item) });
      this.onCode(text, item);
      return true;
    }
    const [text] = texts;
    if (text !== undefined && text !== this.#shown) this.#explain(text);
    return false;
  }

  /** @param {string} text */
  #explain(text) {
    this.#shown = text;
    const { problem, detail = "" } = readItem(text, location.href);
    if (problem === undefined) return;
    this.#fail(problem, {
      text: shown(text),
      count: String(text.trim().length),
      detail,
    });
  }

  /**
   * @param {Name} name
   * @param {Record<string, string>} [given]
   */
  #fail(name, given) {
    this.#say(name, given);
    this.status.classList.add("scan-bad");
  }

  /**
   * @param {Name} name
   * @param {Record<string, string>} [given]
   */
  #say(name, given = {}) {
    this.status.classList.remove("scan-bad");
    this.text.removeAttribute("aria-invalid");
    this.status.replaceChildren(...filled(this.words[name], given));
  }
}

/**
 * Return a strange code as it can be shown: a part of it if it is long, and a
 * sign in the place of what would be unseen, or turn the direction of writing.
 * @param {string} text
 */
function shown(text) {
  const characters = [...text.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd")];
  if (characters.length <= MOST_SHOWN) return characters.join("");
  return `${characters.slice(0, MOST_SHOWN).join("")}…`;
}
