import type { StoredMessage } from '../message.ts'
import { drawPage, escapeHtml } from './layout.ts'

const PER_PAGE = 50

/** One page of the messages, which come newest first. */
export function drawListPage(messages: readonly StoredMessage[], page: number): string {
  if (messages.length === 0) return drawPage('Mail', '<p>No mail has arrived yet.</p>')
  const shown = messages.slice((page - 1) * PER_PAGE, page * PER_PAGE)
  const links = [
    page > 1 ? `<a rel="prev" href="/?page=${page - 1}">Newer</a>` : '',
    page * PER_PAGE < messages.length ? `<a rel="next" href="/?page=${page + 1}">Older</a>` : '',
  ].filter(Boolean)
  const nav = links.length > 0 ? `<nav aria-label="Pages">${links.join(' ')}</nav>` : ''
  return drawPage(
    'Mail',
    `<table>
<caption>${messages.length} caught, newest first</caption>
<thead><tr><th scope="col">Received</th><th scope="col">To</th><th scope="col">Subject</th></tr></thead>
<tbody>
${shown.map(drawRow).join('\n')}
</tbody>
</table>
${nav}`,
  )
}

function drawRow({ id, receivedAt, recipients, subject }: StoredMessage): string {
  const at = new Date(receivedAt).toISOString()
  return `<tr><td><time datetime="${at}">${at.slice(0, 19).replace('T', ' ')}</time></td>\
<td>${escapeHtml(recipients.join(', '))}</td>\
<td><a href="/messages/${id}">${escapeHtml(subject || '(no subject)')}</a></td></tr>`
}
