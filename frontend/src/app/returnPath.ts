/** The pages that a sign-in may return to. */
const allowed = ["/settings/account", "/settings/administration"];
const home = "/settings/account";

/**
 * Returns the path to open after a sign-in, from the query of the sign-in page. It is always an element of `allowed`, never
 * a part of the query, so that a link cannot redirect to another site (T-31).
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

/** Returns the URL of the sign-in page that returns to `path`, or to the page above it, if that is allowed. */
export function signInPath(path: string): string {
  const page = allowed.find((known) => known === path || path.startsWith(`${known}/`));
  return page ? `/sign-in?${new URLSearchParams({ next: page })}` : "/sign-in";
}
