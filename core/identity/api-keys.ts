import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { all, sql } from '../db/index.ts'
import { covers, instant, invalidInput, NotFound, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { requireConfirmed } from './confirm.ts'
import { ExceedsOwnPermissions } from './errors.ts'
import { requireHeld, requireKnown } from './permissions.ts'
import type { ApiKey } from './rows.ts'
import { newSecretToken, secretTokenHash } from './secret-token.ts'
import { requirePerson } from './sessions.ts'

const DAY_MS = 86_400_000
const HINT_LENGTH = 10

export type ListedApiKey = Omit<ApiKey, 'token_hash' | 'scopes'> & { scopes: string[] }

/** The own keys that work, or did; newest first. */
export const listApiKeys = defineVerb(
  { permission: 'api_key.list', audience: ['client', 'staff'], input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<ListedApiKey[]> => {
    const { userId } = requirePerson(actor)
    const rows = await means.db.all<Omit<ApiKey, 'token_hash'>>(sql`
      select id, name, hint, user_id, client_id, scopes, last_used_at, expires_at, revoked_at, created_at
      from api_keys where user_id = ${userId} order by id desc`)
    return rows.map((row) => ({ ...row, scopes: JSON.parse(row.scopes) as string[] }))
  },
)

/** Answers the key once; only its hash is kept. It can do what its scopes cover and its owner may still do. */
export const createApiKey = defineVerb(
  {
    permission: 'api_key.create',
    audience: ['client', 'staff'],
    input: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 60 }),
      scopes: Type.Array(Type.String({ maxLength: 80 }), { minItems: 1, maxItems: 100, uniqueItems: true }),
      client_id: Type.Optional(Type.String()),
      /** Absent: until it is revoked. */
      days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
    }),
  },
  async (means: Means, input, actor): Promise<{ id: string; key: string; expires_at: Instant | null }> => {
    const { userId } = requirePerson(actor)
    requireConfirmed(means, actor)
    requireScopesHeld(actor, input.scopes, input.client_id)
    const { token } = newSecretToken()
    const key = `berth_${token}`
    const row = {
      id: means.newId('key'),
      name: input.name,
      hint: key.slice(0, HINT_LENGTH),
      token_hash: secretTokenHash(key),
      user_id: userId,
      client_id: input.client_id ?? null,
      scopes: JSON.stringify(input.scopes),
      last_used_at: null,
      expires_at: input.days === undefined ? null : instant(means.clock.ms() + input.days * DAY_MS),
      revoked_at: null,
      created_at: means.clock.now(),
    }
    await means.db.transaction(async (trx) => {
      await trx.insert('api_keys', [row])
      const after = { name: row.name, scopes: input.scopes, expires_at: row.expires_at }
      await recordAudit(means, trx, actor, [
        { action: 'api_key.create', subject: row.id, clientId: row.client_id, after },
      ])
    })
    return { id: row.id, key, expires_at: row.expires_at }
  },
)

export const revokeApiKey = defineVerb(
  {
    permission: 'api_key.revoke',
    audience: ['client', 'staff'],
    input: Type.Object({ key_id: Type.String() }),
  },
  async (means: Means, { key_id }, actor): Promise<void> => {
    const { userId } = requirePerson(actor)
    await means.db.transaction(async (trx) => {
      const conditions = [sql`id = ${key_id}`, sql`user_id = ${userId}`, sql`revoked_at is null`]
      const revoked = await trx.run(
        sql`update api_keys set revoked_at = ${means.clock.now()} where ${all(conditions)}`,
      )
      if (revoked === 0) throw NotFound({ what: 'API key', id: key_id })
      await recordAudit(means, trx, actor, [{ action: 'api_key.revoke', subject: key_id }])
    })
  },
)

function requireScopesHeld(actor: Actor, scopes: readonly string[], clientId: string | undefined): void {
  if (actor.kind === 'staff') {
    if (clientId !== undefined) throw invalidInput({ client_id: 'belongs to keys of clients only' })
    requireKnown(scopes, 'staff', 'scopes')
    return requireHeld(actor, scopes)
  }
  requireKnown(scopes, 'client', 'scopes')
  const grants = actor.grants.filter((grant) => clientId === undefined || grant.clientId === clientId)
  if (clientId !== undefined && grants.length === 0) throw NotFound({ what: 'client', id: clientId })
  const beyond = scopes.find((scope) => !grants.some((grant) => covers(grant.rights, scope)))
  if (beyond !== undefined) throw ExceedsOwnPermissions({ permission: beyond })
}
