import { cleanup, configure } from "@testing-library/preact";
import { options } from "preact";
import { afterEach } from "vitest";

// Milliseconds that a test waits for an element. The first import of a lazy part takes seconds on a busy machine.
configure({ asyncUtilTimeout: 5_000 });

// Preact runs effects after the next frame, or 35 ms later if there is none, and then cancels the frame. On a busy machine
// that is after the end of the test, when jsdom and its cancelAnimationFrame are gone.
options.requestAnimationFrame = (run) => setTimeout(run);

afterEach(cleanup);

// jsdom does not implement modal dialogs. The tests only need dialogs to open and close.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};
