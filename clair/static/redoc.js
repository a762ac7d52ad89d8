/* Draws the description of the JSON:API with Redoc. */
"use strict";

const description = document.getElementById("description");

Redoc.init(
  description.dataset.url,
  {
    // It would need a worker made from text, which the content security policy forbids.
    disableSearch: true,
    nativeScrollbars: true,
    hideHostname: true,
    expandResponses: "200,201",
    jsonSampleExpandLevel: 5,
    schemasExpansionLevel: 3,
    theme: {
      colors: { primary: { main: "#1f4fbf" } },
      spacing: { sectionVertical: 20 },
      typography: {
        fontSize: "16px",
        fontFamily: "system-ui, sans-serif",
        headings: { fontFamily: "system-ui, sans-serif" },
        code: { fontSize: "14px", fontFamily: "ui-monospace, monospace" },
      },
    },
  },
  description,
);
