// Dates and counts, through Intl, in the language of the catalogue.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "23 November 2026", in the order of the locale. */
export const formatDate = (iso: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso));

/** Date and time, for a tooltip. */
export const formatMoment = (iso: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));

/** "5 minutes ago" within a week, the date before that. A moment ahead of this device's clock counts as now. */
export function formatAgo(iso: string, now: number, locale: string, justNow: string): string {
  const age = now - Date.parse(iso);
  if (age < minute) return justNow;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (age < hour) return relative.format(-Math.floor(age / minute), "minute");
  if (age < day) return relative.format(-Math.floor(age / hour), "hour");
  if (age < 7 * day) return relative.format(-Math.floor(age / day), "day");
  return formatDate(iso, locale);
}

/** "0:29", for a countdown. */
export const formatClock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** "2 days and 5 hours", rounded up to the smaller unit, so that a wait never seems shorter than it is. */
export function formatSpan(seconds: number, locale: string): string {
  const some = (n: number, unit: "day" | "hour" | "minute") =>
    n === 0 ? [] : [new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(n)];
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const hours = Math.ceil(seconds / 3600);
  const parts =
    minutes < 60
      ? some(minutes, "minute")
      : [...some(Math.floor(hours / 24), "day"), ...some(hours % 24, "hour")];
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(parts);
}
