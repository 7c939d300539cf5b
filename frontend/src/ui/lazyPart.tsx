import type { ComponentType, ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../i18n";
import { Button } from "./Button";
import { Notice } from "./Notice";

const nothing = () => {};

/** Safari has no requestIdleCallback. */
const whenIdle: (run: () => void) => unknown =
  "requestIdleCallback" in globalThis ? (run) => requestIdleCallback(run, { timeout: 2000 }) : setTimeout;

interface FrameProps {
  /** Why loading failed and what to do; nothing while it loads. */
  children?: ComponentChildren;
}

/**
 * Returns a component whose file is loaded when it is first shown. Until then `Frame` takes its place, with the size of the
 * component. "Try again" loads the file once more and, if that fails too, reloads the page, because a newer version of the
 * service may have other files.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Frame: ComponentType<Props & FrameProps>,
) {
  let ready: ComponentType<Props> | undefined;
  const fetch = async () => (ready ??= await load());

  function LazyPart(props: Props) {
    const [state, setState] = useState<"loading" | "failed" | "ready">(ready ? "ready" : "loading");
    const settle = (work: Promise<unknown>, failed: () => void) =>
      void work.then(() => setState("ready"), failed);

    useEffect(() => settle(fetch(), () => setState("failed")), []);

    if (ready && state === "ready") {
      const Part = ready;
      return <Part {...props} />;
    }
    if (state === "loading") return <Frame {...props} />;
    return (
      <Frame {...props}>
        <Notice
          kind="error"
          title={messages.common.partFailed}
          actions={
            <Button small onClick={() => settle(fetch(), () => globalThis.location.reload())}>
              {messages.common.retry}
            </Button>
          }
        >
          <p>{messages.common.partFailedHint}</p>
        </Notice>
      </Frame>
    );
  }
  /** Loads the file now. A failure is reported when the component is shown. */
  LazyPart.fetch = () => fetch().then(nothing, nothing);
  /** Loads the file when the browser is idle, so that the user does not wait for it later. */
  LazyPart.prefetch = () => {
    whenIdle(() => void LazyPart.fetch());
  };
  return LazyPart;
}
