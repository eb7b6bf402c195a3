// @ts-check
// Keeping the page for when there is no network, and saying when a newer one
// is there. Only where the browser allows it: on https, or on this machine.

import { byId, make } from "./dom.js";

/** @typedef {import("./language.js").Speaker} Speaker */

/**
 * Register the service worker.
 * @param {() => Speaker} speaker
 */
export async function watchUpdates(speaker) {
  const worker = globalThis.isSecureContext && navigator.serviceWorker;
  if (!worker) return;
  try {
    const registration = await worker.register("/sw.js");
    const offer = () => {
      const { waiting } = registration;
      if (waiting && worker.controller) offerUpdate(waiting, speaker());
    };
    offer();
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", offer);
    });
  } catch (error) {
    // Not allowed, or no network: the page works without.
    if (!(error instanceof DOMException || error instanceof TypeError)) {
      throw error;
    }
  }
}

/**
 * @param {ServiceWorker} waiting
 * @param {Speaker} speaker
 */
function offerUpdate(waiting, speaker) {
  document.getElementById("update")?.remove();
  const load = () => {
    navigator.serviceWorker.addEventListener(
      "controllerchange",
      () => location.reload(),
      { once: true },
    );
    waiting.postMessage("take over");
  };
  byId("main").prepend(
    make(
      "div",
      { id: "update", class: "notice note", role: "status" },
      make("p", {}, speaker.say("notice.update")),
      make(
        "button",
        { type: "button", click: load },
        speaker.say("notice.update.do"),
      ),
    ),
  );
}
