"use strict";

const terminal = document.querySelector(".textual-terminal");
terminal.dataset.sessionWebsocketUrl = `ws://${location.host}/ws`;
const size = Number(new URLSearchParams(location.search).get("fontsize"));
if (size >= 6 && size <= 60) terminal.dataset.fontSize = size;

const again = document.getElementById("again");
again.addEventListener("click", () => location.reload());

// Whoever comes to the page types for the app, without a click into it first; an app that had not
// started has not heard of an earlier focus.
function takeKeys() {
  const keyboard = document.querySelector(".xterm-helper-textarea");
  keyboard.blur();
  keyboard.focus();
}

// The class is set again with everything the app draws.
let drawn = false;
const observer = new MutationObserver(() => {
  const { classList } = document.body;
  if (classList.contains("-closed")) {
    again.focus();
  } else if (!drawn && classList.contains("-first-byte")) {
    drawn = true;
    takeKeys();
  }
});
observer.observe(document.body, { attributeFilter: ["class"] });

// The terminal measures its cells when it is made, so the fonts have to be there before it.
const fonts = ["", "bold ", "italic "].map((style) => document.fonts.load(`${style}16px "Roboto Mono"`));
Promise.allSettled(fonts).then(() => {
  const script = document.createElement("script");
  script.src = "/static/js/textual.js";
  script.addEventListener("load", () => window.onload(new Event("load")));
  document.head.append(script);
});
