import type { ReactNode } from "react";
import { words } from "../words";
import { Bone } from "./Card";
import { Dialog, DialogBody } from "./Dialog";

/** A dialog whose content is on its way, or failed to come. */
export const WaitingDialog = ({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children?: ReactNode;
}) => (
  <Dialog title={title} closeLabel={words.common.close} onClose={onClose}>
    <DialogBody>
      {children ?? (
        <p role="status">
          <Bone letters={20} />
          <span className="sr-only">{words.common.loading}</span>
        </p>
      )}
    </DialogBody>
  </Dialog>
);
