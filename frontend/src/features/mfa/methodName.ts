import type { MfaMethod } from "../../api/client";
import { messages } from "../../i18n";
import { enroll } from "../../i18n/enroll";

const normalized = (name: string) => name.trim().normalize("NFC").toLowerCase();

/** Reports what is wrong with a method's name before it is sent. An empty name is valid: the server then chooses one. */
export function methodNameError(name: string, methods: MfaMethod[]): string | undefined {
  const wanted = name.trim();
  if ([...wanted].length > 64) return enroll.nameTooLong;
  if (/\p{Cc}/u.test(wanted)) return enroll.nameControl;
  if (wanted !== "" && methods.some((method) => normalized(method.name) === normalized(wanted)))
    return messages.problems.name_taken({ code: "name_taken" });
  return undefined;
}
