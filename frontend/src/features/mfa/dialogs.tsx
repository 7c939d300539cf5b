// What comes with a press on the MFA card. It is fetched when the card is there, so that a press need not wait for it.
import { lazyPart } from "../../ui/lazyPart";
import { WaitingDialog } from "../../ui/WaitingDialog";
import { words } from "../../words";
import type { EnrollDialogProps } from "./EnrollDialog";
import type { DialogErrand } from "./errand";
import type { ErrandDialogProps } from "./ErrandDialog";
import type { RenameFormProps } from "./RenameForm";

const t = words.mfa;

export const EnrollDialog = lazyPart<EnrollDialogProps>(
  () => import("./EnrollDialog").then(({ EnrollDialog }) => EnrollDialog),
  ({ replaces, onClosed, children }) => (
    <WaitingDialog title={replaces ? t.replace : t.register} onClose={onClosed}>
      {children}
    </WaitingDialog>
  ),
);

const titleOf = (state: DialogErrand) =>
  state.at !== "codes" && state.task.kind === "remove"
    ? t.removeNamed(state.task.method.name)
    : words.recoveryCodes.askTitle;

export const ErrandDialog = lazyPart<ErrandDialogProps>(
  () => import("./ErrandDialog").then(({ ErrandDialog }) => ErrandDialog),
  ({ state, errand, children }) => (
    <WaitingDialog title={titleOf(state)} onClose={errand.close}>
      {children}
    </WaitingDialog>
  ),
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
