import type { notFound as en } from "../en/notFound";

export const notFound: typeof en = {
  tab: "Seite nicht gefunden",
  title: "Hier ist keine Seite",
  lead: "Vielleicht ist die Adresse vertippt, oder die Seite ist umgezogen.",
  home: "Zu den Kontoeinstellungen",
};
