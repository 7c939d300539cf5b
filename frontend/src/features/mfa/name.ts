import type { MfaMethod } from "../../api/client";
import { messages } from "../../i18n";
import { enroll } from "../../i18n/enroll";

const sameName = (name: string) => name.trim().normalize("NFC").toLowerCase();

/** What is wrong with a method's name, before the server says so. Empty is fine: the server then chooses one. */
export function nameError(name: string, methods: MfaMethod[]): string | undefined {
  const wanted = name.trim();
  if ([...wanted].length > 64) return enroll.nameTooLong;
  if (/\p{Cc}/u.test(wanted)) return enroll.nameControl;
  if (wanted !== "" && methods.some((method) => sameName(method.name) === sameName(wanted)))
    return messages.problems.name_taken({ code: "name_taken" });
  return undefined;
}
