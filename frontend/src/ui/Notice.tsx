import type { ReactNode, Ref } from "react";
import { AlertIcon, CheckIcon, InfoIcon } from "./icons";

interface NoticeProps {
  kind: "info" | "success" | "warning" | "error";
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  noticeRef?: Ref<HTMLDivElement>;
}

/** Something to read. An error interrupts a screen reader, the rest waits its turn. */
export function Notice({ kind, title, children, actions, noticeRef }: NoticeProps) {
  return (
    <div
      className={`notice notice--${kind}`}
      role={kind === "error" ? "alert" : "status"}
      ref={noticeRef}
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
