// Fetches code files of the page on demand.
//
// Without a network connection it retries until the connection is back; the page shows a loading state until then. If
// the server no longer has the file, a new version of PENNY was deployed and the page is reloaded, but not while the
// file is only preloaded.
const RETRY_DELAYS_MS = [250, 500, 1000, 2000, 4000];
const RELOADED_AT_KEY = "penny.reloaded";

export async function fetchCode(url) {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response;
    if (response?.status === 404) {
      while (!isNeeded()) await delayOrOnline(RETRY_DELAYS_MS[0]);
      if (mayReload()) {
        location.reload();
        await new Promise(() => {});
      }
    }
    await delayOrOnline(RETRY_DELAYS_MS[Math.min(attempt, RETRY_DELAYS_MS.length - 1)]);
  }
}

const files = new Map();

// Fetches a byte range of a file that contains several code chunks; the file is fetched once.
export async function fetchPart(url, from, to) {
  const { href } = url;
  if (!files.has(href)) files.set(href, fetchCode(url).then((response) => response.arrayBuffer()));
  const bytes = await files.get(href).catch((error) => {
    files.delete(href);
    throw error;
  });
  return new Response(bytes.slice(from, to), { headers: { "content-type": "application/wasm" } });
}

// Returns whether the page waits for code: it is not hydrated yet, or it shows a loading state.
function isNeeded() {
  return !("alive" in document.documentElement.dataset) || document.querySelector(".skeleton") !== null;
}

// Allows one reload per minute, so that missing files do not cause a reload loop.
function mayReload() {
  const last = Number(sessionStorage.getItem(RELOADED_AT_KEY) ?? 0);
  if (Date.now() - last < 60_000) return false;
  sessionStorage.setItem(RELOADED_AT_KEY, String(Date.now()));
  return true;
}

// Resolves after the delay, or earlier when the browser goes online.
function delayOrOnline(delayMs) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    addEventListener("online", done);
  });
}
