import { Type } from '../../../sdk/index.ts'
import { joined, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, defineVerb, findRow, type Means } from '../../records/index.ts'
import { RequestDecided } from './errors.ts'
import { pluginRequestLifecycle, toldOf, type PluginRequestRow } from './request-lifecycle.ts'
import type { WriteActs } from './write-acts.ts'

const Id = Type.String({ maxLength: 64 })

/**
 * Does what a plugin asked for, as the person who approves it: nobody lets through what they could not do themselves.
 * When the verb refuses, the request goes on waiting.
 */
export const approvePluginRequest = defineVerb(
  {
    permission: 'plugin_request.approve',
    asks: ['plugin_request.approve:check'],
    audience: ['staff'],
    input: Type.Object({ request_id: Id }, { additionalProperties: false }),
  },
  (means: Means & { readonly writeActs: WriteActs }, { request_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findWaiting(trx, actor, request_id)
      const wanted = {
        ...{ recordId: row.record_id, clientId: row.client_id },
        body: JSON.parse(row.body) as Record<string, unknown>,
      }
      const act = means.writeActs[row.scope]
      await act.check?.(trx, wanted)
      const result_id = await act.act({ ...means, db: joined(trx) }, wanted, actor)
      await decide(means, trx, { row, name: 'approve', set: { result_id } }, actor)
    }),
)

export const refusePluginRequest = defineVerb(
  {
    permission: 'plugin_request.refuse',
    asks: ['plugin_request.refuse:check'],
    audience: ['staff'],
    input: Type.Object(
      { request_id: Id, reason: Type.String({ minLength: 1, maxLength: 500 }) },
      { additionalProperties: false },
    ),
  },
  (means: Means, { request_id, reason }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const row = await findWaiting(trx, actor, request_id)
      await decide(means, trx, { row, name: 'refuse', set: { reason } }, actor)
    }),
)

async function findWaiting(trx: Trx, actor: Actor, id: string): Promise<PluginRequestRow> {
  const row = await findRow<PluginRequestRow>(trx, actor, {
    ...{ table: 'plugin_requests', what: 'plugin request', id },
    scope: { brand: 'brand_id' },
  })
  if (row.status !== 'waiting') throw RequestDecided({ id, status: row.status })
  return row
}

interface Decision {
  row: PluginRequestRow
  name: 'approve' | 'refuse'
  set: { result_id: string | null } | { reason: string }
}

async function decide(means: Means, trx: Trx, { row, name, set }: Decision, actor: Actor): Promise<void> {
  const reason = 'reason' in set ? set.reason : undefined
  const change = {
    set: { ...set, decided_by: actor.id, decided_at: means.business.now() },
    body: { ...toldOf(row), ...(reason === undefined ? {} : { reason }) },
    ...(reason === undefined ? {} : { reason }),
  }
  await applyTransition(means, trx, { lifecycle: pluginRequestLifecycle, row, name, actor, change })
}
