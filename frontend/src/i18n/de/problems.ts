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

const codeRejected = (error: RequestError) =>
  error.clockOffset === undefined
    ? `Falscher Code. Geben Sie den Code ein, den Ihre App jetzt anzeigt.${triesLeft(error)}`
    : `${clockOff(error.clockOffset)} und geben Sie dann den nächsten Code ein.${triesLeft(error)}`;

const ranOut = ({ attemptsLeft, clockOffset }: RequestError, byTries: string, byTime: string) =>
  `${attemptsLeft === 0 ? byTries : byTime}${clockOffset === undefined ? "" : ` ${sentence(clockOff(clockOffset))}.`}`;

const reload = "Diese Seite passt nicht zur Version des Servers. Laden Sie die Seite neu.";

const passwordReasons: Partial<Record<ProblemReason, string>> = {
  too_short: "Dieses Passwort ist zu kurz. Mehrere zufällige Wörter sind lang genug und leicht zu merken.",
  too_long: "Dieses Passwort ist zu lang. Verwenden Sie ein kürzeres.",
  common:
    "Das ist ein häufiges Passwort oder eines mit angehängten Ziffern. Angreifer probieren solche zuerst aus. Wählen Sie ein anderes.",
  context:
    "Dieses Passwort enthält Ihre E-Mail-Adresse oder den Namen dieses Dienstes und sonst wenig. Wählen Sie ein anderes.",
  unchanged: "Das ist Ihr aktuelles Passwort. Wählen Sie ein anderes.",
};

const removalReasons: Partial<Record<ProblemReason, string>> = {
  off: "MFA kann hier nicht entfernt werden. Wenden Sie sich an den Support.",
  paused:
    "Vor Kurzem wurde das Entfernen abgebrochen. Ein neuer Antrag ist noch nicht möglich. Wenden Sie sich an den Support.",
  password_reset:
    "Ihr Passwort wurde vor Kurzem per E-Mail zurückgesetzt. Deshalb ist das noch nicht möglich. Wenden Sie sich an den Support.",
};

export const problems: typeof en = {
  invalid_request: () =>
    "Etwas in diesem Formular ist ungültig. Prüfen Sie Ihre Eingaben und versuchen Sie es erneut.",
  session_required: () => "Sie wurden abgemeldet. Melden Sie sich wieder an, um fortzufahren.",
  step_up_required: () => "Bestätigen Sie zur Sicherheit noch einmal Ihre Identität.",
  credentials_rejected: (error) => `Falsches Passwort. Versuchen Sie es erneut.${triesLeft(error)}`,
  code_required: () => "Ihr Konto verwendet MFA. Geben Sie auch einen Code aus Ihrer Authenticator-App ein.",
  code_rejected: codeRejected,
  code_used: () =>
    "Dieser Code wurde bereits verwendet. Warten Sie, bis Ihre App den nächsten anzeigt, und geben Sie ihn ein.",
  cross_origin_refused: () =>
    "Ihr Browser hat diese Anfrage von einer anderen Seite aus gesendet. Laden Sie diese Seite neu und versuchen Sie es erneut.",
  not_found: () => "Das gibt es nicht mehr. Laden Sie die Seite neu, um den aktuellen Stand zu sehen.",
  method_not_allowed: () => reload,
  name_taken: () => "Sie haben schon eine Methode mit diesem Namen. Wählen Sie einen anderen.",
  too_many_methods: () => "Sie haben die Höchstzahl an MFA-Methoden erreicht. Entfernen Sie zuerst eine.",
  mfa_required: () =>
    "Dafür müssen Sie mit MFA angemeldet sein. Melden Sie sich ab und dann mit einem Code wieder an.",
  enrollment_required: () =>
    "MFA ist hier Pflicht, und Ihr Konto hat noch keine. Registrieren Sie zuerst eine Authenticator-App.",
  last_method: () =>
    "MFA ist hier Pflicht. Deshalb können Sie Ihre letzte Methode nicht entfernen. Registrieren Sie zuerst eine andere.",
  own_account: () => "Das ist Ihr eigenes Konto. Bitten Sie einen anderen Administrator.",
  last_administrator: () =>
    "Das ist der letzte Administrator, und mindestens einer muss bleiben. Wenden Sie sich an den Support.",
  password_unacceptable: ({ reason }) =>
    (reason && passwordReasons[reason]) ??
    "Dieses Passwort kann nicht verwendet werden. Wählen Sie ein anderes.",
  email_taken: () => "Diese Adresse kann nicht verwendet werden. Geben Sie eine andere ein.",
  mail_unavailable: () => "Dieser Dienst versendet keine E-Mails. Wenden Sie sich an den Support.",
  removal_unavailable: ({ reason }) =>
    (reason && removalReasons[reason]) ?? "Das ist gerade nicht möglich. Wenden Sie sich an den Support.",
  link_expired: () => "Dieser Link wurde bereits verwendet oder ist abgelaufen. Fordern Sie einen neuen an.",
  sign_in_expired: (error) =>
    ranOut(
      error,
      "Zu viele falsche Codes. Geben Sie Ihr Passwort ein, um neu zu beginnen.",
      "Das hat zu lange gedauert, oder es gab zu viele Fehlversuche. Geben Sie Ihr Passwort noch einmal ein.",
    ),
  enrollment_expired: (error) =>
    ranOut(
      error,
      "Zu viele falsche Codes. Dieser QR-Code ist nicht mehr gültig. Beginnen Sie neu, um einen neuen zu erhalten.",
      "Das hat zu lange gedauert, oder es gab zu viele falsche Codes. Dieser QR-Code ist nicht mehr gültig. Beginnen Sie neu, um einen neuen zu erhalten.",
    ),
  body_too_large: () => "Dieser Text ist zu lang. Kürzen Sie ihn und versuchen Sie es erneut.",
  unsupported_media_type: () => reload,
  too_many_attempts: ({ retryAfter }) =>
    retryAfter === undefined
      ? "Zu viele Fehlversuche. Wenden Sie sich an den Support, um wieder Zugang zu erhalten."
      : "Zu viele Fehlversuche.",
  too_many_requests: ({ retryAfter }) =>
    `Zu viele Anfragen aus Ihrem Netzwerk.${retryAfter === undefined ? " Warten Sie eine Minute und versuchen Sie es erneut." : ""}`,
  internal: ({ requestId }) =>
    `Bei uns ist ein Fehler aufgetreten. Versuchen Sie es erneut.${requestId ? ` Wenn der Fehler bleibt, melden Sie diese Anfrage-ID: ${requestId}.` : ""}`,
  unavailable: () => "Der Dienst kann gerade nicht antworten. Versuchen Sie es gleich noch einmal.",
  unreachable: () =>
    "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  unexpected: () =>
    "Der Server hat unerwartet geantwortet. Versuchen Sie es erneut oder laden Sie die Seite neu.",
};
