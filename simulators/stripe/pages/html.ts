export interface PageAnswer {
  status: number
  html: string
}
export interface Redirect {
  redirect: string
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}

/** A whole page that works without scripts. `title` is plain text, `body` is HTML. */
export function drawPage(status: number, title: string, body: string): PageAnswer {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1f36; background: #f6f8fa; margin: 0; }
main { max-width: 26rem; margin: 3rem auto; padding: 2rem; background: #fff; border: 1px solid #d0d7de; border-radius: .5rem; }
label { display: block; margin: 1rem 0 .25rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; border: 1px solid #57606a; border-radius: .25rem; }
button { font: inherit; margin: 1.5rem .5rem 0 0; padding: .5rem 1.5rem; color: #fff; background: #4b3fd1; border: 0; border-radius: .25rem; }
.error { padding: .75rem; color: #86181d; background: #ffeef0; border-radius: .25rem; }
.mode { color: #57606a; font-size: .875rem; }
</style>
</head>
<body>
<main>
<p class="mode">Simulated Stripe, test mode</p>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`
  return { status, html }
}

export function errorNote(message: string | undefined): string {
  return message === undefined ? '' : `<p class="error" role="alert">${escapeHtml(message)}</p>`
}
