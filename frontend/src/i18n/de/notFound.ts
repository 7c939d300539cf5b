import type { notFound as en } from "../en/notFound";

export const notFound: typeof en = {
  tab: "Seite nicht gefunden",
  title: "Seite nicht gefunden",
  lead: "Die Adresse ist vielleicht falsch, oder die Seite wurde verschoben.",
  home: "Zu den Kontoeinstellungen",
};
