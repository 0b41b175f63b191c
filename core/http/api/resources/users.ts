import { Type } from '../../../../sdk/index.ts'
import { all, sql } from '../../../db/index.ts'
import { readUser, usersOf, type User } from '../../../identity/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import { holds } from '../../admin/read-list.ts'
import { listQueryOf, rulesOf, type ApiCall, type Endpoint, type Paged } from '../endpoint.ts'

const tag = 'users'

export const userEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'getCaller', method: 'get', path: '/me', tag },
    summary: 'Read whose key this is, and what it may do for whom',
    ...{ permission: null, audience: ['staff', 'client'] },
    status: 200,
    answer: { one: 'Caller' },
    handle: callerResource,
  },
  {
    ...{ id: 'listUsers', method: 'get', path: '/users', tag },
    summary: 'List users who sign in as clients, newest first',
    ...{ permission: 'user.list', audience: ['staff'] },
    query: listQueryOf({
      q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of name or e-mail, or the id.' })),
      status: Type.Optional(Type.Enum(['active', 'disabled'], { description: 'Only in this state.' })),
    }),
    status: 200,
    answer: { list: 'User' },
    handle: list,
  },
  {
    ...{ id: 'getUser', method: 'get', path: '/users/{user_id}', tag },
    summary: 'Read one user',
    ...rulesOf(readUser),
    status: 200,
    answer: { one: 'User' },
    handle: async ({ deps, actor, params }) => userResource((await readUser(deps, params, actor)).user),
  },
]

async function list({ deps, actor, query }: ApiCall) {
  const { after, limit, q, status } = query as Paged & { q?: string; status?: string }
  const conditions = [
    usersOf(actor),
    ...(q === undefined ? [] : [holds([sql`u.email_key`, sql`u.name`, sql`u.id`], q)]),
    ...(status === undefined ? [] : [sql`u.status = ${status}`]),
    ...(after === undefined ? [] : [sql`u.id < ${after}`]),
  ]
  const rows = await deps.db.all<ListedUser>(sql`
    select u.id, u.name, u.email, u.status, u.email_verified_at, u.last_seen_at, u.created_at
    from users u where ${all(conditions)} order by u.id desc limit ${limit + 1}`)
  const items = rows.slice(0, limit).map(userResource)
  return { items, next: rows.length > limit ? items.at(-1)!.id : null }
}

type ListedUser = Pick<
  User,
  'id' | 'name' | 'email' | 'status' | 'email_verified_at' | 'last_seen_at' | 'created_at'
>

/** A key of staff holds permissions, one of a client rights on clients or single services. */
async function callerResource({ deps, actor }: ApiCall) {
  const owner = await deps.db.get<KeyOwner>(sql`
    select u.id, u.name, u.email, u.locale, k.id as key_id, k.name as key_name, k.expires_at
    from api_keys k join users u on u.id = k.user_id where k.id = ${actor.id}`)
  return {
    ...{ ...owner!, kind: actor.kind, permissions: actor.permissions },
    brand_ids: actor.kind !== 'staff' || actor.brandIds === 'all' ? null : actor.brandIds,
    grants: actor.grants.map(({ clientId, serviceId, rights }) => ({
      ...{ client_id: clientId, service_id: serviceId, rights },
    })),
  }
}

interface KeyOwner extends Pick<User, 'id' | 'name' | 'email' | 'locale'> {
  key_id: string
  key_name: string
  expires_at: Instant | null
}

const userResource = (row: ListedUser) => ({
  ...{ id: row.id, name: row.name, email: row.email, status: row.status },
  ...{ email_verified_at: row.email_verified_at, last_seen_at: row.last_seen_at },
  created_at: row.created_at,
})
