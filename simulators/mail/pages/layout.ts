export const STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { margin: 0 auto; max-width: 64rem; padding: 1rem }
table { border-collapse: collapse; width: 100% }
caption { padding-block: 0.5rem; text-align: start }
th, td { border-block-end: 1px solid GrayText; overflow-wrap: anywhere; padding: 0.4rem 0.5rem; text-align: start; vertical-align: top }
dl { display: grid; gap: 0.25rem 1rem; grid-template-columns: max-content 1fr }
dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere }
iframe { background: white; border: 1px solid GrayText; color-scheme: light; height: 40rem; width: 100% }
pre { border: 1px solid GrayText; overflow-wrap: anywhere; padding: 1rem; white-space: pre-wrap }
`

/** `main` is HTML whose values are escaped already. */
export function drawPage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · mail catcher</title>
<link rel="stylesheet" href="/mail.css">
</head>
<body>
<header><a href="/">All mail</a></header>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
</main>
</body>
</html>
`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
