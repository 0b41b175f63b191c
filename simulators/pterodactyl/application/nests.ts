import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { list } from '../http/envelope.ts'
import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import { drawEgg, drawNest } from './draw-egg.ts'
import { findRow } from './find-row.ts'

const ROOT = '/api/application/nests'

export const nestRoutes: ApiRoute[] = [
  { method: 'GET', pattern: ROOT, resource: 'nests', answer: listNests },
  { method: 'GET', pattern: `${ROOT}/{id}`, resource: 'nests', answer: viewNest },
  { method: 'GET', pattern: `${ROOT}/{id}/eggs`, resource: 'eggs', answer: listEggs },
  { method: 'GET', pattern: `${ROOT}/{id}/eggs/{egg}`, resource: 'eggs', answer: viewEgg },
]

function listNests(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: list(panel.nests.all().map((nest) => drawNest(panel, call, nest))) }
}

function viewNest(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawNest(panel, call, findRow(panel.nests, call)) }
}

function listEggs(panel: Panel, call: SignedCall): Answer {
  const nest = findRow(panel.nests, call)
  const eggs = panel.eggs.all().filter((egg) => egg.nest === nest.id)
  return { status: 200, body: list(eggs.map((egg) => drawEgg(panel, call, egg))) }
}

function viewEgg(panel: Panel, call: SignedCall): Answer {
  const nest = findRow(panel.nests, call)
  const egg = findRow(panel.eggs, call, 'egg')
  if (egg.nest !== nest.id) throw refusal('not_found')
  return { status: 200, body: drawEgg(panel, call, egg) }
}
