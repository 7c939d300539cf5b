import { prefetched, queries } from "./prefetch";
import { render } from "preact";
import { App } from "./app/App";
import { AccountPage, SignInPage } from "./app/lazyPages";
import "./ui/styles";
import { language } from "./i18n";

/**
 * Milliseconds to wait for the prefetched page before its skeleton is shown. A page that arrives in this time is rendered
 * once instead of twice. With CPU slowed down four times and 40 ms of latency (LATENCY=40 make bench-page), the account page
 * is usable after 2.8 s; without this wait after 3.6 s, and without the prefetch too after 5.1 s.
 */
const skeletonDelay = 200;

const { pathname } = globalThis.location;
const page = { "/sign-in": SignInPage, "/settings/account": AccountPage }[pathname];
const ready = prefetched.then(() => page?.fetch());
const delay = new Promise<void>((resolve) => setTimeout(resolve, skeletonDelay));

document.documentElement.lang = language;
const root = document.getElementById("app");
// Not awaited, because the page's file imports this one and runs only after it.
if (root) void Promise.race([ready, delay]).then(() => render(<App queries={queries} />, root));
