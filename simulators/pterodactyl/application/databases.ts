import { randomBytes } from 'node:crypto'
import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { list } from '../http/envelope.ts'
import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import type { Database } from '../panel/records.ts'
import { numberIn, textIn } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { drawDatabase } from './draw-database.ts'
import { findRow } from './find-row.ts'

const ROOT = '/api/application/servers/{id}/databases'
const ONE = `${ROOT}/{database}`

export const databaseRoutes: ApiRoute[] = [
  { method: 'GET', pattern: ROOT, resource: 'server_databases', answer: listDatabases },
  { method: 'POST', pattern: ROOT, resource: 'server_databases', answer: createDatabase },
  { method: 'GET', pattern: ONE, resource: 'server_databases', answer: viewDatabase },
  { method: 'DELETE', pattern: ONE, resource: 'server_databases', answer: deleteDatabase },
  { method: 'POST', pattern: `${ONE}/reset-password`, resource: 'server_databases', answer: resetPassword },
]

function listDatabases(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  const databases = panel.databases.all().filter((database) => database.server === server.id)
  return { status: 200, body: list(databases.map((database) => drawDatabase(call, database))) }
}

function createDatabase(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  checkFields(panel, 'createDatabase', call.body, server.id)
  const now = panel.clock()
  const database = panel.databases.add({
    server: server.id,
    host: numberIn(call.body, 'host') ?? 0,
    database: `s${server.id}_${textIn(call.body, 'database')}`,
    username: `u${server.id}_${randomBytes(5).toString('hex')}`,
    remote: textIn(call.body, 'remote') ?? '%',
    password: newPassword(),
    created_at: now,
    updated_at: now,
  })
  const meta = { resource: `${call.origin}${call.path}/${database.id}` }
  return { status: 201, body: { ...drawDatabase(call, database), meta } }
}

function viewDatabase(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawDatabase(call, findDatabase(panel, call)) }
}

function deleteDatabase(panel: Panel, call: SignedCall): Answer {
  panel.databases.remove(findDatabase(panel, call).id)
  return { status: 204 }
}

function resetPassword(panel: Panel, call: SignedCall): Answer {
  Object.assign(findDatabase(panel, call), { password: newPassword(), updated_at: panel.clock() })
  return { status: 204 }
}

function findDatabase(panel: Panel, call: SignedCall): Database {
  const server = findRow(panel.servers, call)
  const database = findRow(panel.databases, call, 'database')
  if (database.server !== server.id) throw refusal('not_found')
  return database
}

function newPassword(): string {
  return randomBytes(18).toString('base64url')
}
