import type { ProblemReason, RequestError } from "../../api/problem";
import type { problems as en } from "../en/problems";
import { count, sentence } from "./count";

export const triesLeft = ({ attemptsLeft }: RequestError) => {
  if (attemptsLeft === undefined) return "";
  if (attemptsLeft === 0) return " Das war vorerst der letzte Versuch.";
  return ` Noch ${count(attemptsLeft, "ein Versuch", "Versuche")}.`;
};

const clockOff = (seconds: number) => {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  return (
    `Die Uhr Ihres Telefons geht etwa ${count(minutes, "eine Minute", "Minuten")} ` +
    `${seconds > 0 ? "vor" : "nach"}. Schalten Sie in den Einstellungen des Telefons Datum und Uhrzeit auf automatisch`
  );
};

const codeRejected = (trouble: RequestError) =>
  trouble.clockOffset === undefined
    ? `Dieser Code stimmt nicht. Geben Sie den ein, den Ihre App jetzt zeigt.${triesLeft(trouble)}`
    : `${clockOff(trouble.clockOffset)}, dann geben Sie den nächsten Code ein.${triesLeft(trouble)}`;

const ranOut = ({ attemptsLeft, clockOffset }: RequestError, byTries: string, byTime: string) =>
  `${attemptsLeft === 0 ? byTries : byTime}${clockOffset === undefined ? "" : ` ${sentence(clockOff(clockOffset))}.`}`;

const reload = "Diese Seite und der Server passen nicht zusammen. Laden Sie die Seite neu.";

const passwordReasons: Partial<Record<ProblemReason, string>> = {
  too_short:
    "Dieses Passwort ist zu kurz. Ein paar Wörter hintereinander sind lang genug und leicht zu merken.",
  too_long: "Dieses Passwort ist zu lang. Kürzen Sie es.",
  common:
    "Dieses Passwort steht auf einer Liste oft benutzter, die Angreifer zuerst probieren. Wählen Sie ein anderes.",
  context:
    "In diesem Passwort steckt Ihre E-Mail-Adresse oder der Name dieses Dienstes. Wählen Sie ein anderes.",
  unchanged: "Das ist Ihr jetziges Passwort. Wählen Sie ein anderes.",
};

const removalReasons: Partial<Record<ProblemReason, string>> = {
  off: "Dieser Dienst bietet das nicht an. Bitten Sie den Betreiber um Hilfe.",
  paused:
    "Vor Kurzem wurde eine Entfernung abgebrochen; eine neue ist noch nicht möglich. Bitten Sie den Betreiber um Hilfe.",
  password_reset:
    "Ihr Passwort wurde vor Kurzem per E-Mail neu gesetzt; das ist deshalb noch nicht möglich. Bitten Sie den Betreiber um Hilfe.",
};

