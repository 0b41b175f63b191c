import type { Answer } from '../http/call.ts'
import type { PanelRefusal } from '../http/refusals.ts'
import { drawPage, escapeHtml, PAGE_HEADERS } from './layout.ts'

/** What the panel answers a caller who does not ask for JSON: a way to the login page, back, or a page. */
export function drawErrorPage({ status, message, headers }: PanelRefusal): Answer {
  if (status === 401) return { status: 302, headers: { ...headers, Location: '/auth/login' } }
  if (status === 422) return { status: 302, headers: { ...headers, Location: '/' } }
  return {
    status,
    body: drawPage(`Error ${status}`, `<p>${escapeHtml(message)}</p>`),
    headers: { ...headers, ...PAGE_HEADERS, 'Content-Type': 'text/html; charset=utf-8' },
  }
}
