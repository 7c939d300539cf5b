import { queries } from "./ahead";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import "./ui/styles";
import { language } from "./words";

document.documentElement.lang = language;
const root = document.getElementById("app");
if (root) createRoot(root).render(<App queries={queries} />);
