import type { ComponentType, ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../i18n";
import { Button } from "./Button";
import { Notice } from "./Notice";

const nothing = () => {};

/** Not every browser knows when it is idle. */
const whenIdle: (run: () => void) => unknown =
  "requestIdleCallback" in globalThis ? (run) => requestIdleCallback(run, { timeout: 2000 }) : setTimeout;

interface FrameProps {
  /** Why it isn't there, and what to do; nothing while it is on its way. */
  children?: ComponentChildren;
}

/**
 * A part of the page that is fetched when it is first shown. Until then `Frame` stands in its field, as large as the part
 * will be. Pressing "Try again" fetches once more, and where that fails too loads the page: a newer version of the
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
  /** Fetches it now. A failure is told when it is shown. */
  LazyPart.fetch = () => fetch().then(nothing, nothing);
  /** Fetches it when nothing else is to be done, so that nobody waits for it later. */
  LazyPart.prefetch = () => {
    whenIdle(() => void LazyPart.fetch());
  };
  return LazyPart;
}
