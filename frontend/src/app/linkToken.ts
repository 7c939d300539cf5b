/** The pages of mailed links. The token is in the fragment, which browsers do not send to the server. */
const pages = [
  "/set-password",
  "/reset-password",
  "/confirm-address",
  "/not-me",
  "/cancel-removal",
  "/complete-removal",
];

/**
 * Returns the token of a mailed link and removes it from the URL, so that it stays neither in the address bar nor in the
 * history. It returns "" if there is none. It also finds a token in a link that a mail gateway rewrote: "/not-me%23TOKEN",
 * where the gateway encoded the "#", and "/not-me/#TOKEN".
 */
export function takeToken({ location, history }: Pick<Window, "location" | "history">): string {
  const [path = "", encoded] = location.pathname.split(/%(?:25)*23/, 2);
  const page = path.replace(/\/$/, "");
  if (!pages.includes(page)) return "";
  const token = location.hash.slice(1) || (encoded ?? "");
  if (location.hash || location.pathname !== page) history.replaceState(null, "", page);
  return token;
}

/** Puts the token back into the URL, so that the page finds it after a reload. */
export function returnToken(token: string, { location, history }: Pick<Window, "location" | "history">) {
  if (token && pages.includes(location.pathname))
    history.replaceState(null, "", `${location.pathname}#${token}`);
}
