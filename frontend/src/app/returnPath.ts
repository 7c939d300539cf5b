/** The pages that signing in may lead back to. */
const allowed = ["/settings/account", "/settings/administration"];
const home = "/settings/account";

/**
 * Where to go after signing in, from the query of the sign-in page. The answer is always one of our own paths, written
 * by us: nothing of what stood in the query is passed on, so no link can lead elsewhere (T-31).
 */
export function returnPath(search: string): string {
  const next = new URLSearchParams(search).get("next");
  if (next === null || !/^\/(?![/\\])/.test(next)) return home;
  let path: string;
  try {
    const url = new URL(next, "https://here.invalid");
    if (url.origin !== "https://here.invalid") return home;
    path = url.pathname;
  } catch {
    return home;
  }
  return allowed.find((page) => page === path) ?? home;
}

/** The sign-in page that leads back to `path`, or to the page above it, if signing in may lead there. */
export function signInPath(path: string): string {
  const page = allowed.find((known) => known === path || path.startsWith(`${known}/`));
  return page ? `/sign-in?${new URLSearchParams({ next: page })}` : "/sign-in";
}
