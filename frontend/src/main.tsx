import { ahead, queries } from "./ahead";
import { render } from "preact";
import { App } from "./app/App";
import { AccountPage, SignInPage } from "./app/lazyPages";
import "./ui/styles";
import { language } from "./i18n";

/** Milliseconds in which nobody misses anything: what is there by then is shown whole, and not first what stands in for it. */
const patience = 200;

const { pathname } = globalThis.location;
const page = { "/sign-in": SignInPage, "/settings/account": AccountPage }[pathname];
const whole = ahead.then(() => page?.fetch());
const longEnough = new Promise<void>((resolve) => setTimeout(resolve, patience));

document.documentElement.lang = language;
const root = document.getElementById("app");
// Not awaited: the page's file imports this one, and comes only after it.
if (root) void Promise.race([whole, longEnough]).then(() => render(<App queries={queries} />, root));
