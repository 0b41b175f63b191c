export const STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0 auto; max-width: 48rem; padding: 1rem }
table { border-collapse: collapse; width: 100% }
caption { font-weight: 600; text-align: start; padding-block: 0.5rem }
th, td { border-block-end: 1px solid GrayText; padding: 0.4rem 0.5rem; text-align: start; vertical-align: top }
.state { border: 1px solid; border-radius: 1rem; font-weight: 600; padding: 0.1rem 0.75rem }
footer { border-block-start: 1px solid GrayText; font-size: 0.875rem; margin-block-start: 2rem }
`

export const PAGE_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'X-Content-Type-Options': 'nosniff',
}

/** `main` is HTML whose values are escaped already. */
export function drawPage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · simulated panel</title>
<link rel="stylesheet" href="/panel.css">
</head>
<body>
<header><a href="/">All servers</a></header>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
</main>
<footer><p>This panel is a simulation. No game is running here.</p></footer>
</body>
</html>
`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
