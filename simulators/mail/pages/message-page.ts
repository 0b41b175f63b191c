import type { StoredMessage } from '../message.ts'
import { drawPage, escapeHtml } from './layout.ts'

export function drawMessagePage(message: StoredMessage): string {
  const at = new Date(message.receivedAt).toISOString()
  const facts = [
    ['From', message.from],
    ['To', message.to.join(', ')],
    ['Copy', message.cc.join(', ')],
    ['Delivered to', message.recipients.join(', ')],
    ['Received', at],
  ].filter(([, value]) => value)
  const list = facts.map(([name, value = '']) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')
  return drawPage(
    message.subject || '(no subject)',
    `<dl>\n${list}\n</dl>
<p><a href="/messages/${message.id}/source">Source</a></p>
${drawAttachments(message)}
${drawHtmlView(message)}
<h2>Text</h2>
<pre>${message.text ? escapeHtml(message.text) : 'This mail has no text part.'}</pre>`,
  )
}

function drawAttachments({ id, attachments }: StoredMessage): string {
  if (attachments.length === 0) return ''
  const items = attachments.map(
    ({ name, type, size }, index) =>
      `<li><a href="/messages/${id}/attachments/${index}" download>${escapeHtml(name)}</a> (${escapeHtml(type)}, ${size} bytes)</li>`,
  )
  return `<h2>Attachments</h2>\n<ul>\n${items.join('\n')}\n</ul>`
}

/** The frame may open links in a new tab and nothing else. */
function drawHtmlView({ id, html }: StoredMessage): string {
  if (!html) return '<h2>HTML</h2>\n<p>This mail has no HTML part.</p>'
  return `<h2>HTML</h2>
<iframe title="HTML of this mail" src="/messages/${id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`
}
