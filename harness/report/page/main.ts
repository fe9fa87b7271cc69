/** Start of the report's page. */
import { pageData } from "./page-data.js";
import { showPictures } from "./pictures.js";
import { addCopyButtons, watchRules } from "./rule-list.js";

watchRules();
addCopyButtons();
showPictures(pageData());
document.documentElement.dataset["ready"] = "yes";
