import type { Mailbox } from './mailbox.ts'
import { showMessage, type StoredMessage } from './message.ts'
import { drawPage, STYLE } from './pages/layout.ts'
import { drawListPage } from './pages/list-page.ts'
import { drawMessagePage } from './pages/message-page.ts'

export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string | Uint8Array
}

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
/** Mail shows pictures and its own styles, runs nothing, and opens links in a new tab. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; font-src * data:; style-src * 'unsafe-inline'"

export function answerHttp(mailbox: Mailbox, method: string, url: URL): HttpAnswer {
  if (method === 'DELETE' && url.pathname === '/messages.json') {
    mailbox.clear()
    return { status: 204, headers: {}, body: '' }
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return page('Not possible', 'Mail can be read here, and cleared with DELETE /messages.json.', 405)
  }
  if (url.pathname === '/') return drawList(mailbox, url)
  if (url.pathname === '/mail.css') return file('text/css; charset=utf-8', STYLE)
  if (url.pathname === '/messages.json') return json(newestFirst(mailbox).map(showMessage))
  return (
    answerMessage(mailbox, url.pathname) ??
    page('Not found', 'There is no such mail here, or not any more.', 404)
  )
}

function drawList(mailbox: Mailbox, { searchParams }: URL): HttpAnswer {
  const wanted = Number(searchParams.get('page'))
  const number = Number.isInteger(wanted) && wanted > 0 ? wanted : 1
  return html(drawListPage(newestFirst(mailbox), number))
}

function newestFirst(mailbox: Mailbox): StoredMessage[] {
  return mailbox.all().toReversed()
}

function answerMessage(mailbox: Mailbox, path: string): HttpAnswer | undefined {
  const [, id = '', rest = ''] = /^\/messages\/(\d+)(.*)$/.exec(path) ?? []
  const message = mailbox.find(id)
  if (!message) return undefined
  if (rest === '') return html(drawMessagePage(message))
  if (rest === '.json') return json(showMessage(message))
  if (rest === '/source') return file('text/plain; charset=utf-8', message.source)
  if (rest === '/html') return html(linkInlineParts(message), MAIL_POLICY)
  return answerAttachment(message, rest)
}

/** Pictures inside the mail are named by their content id; here they are the attachments' addresses. */
function linkInlineParts({ id, html: body, attachments }: StoredMessage): string {
  const linked = attachments.reduce(
    (text, { contentId }, index) =>
      contentId ? text.replaceAll(`cid:${contentId}`, `/messages/${id}/attachments/${index}`) : text,
    body,
  )
  return `<base target="_blank">${linked}`
}

function answerAttachment(message: StoredMessage, rest: string): HttpAnswer | undefined {
  const index = /^\/attachments\/(\d+)$/.exec(rest)?.[1]
  const attachment = index === undefined ? undefined : message.attachments[Number(index)]
  if (!attachment) return undefined
  const name = encodeURIComponent(attachment.name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  )
  const answer = file(attachment.type, attachment.content)
  answer.headers['Content-Disposition'] = `attachment; filename*=UTF-8''${name}`
  return answer
}

function page(title: string, text: string, status: number): HttpAnswer {
  return { ...html(drawPage(title, `<p>${text}</p>`)), status }
}

function html(body: string, policy = PAGE_POLICY): HttpAnswer {
  const answer = file('text/html; charset=utf-8', body)
  answer.headers['Content-Security-Policy'] = policy
  return answer
}

function json(value: unknown): HttpAnswer {
  return file('application/json', JSON.stringify(value))
}

function file(type: string, body: string | Uint8Array): HttpAnswer {
  const headers = { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' }
  return { status: 200, headers, body }
}
