// Fetches a file of the page's own code when it is first needed.
//
// Away from the network it waits until the network is back: the outline stands until then. When the server no longer
// has the file, another version of PENNY has taken its place, and the page is loaded anew, but not while the file is
// only fetched ahead.
const PAUSE_MS = [250, 500, 1000, 2000, 4000];
const RELOADED = "penny.reloaded";

export async function fetchCode(address) {
  for (let tries = 0; ; tries++) {
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return response;
    if (response?.status === 404) {
      while (!isAwaited()) await back(PAUSE_MS[0]);
      if (mayReload()) {
        location.reload();
        await new Promise(() => {});
      }
    }
    await back(PAUSE_MS[Math.min(tries, PAUSE_MS.length - 1)]);
  }
}

const files = new Map();

// Fetches a piece that stands in one file with others; the file is fetched once.
export async function fetchPart(address, from, to) {
  const { href } = address;
  if (!files.has(href)) files.set(href, fetchCode(address).then((response) => response.arrayBuffer()));
  const bytes = await files.get(href).catch((error) => {
    files.delete(href);
    throw error;
  });
  return new Response(bytes.slice(from, to), { headers: { "content-type": "application/wasm" } });
}

// Whether somebody waits for code: the page is not alive yet, or an outline stands in it.
function isAwaited() {
  return !("alive" in document.documentElement.dataset) || document.querySelector(".skeleton") !== null;
}

// Once a minute: a server that lost its files would otherwise be asked for ever.
function mayReload() {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < 60_000) return false;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  return true;
}

// Waits a while, or until the browser says that the network is back.
function back(pause) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, pause);
    addEventListener("online", done);
  });
}
