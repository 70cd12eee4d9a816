// Everything works without this. With it, an error summary takes the focus.
import { initAll } from "../nhsuk-frontend/nhsuk-frontend.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();
