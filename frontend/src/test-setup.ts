import { cleanup, configure } from "@testing-library/preact";
import { options } from "preact";
import { afterEach } from "vitest";

afterEach(cleanup);

// Milliseconds that a test waits for what it looks for: the first import of a lazy part takes more than the usual 1000 on a
// busy machine.
configure({ asyncUtilTimeout: 4_000 });

// Preact runs effects after the next frame, or 35 ms later if none comes, and then cancels the frame. On a busy machine that
// is after the test's last line, when jsdom and its cancelAnimationFrame are gone.
options.requestAnimationFrame = (run) => setTimeout(run);

// jsdom has no modal dialogs; opening and closing is all that the tests need of one.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};
