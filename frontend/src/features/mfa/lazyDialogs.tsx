// The parts of the MFA card that are loaded later. The dialogs are prefetched when the card is shown, so that pressing a
// button does not wait. The notice of a pending enrollment is rare, and loaded before the card is shown.
import { lazyPart } from "../../ui/lazyPart";
import { DialogLoading } from "../../ui/DialogLoading";
import { messages } from "../../i18n";
import type { EnrollDialogProps } from "./EnrollDialog";
import type { MethodActionDialogProps } from "./MethodActionDialog";
import type { PendingEnrollmentProps } from "./PendingEnrollment";
import type { RenameFormProps } from "./RenameForm";

export const EnrollDialog = lazyPart<EnrollDialogProps>(
  () => import("./EnrollDialog").then(({ EnrollDialog }) => EnrollDialog),
  ({ children }) => <DialogLoading>{children}</DialogLoading>,
);

export const MethodActionDialog = lazyPart<MethodActionDialogProps>(
  () => import("./MethodActionDialog").then(({ MethodActionDialog }) => MethodActionDialog),
  ({ children }) => <DialogLoading>{children}</DialogLoading>,
);

export const PendingEnrollment = lazyPart<PendingEnrollmentProps>(
  () => import("./PendingEnrollment").then(({ PendingEnrollment }) => PendingEnrollment),
  ({ children }) => <>{children}</>,
);

export const RenameForm = lazyPart<RenameFormProps>(
  () => import("./RenameForm").then(({ RenameForm }) => RenameForm),
  ({ children }) => (
    <div className="rename">
      {children ?? (
        <p className="row__title" role="status">
          {messages.common.loading}
        </p>
      )}
    </div>
  ),
);
