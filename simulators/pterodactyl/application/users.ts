import { randomUUID } from 'node:crypto'
import type { Answer, ApiRoute, SignedCall } from '../http/call.ts'
import { contains, listRows, type Listing } from '../http/list-rows.ts'
import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import type { User } from '../panel/records.ts'
import { flagIn, textIn, type Fields } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { drawUser } from './draw-server.ts'
import { findRow } from './find-row.ts'

const ROOT = '/api/application/users'

export const userRoutes: ApiRoute[] = [
  { method: 'GET', pattern: ROOT, resource: 'users', answer: listUsers },
  { method: 'POST', pattern: ROOT, resource: 'users', answer: createUser },
  { method: 'GET', pattern: `${ROOT}/external/{external}`, resource: 'users', answer: findExternalUser },
  { method: 'GET', pattern: `${ROOT}/{id}`, resource: 'users', answer: viewUser },
  { method: 'PATCH', pattern: `${ROOT}/{id}`, resource: 'users', answer: changeUser },
  { method: 'DELETE', pattern: `${ROOT}/{id}`, resource: 'users', answer: deleteUser },
]

function listUsers(panel: Panel, call: SignedCall): Answer {
  const listing: Listing<User> = {
    filters: {
      email: contains(({ email }) => email),
      uuid: contains(({ uuid }) => uuid),
      username: contains(({ username }) => username),
      external_id: contains(({ external_id }) => external_id),
    },
    sorts: { id: ({ id }) => id, uuid: ({ uuid }) => uuid },
    draw: (user) => drawUser(panel, call, user),
  }
  return { status: 200, body: listRows(panel.users.all(), call, listing) }
}

function findExternalUser(panel: Panel, call: SignedCall): Answer {
  const user = panel.users.all().find(({ external_id }) => external_id === call.parts.external)
  if (!user) throw refusal('not_found')
  return { status: 200, body: drawUser(panel, call, user) }
}

function viewUser(panel: Panel, call: SignedCall): Answer {
  return { status: 200, body: drawUser(panel, call, findRow(panel.users, call)) }
}

function createUser(panel: Panel, call: SignedCall): Answer {
  checkFields(panel, 'createUser', call.body)
  const now = panel.clock()
  const user = panel.users.add({
    ...readUser(call.body),
    external_id: textIn(call.body, 'external_id'),
    uuid: randomUUID(),
    language: textIn(call.body, 'language') ?? 'en',
    root_admin: flagIn(call.body, 'root_admin') ?? false,
    two_factor: false,
    created_at: now,
    updated_at: now,
  })
  const meta = { resource: `${call.origin}${ROOT}/${user.id}` }
  return { status: 201, body: { ...drawUser(panel, call, user), meta } }
}

/** Optional fields that are not sent stay as they are. */
function changeUser(panel: Panel, call: SignedCall): Answer {
  const user = findRow(panel.users, call)
  checkFields(panel, 'changeUser', call.body, user.id)
  Object.assign(user, readUser(call.body), {
    external_id: 'external_id' in call.body ? textIn(call.body, 'external_id') : user.external_id,
    language: textIn(call.body, 'language') ?? user.language,
    root_admin: flagIn(call.body, 'root_admin') ?? user.root_admin,
    updated_at: panel.clock(),
  })
  return { status: 200, body: drawUser(panel, call, user) }
}

function readUser(body: Fields): Pick<User, 'email' | 'username' | 'first_name' | 'last_name'> {
  return {
    email: textIn(body, 'email') ?? '',
    username: (textIn(body, 'username') ?? '').toLowerCase(),
    first_name: textIn(body, 'first_name') ?? '',
    last_name: textIn(body, 'last_name') ?? '',
  }
}

function deleteUser(panel: Panel, call: SignedCall): Answer {
  const user = findRow(panel.users, call)
  if (panel.servers.all().some((server) => server.user === user.id)) throw refusal('user_has_servers')
  panel.users.remove(user.id)
  return { status: 204 }
}
