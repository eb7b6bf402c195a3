// @ts-check
// The page without a network. What the node serves starts with a line of its
// own, `self.SHELL = {version, files: {path: hash}, later: {path: hash}}`, each
// hash the first 16 digits of a SHA-256. By that list `files` are fetched once,
// each is checked, and from then on served from here, all of one version. Those
// of `later` are what few visits need, and are kept once one did. Evidence never
// passes through: the page asks for it itself.

/** @typedef {Record<string, string>} Hashes by path */
/** @type {{version: string, files: Hashes, later: Hashes}} */
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
  const { pathname } = url;
  if (Object.hasOwn(SHELL.files, pathname)) {
    event.respondWith(fromShell(pathname, request));
  } else if (Object.hasOwn(SHELL.later, pathname)) {
    event.respondWith(fromShellOrKept(pathname));
  } else if (request.mode === "navigate" && DIGITAL_LINK.test(url.pathname)) {
    event.respondWith(followLink(request, url));
  }
});

/**
 * Keep every file of this version, and of those for later the ones that the
 * version before had kept.
 * @throws {Error} One of them is not what the list says: a newer version is
 *     being put in place, and the browser tries again later.
 */
async function keepShell() {
  const names = (await caches.keys()).filter(isOld);
  const old = await Promise.all(names.map((name) => caches.open(name)));
  const cache = await caches.open(CACHE);
  await Promise.all([
    ...Object.entries(SHELL.files).map(async ([path, hash]) =>
      cache.put(
        path,
        (await findSame(path, hash, old)) ?? (await get(path, hash)),
      ),
    ),
    ...Object.entries(SHELL.later).map(async ([path, hash]) => {
      const had = await Promise.all(old.map((one) => one.match(path)));
      if (!had.some(Boolean)) return;
      const same = await findSame(path, hash, old);
      await cache.put(path, same ?? (await get(path, hash)));
    }),
  ]);
}

/**
 * Return a file of that hash which another version kept, if any did.
 * @param {string} path
 * @param {string} hash
 * @param {Cache[]} old
 */
async function findSame(path, hash, old) {
  for (const cache of old) {
    const kept = await cache.match(path);
    if (kept && (await hasHash(kept, hash))) return kept;
  }
  return null;
}

/**
 * Fetch a file of this version.
 * @param {string} path
 * @param {string} hash
 * @throws {Error} It is of another version.
 */
async function get(path, hash) {
  const response = await fetch(path, { cache: "no-cache" });
  if (response.ok && (await hasHash(response, hash))) return response;
  throw new Error(`${path} is of another version`);
}

/**
 * @param {Response} response of which a copy is read
 * @param {string} hash
 */
async function hasHash(response, hash) {
  const body = await response.clone().arrayBuffer();
  const found = await crypto.subtle.digest("SHA-256", body);
  const hex = [...new Uint8Array(found)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return hex.startsWith(hash);
}

/** @param {string} name of a cache */
function isOld(name) {
  return name.startsWith(PREFIX) && name !== CACHE;
}

async function removeOld() {
  for (const name of await caches.keys()) {
    if (isOld(name)) await caches.delete(name);
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
 * Return a file that is kept from its first use on. One of another version is
 * no answer: modules of two versions never run together.
 * @param {string} path
 */
async function fromShellOrKept(path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept) return kept;
  try {
    const response = await get(path, SHELL.later[path]);
    await cache.put(path, response.clone());
    return response;
  } catch {
    // No network, or a newer version is there, which is then offered.
    void worker.registration.update().catch(() => {});
    return Response.error();
  }
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
    // What the label says besides goes along, as with a network.
    const said = url.search && `&${url.search.slice(1)}`;
    return Response.redirect(`/?item=${item}${said}`, 302);
  }
}
