import { cleanup, configure } from "@testing-library/preact";
import { afterEach } from "vitest";

// Milliseconds. Lazy parts are compiled when a test first shows them, which takes seconds on a busy machine.
configure({ asyncUtilTimeout: 5_000 });

afterEach(cleanup);

// jsdom does not implement modal dialogs. The tests only need dialogs to open and close.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};
