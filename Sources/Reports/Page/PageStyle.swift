// SPDX-License-Identifier: Apache-2.0

/// How a page looks, on a desk, on a telephone, on paper, light and dark.
enum PageStyle {
    static let rules: StaticString = """

        :root{color-scheme:light dark;--ink:#1c2126;--soft:#56616a;--paper:#fff;--card:#f5f7f8;--line:#d5dade;--accent:#0072b2;--warn:#fff4e0;--warnline:#c77700}
        @media (prefers-color-scheme:dark){:root{--ink:#e8ecef;--soft:#a5b0b8;--paper:#14181b;--card:#1d2328;--line:#3a4249;--accent:#56b4e9;--warn:#33270f;--warnline:#f0b93a}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
        main,footer{max-width:784px;margin:0 auto;padding:0 16px}
        header{padding:28px 0 4px}
        .kind{margin:0;color:var(--accent);font-weight:600;letter-spacing:.02em}
        h1{margin:.1em 0 .35em;font-size:1.9rem;line-height:1.2;overflow-wrap:anywhere}
        h2{margin:2.1em 0 .5em;font-size:1.3rem;line-height:1.3;border-top:1px solid var(--line);padding-top:.8em;overflow-wrap:anywhere}
        h3{margin:1.3em 0 .4em;font-size:1rem;overflow-wrap:anywhere}
        p{margin:.5em 0;overflow-wrap:anywhere}
        .question{font-size:1.12rem;color:var(--soft)}
        .warnings{margin:1.2em 0;padding:.35em 1em;background:var(--warn);border-left:4px solid var(--warnline);border-radius:4px}
        figure{margin:1.2em 0;padding:12px 0 4px}
        figcaption{font-weight:600;margin:0 0 6px}
        svg{display:block;max-width:100%;height:auto}
        .narrow{display:none}
        .scroll{overflow-x:auto;margin:1em 0}
        .scroll:focus-visible,pre:focus-visible,button:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
        table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding:0 0 .4em}
        th,td{padding:.3em .75em;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
        th{font-weight:600}
        .facts th{font-weight:400;color:var(--soft);padding-left:0}
        th.number,td.number{text-align:right;white-space:nowrap}
        .facts td.number{text-align:left;white-space:normal}
        .facts td{overflow-wrap:anywhere}
        .facts th{min-width:8.5em}
        thead th{vertical-align:bottom}
        thead th.number{white-space:normal}
        code{font:.9em ui-monospace,"DejaVu Sans Mono",monospace;background:var(--card);border-radius:3px;padding:.05em .25em;overflow-wrap:anywhere}
        th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-decoration:underline dotted;text-underline-offset:3px}
        th[aria-sort=ascending] button::after{content:" \\2191"}
        th[aria-sort=descending] button::after{content:" \\2193"}
        details{margin:1em 0}
        summary{cursor:pointer;font-weight:600}
        pre{position:relative;background:var(--card);padding:12px 14px;border-radius:6px;overflow-x:auto;font:.85rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
        .bar{display:flex;justify-content:flex-end;margin:.4em 0 -.6em}
        .bar button{font:inherit;font-size:.85rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:5px;padding:.2em .8em;cursor:pointer}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:14px;margin:1em 0}
        article{background:var(--card);border-radius:8px;padding:12px 16px}
        article h3{margin:0 0 .3em;color:var(--soft)}
        .said{white-space:pre-wrap;margin:.3em 0 .8em}
        .missing{color:var(--soft);font-style:italic}
        dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0;font-size:.88rem;border-top:1px solid var(--line);padding-top:.5em}
        dt{color:var(--soft)}
        dd{margin:0;text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        footer{color:var(--soft);font-size:.88rem;margin-top:3em;padding-bottom:2em}
        @media (max-width:720px){.wide{display:none}.narrow{display:block}h1{font-size:1.5rem}th,td{padding:.3em .5em}.cards{grid-template-columns:1fr}}
        @media print{details{display:block}.bar{display:none}figure,article,tr{break-inside:avoid}}

        """
}
