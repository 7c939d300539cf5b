// What comes with a press on the MFA card. It is fetched when the card is there, so that a press need not wait for it.
import { lazyPart } from "../../ui/lazyPart";
import { OnItsWay } from "../../ui/OnItsWay";
import { words } from "../../words";
import type { EnrollDialogProps } from "./EnrollDialog";
import type { ErrandDialogProps } from "./ErrandDialog";
import type { RenameFormProps } from "./RenameForm";

export const EnrollDialog = lazyPart<EnrollDialogProps>(
  () => import("./EnrollDialog").then(({ EnrollDialog }) => EnrollDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);

export const ErrandDialog = lazyPart<ErrandDialogProps>(
  () => import("./ErrandDialog").then(({ ErrandDialog }) => ErrandDialog),
  ({ children }) => <OnItsWay>{children}</OnItsWay>,
);

export const RenameForm = lazyPart<RenameFormProps>(
  () => import("./RenameForm").then(({ RenameForm }) => RenameForm),
  ({ children }) => (
    <div className="rename">
      {children ?? (
        <p className="row__title" role="status">
          {words.common.loading}
        </p>
      )}
    </div>
  ),
);
