// @ts-check
// The page without a network. What the node serves starts with a line of its
// own, `self.SHELL = {version, files: {path: hash}}`, each hash the first 16
// digits of a SHA-256. By that list the files are fetched once, each is checked,
// and from then on served from here, all of one version. Evidence never passes
// through: the page asks for it itself.

/** @type {{version: string, files: Record<string, string>}} */
const SHELL = /** @type {any} */ (self).SHELL;
const worker = /** @type {ServiceWorkerGlobalScope} */ (
  /** @type {unknown} */ (self)
);

const PREFIX = "provenance-shell-";
const CACHE = PREFIX + SHELL.version;

/** The paths of items' codes, which the node redirects to the page. */
const DIGITAL_LINK = /^\/\d{2,4}\/./;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (Object.hasOwn(SHELL.files, url.pathname)) {
    event.respondWith(fromShell(url.pathname, request));
  } else if (request.mode === "navigate" && DIGITAL_LINK.test(url.pathname)) {
    event.respondWith(followLink(request, url));
  }
});

/**
 * Keep every file of this version.
 * @throws {Error} One of them is not what the list says: a newer version is
 *     being put in place, and the browser tries again later.
 */
async function keepShell() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    Object.entries(SHELL.files).map(async ([path, hash]) => {
      const response = await fetch(path, { cache: "no-cache" });
      const body = await response.clone().arrayBuffer();
      const found = await crypto.subtle.digest("SHA-256", body);
      const hex = [...new Uint8Array(found)]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("");
      if (!response.ok || !hex.startsWith(hash)) {
        throw new Error(`${path} is of another version`);
      }
      await cache.put(path, response);
    }),
  );
}

async function removeOld() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
}

/**
 * @param {string} path
 * @param {Request} request
 */
async function fromShell(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

/**
 * Follow an item's code; without a network, to the page that is kept.
 * @param {Request} request
 * @param {URL} url
 */
async function followLink(request, url) {
  try {
    return await fetch(request);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const item = encodeURIComponent(`https://id.gs1.org${url.pathname}`);
    return Response.redirect(`/?item=${item}`, 302);
  }
}
