// Formats dates and durations with Intl, in the locale of the page.

/** Milliseconds. */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Returns a date such as "23 Nov 2026". */
export const formatDate = (iso: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(iso));

/** Returns date and time, such as "23 November 2026 at 12:00". */
export const formatDateTime = (iso: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));

/** Returns "5 minutes ago" within a week and the date before that. A time ahead of this device's clock counts as now. */
export function formatAgo(iso: string, now: number, locale: string, justNow: string): string {
  const age = now - Date.parse(iso);
  if (age < minute) return justNow;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (age < hour) return relative.format(-Math.floor(age / minute), "minute");
  if (age < day) return relative.format(-Math.floor(age / hour), "hour");
  if (age < 7 * day) return relative.format(-Math.floor(age / day), "day");
  return formatDate(iso, locale);
}

/** Returns seconds as "0:29". */
export const formatClock = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** Returns a duration such as "2 days and 5 hours", rounded up to the smaller unit, so that no wait is understated. */
export function formatDuration(seconds: number, locale: string): string {
  const unitParts = (n: number, unit: "day" | "hour" | "minute") =>
    n === 0 ? [] : [new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(n)];
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const hours = Math.ceil(seconds / 3600);
  const parts =
    minutes < 60
      ? unitParts(minutes, "minute")
      : [...unitParts(Math.floor(hours / 24), "day"), ...unitParts(hours % 24, "hour")];
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(parts);
}
