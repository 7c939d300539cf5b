import type { ComponentChildren, Ref } from "preact";
import { AlertIcon, CheckIcon, InfoIcon } from "./icons";

interface NoticeProps {
  kind: "info" | "success" | "warning" | "error";
  title?: string;
  children?: ComponentChildren;
  actions?: ComponentChildren;
  noticeRef?: Ref<HTMLDivElement>;
}

/** A highlighted message. Screen readers read an error at once, and other kinds when they are idle. */
export function Notice({ kind, title, children, actions, noticeRef }: NoticeProps) {
  return (
    <div
      className={`notice notice--${kind}`}
      role={kind === "error" ? "alert" : "status"}
      ref={noticeRef ?? null}
      tabIndex={noticeRef ? -1 : undefined}
    >
      {kind === "success" ? (
        <CheckIcon />
      ) : kind === "error" || kind === "warning" ? (
        <AlertIcon />
      ) : (
        <InfoIcon />
      )}
      <div className="notice__text">
        {title && <p className="notice__title">{title}</p>}
        {children && <div>{children}</div>}
        {actions && <div className="notice__actions">{actions}</div>}
      </div>
    </div>
  );
}
