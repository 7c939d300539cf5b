import "./css/tokens.css";
import "./css/base.css";
import "./css/controls.css";
import "./css/content.css";
import "./css/on-its-way.css";
import "./css/layout.css";
import "./css/mfa.css";
