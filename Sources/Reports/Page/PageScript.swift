// SPDX-License-Identifier: Apache-2.0

/// What a page can do where scripts run: sort tables, copy texts. Without them it lacks nothing else.
///
/// It has no sign that XML and HTML read differently: no `<` and no `&`.
enum PageScript {
    static let text: StaticString = """

        "use strict";
        for (const table of document.querySelectorAll("table.sortable")) {
          const body = table.tBodies[0];
          const heads = Array.from(table.tHead.rows[0].cells);
          heads.forEach((head, column) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...head.childNodes);
            head.append(button);
            button.addEventListener("click", () => {
              const rises = head.getAttribute("aria-sort") !== "ascending";
              heads.forEach(other => other.removeAttribute("aria-sort"));
              head.setAttribute("aria-sort", rises ? "ascending" : "descending");
              const key = row => row.cells[column].dataset.key;
              const number = text => text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
              const order = (a, b) => {
                const [p, q] = [key(a), key(b)];
                if (p === undefined || q === undefined) {
                  if (p !== q) return p === undefined ? 1 : -1;
                  return a.cells[column].textContent.localeCompare(b.cells[column].textContent);
                }
                const [x, y] = [number(p), number(q)];
                return x === y ? 0 : y > x ? -1 : 1;
              };
              const rows = Array.from(body.rows).sort((a, b) => rises ? order(a, b) : order(b, a));
              body.append(...rows);
            });
          });
        }
        for (const text of document.querySelectorAll("pre.copy")) {
          const bar = document.createElement("div");
          bar.className = "bar";
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = "Copy";
          button.addEventListener("click", () => {
            const range = document.createRange();
            range.selectNodeContents(text);
            const selection = getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
            const done = document.execCommand("copy");
            button.textContent = done ? "Copied" : "Press Ctrl-C";
          });
          bar.append(button);
          text.before(bar);
        }

        """
}
