import type { Answer, Call } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import { identifierOf, type Panel } from '../panel/panel.ts'
import { drawPage, PAGE_HEADERS, STYLE } from './layout.ts'
import { drawServerPage, drawServersPage } from './server-page.ts'

export { drawErrorPage } from './error-page.ts'

export interface PageRoute {
  method: 'GET'
  pattern: string
  answer: (panel: Panel, call: Call) => Answer
}

export const pageRoutes: PageRoute[] = [
  { method: 'GET', pattern: '', answer: (panel) => page(drawServersPage(panel)) },
  { method: 'GET', pattern: '/server/{identifier}', answer: viewServer },
  { method: 'GET', pattern: '/auth/login', answer: () => page(drawPage('Sign in', SIGN_IN)) },
  {
    method: 'GET',
    pattern: '/panel.css',
    answer: () => ({ status: 200, body: STYLE, headers: { 'Content-Type': 'text/css; charset=utf-8' } }),
  },
]

const SIGN_IN = '<p>The simulated panel knows no passwords. Follow the link to a server instead.</p>'

function viewServer(panel: Panel, { parts }: Call): Answer {
  const server = panel.servers.all().find((row) => identifierOf(row) === parts.identifier)
  if (!server) throw refusal('not_found')
  return page(drawServerPage(panel, server))
}

function page(body: string): Answer {
  return { status: 200, body, headers: { ...PAGE_HEADERS, 'Content-Type': 'text/html; charset=utf-8' } }
}
