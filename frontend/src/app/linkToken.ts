/** The pages that mailed links open, with a token behind the `#`. */
const pages = ["/reset-password", "/confirm-address", "/not-me", "/cancel-removal", "/complete-removal"];

/**
 * Reads the token of a mailed link and takes it out of the address: it stays neither in the bar nor in the history.
 * Empty where there is none.
 */
export function takeToken({ location, history }: Pick<Window, "location" | "history">): string {
  if (!pages.includes(location.pathname)) return "";
  const token = location.hash.slice(1);
  if (location.hash) history.replaceState(null, "", location.pathname);
  return token;
}

/** Puts it back, for the page to read it when it is loaded again. */
export function returnToken(token: string, { location, history }: Pick<Window, "location" | "history">) {
  if (token && pages.includes(location.pathname))
    history.replaceState(null, "", `${location.pathname}#${token}`);
}