export const problems: typeof en = {
  invalid_request: () =>
    "Etwas in diesem Formular stimmt nicht. Prüfen Sie Ihre Eingaben und versuchen Sie es erneut.",
  session_required: () => "Sie wurden abgemeldet. Melden Sie sich an, um weiterzumachen.",
  step_up_required: () => "Dafür müssen Sie frisch bestätigen, dass Sie es sind. Versuchen Sie es erneut.",
  credentials_rejected: (trouble) =>
    `Dieses Passwort stimmt nicht. Versuchen Sie es erneut.${triesLeft(trouble)}`,
  code_required: () => "Ihr Konto hat MFA: Geben Sie auch einen Code aus Ihrer Authenticator-App ein.",
  code_rejected: codeRejected,
  code_used: () =>
    "Dieser Code wurde schon benutzt. Warten Sie, bis Ihre App den nächsten zeigt, und geben Sie ihn ein.",
  cross_origin_refused: () =>
    "Ihr Browser hat dies von einer anderen Seite aus geschickt. Laden Sie diese Seite neu und versuchen Sie es erneut.",
  not_found: () => "Das gibt es nicht mehr. Laden Sie die Seite neu, um den Stand zu sehen.",
  method_not_allowed: () => reload,
  name_taken: () => "Eine andere Ihrer Methoden heißt schon so. Wählen Sie einen anderen Namen.",
  too_many_methods: () =>
    "Sie haben so viele MFA-Methoden, wie ein Konto haben kann. Entfernen Sie zuerst eine.",
  mfa_required: () =>
    "Dafür brauchen Sie MFA und eine Sitzung, die mit einem Code begann. Melden Sie sich ab und mit einem Code wieder an.",
  enrollment_required: () =>
    "MFA ist hier vorgeschrieben, und dieses Konto hat noch keine. Registrieren Sie zuerst eine Authenticator-App.",
  last_method: () =>
    "MFA ist hier vorgeschrieben, deshalb bleibt die letzte Methode. Registrieren Sie zuerst eine andere.",
  own_account: () => "Das ist Ihr eigenes Konto. Bitten Sie einen anderen Administrator.",
  last_administrator: () =>
    "Es gäbe keinen Administrator mehr. Wenden Sie sich an die Betreiber dieses Dienstes.",
  password_unacceptable: ({ reason }) =>
    (reason && passwordReasons[reason]) ??
    "Dieses Passwort kann nicht verwendet werden. Wählen Sie ein anderes.",
  email_taken: () => "Diese Adresse kann nicht verwendet werden. Geben Sie eine andere ein.",
  mail_unavailable: () => "Dieser Dienst verschickt keine E-Mails. Bitten Sie den Betreiber um Hilfe.",
  removal_unavailable: ({ reason }) =>
    (reason && removalReasons[reason]) ?? "Das ist gerade nicht möglich. Bitten Sie den Betreiber um Hilfe.",
  link_expired: () => "Dieser Link wurde schon benutzt oder ist zu alt. Fordern Sie einen neuen an.",
  sign_in_expired: (trouble) =>
    ranOut(
      trouble,
      "Zu viele falsche Codes, die Anmeldung muss neu beginnen. Geben Sie Ihr Passwort ein.",
      "Das hat zu lange gedauert, oder es waren zu viele Versuche. Geben Sie Ihr Passwort noch einmal ein.",
    ),
  enrollment_expired: (trouble) =>
    ranOut(
      trouble,
      "Zu viele falsche Codes, dieser QR-Code gilt nicht mehr. Fangen Sie für einen neuen von vorn an.",
      "Der QR-Code war zu lange offen oder wurde zu oft falsch versucht und gilt nicht mehr. Fangen Sie für einen neuen von vorn an.",
    ),
  body_too_large: () =>
    "Das ist mehr Text, als der Server annimmt. Kürzen Sie ihn und versuchen Sie es erneut.",
  unsupported_media_type: () => reload,
  too_many_attempts: ({ retryAfter }) =>
    retryAfter === undefined
      ? "Zu viele falsche Versuche. Bitten Sie den Betreiber dieses Dienstes um Hilfe."
      : "Zu viele falsche Versuche.",
  too_many_requests: ({ retryAfter }) =>
    `Zu viele Anfragen aus Ihrem Netz.${retryAfter === undefined ? " Warten Sie eine Minute und versuchen Sie es erneut." : ""}`,
  internal: ({ requestId }) =>
    `Bei uns ist etwas schiefgegangen. Versuchen Sie es erneut${requestId ? `; wenn es so bleibt, melden Sie diese Nummer: ${requestId}` : ""}.`,
  unavailable: () =>
    "Der Dienst ist gerade ausgelastet, es wurde nichts geändert. Versuchen Sie es gleich noch einmal.",
  unreachable: () =>
    "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  unexpected: () =>
    "Der Server hat etwas geantwortet, das diese Seite nicht versteht. Versuchen Sie es erneut, oder laden Sie die Seite neu.",
};
