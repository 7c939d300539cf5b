// What comes with a press on the MFA card, fetched when the card is there, so that a press need not wait for it; and what
// is rare on it, fetched before the card is shown.
import { lazyPart } from "../../ui/lazyPart";
import { OnItsWay } from "../../ui/OnItsWay";
import { messages } from "../../i18n";
import type { EnrollDialogProps } from "./EnrollDialog";
import type { ErrandDialogProps } from "./ErrandDialog";
import type { PendingProps } from "./Pending";
import type { RenameFormProps } from "./RenameForm";

export const EnrollDialog = lazyPart<EnrollDialogProps>(
  () => import("./EnrollDialog").then(({ EnrollDialog }) => EnrollDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);

export const ErrandDialog = lazyPart<ErrandDialogProps>(
  () => import("./ErrandDialog").then(({ ErrandDialog }) => ErrandDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);

export const Pending = lazyPart<PendingProps>(
  () => import("./Pending").then(({ Pending }) => Pending),
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
