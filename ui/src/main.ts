import "./engines.ts";
import { mount } from "svelte";
import "./styles/tokens.css";
import "./styles/app.css";
import "./styles/panel.css";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target !== null) {
  target.replaceChildren();
  mount(App, { target });
}
