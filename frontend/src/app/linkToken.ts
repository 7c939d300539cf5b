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
 * history. It returns "" if there is none.
 */
export function takeToken({ location, history }: Pick<Window, "location" | "history">): string {
  if (!pages.includes(location.pathname)) return "";
  const token = location.hash.slice(1);
  if (location.hash) history.replaceState(null, "", location.pathname);
  return token;
}

/** Puts the token back into the URL, so that the page finds it after a reload. */
export function returnToken(token: string, { location, history }: Pick<Window, "location" | "history">) {
  if (token && pages.includes(location.pathname))
    history.replaceState(null, "", `${location.pathname}#${token}`);
}
