import type { RequestAnswer } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { forUpdate, joined, sql, type Trx } from '../../db/index.ts'
import { causedBy, recordEvent } from '../../events/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { denied, Refusal } from '../broker/refusal.ts'
import type { PluginWrites, WriteAsked } from '../ports.ts'
import type { InstanceRow } from '../registry/plugin-row.ts'
import { WAITING_SCOPES } from '../manifest/data-scopes.ts'
import { fitsCaps, refuseBeyondDay } from './caps.ts'
import { refusingInWords } from './refusal-words.ts'
import { pluginRequestLifecycle, toldOf, type PluginRequestRow } from './request-lifecycle.ts'
import type { WriteActs } from './write-acts.ts'

/** Takes requests of plugins into our database: all of one is a single transaction, or nothing. */
export const databaseWrites = (means: Means, acts: WriteActs): PluginWrites => ({
  request: (asked) =>
    refusingInWords(() => means.db.transaction((trx) => takeRequest(means, trx, { asked, acts }))),
})

interface Taking {
  asked: WriteAsked
  acts: WriteActs
}

async function takeRequest(means: Means, trx: Trx, taking: Taking): Promise<RequestAnswer> {
  const { asked } = taking
  refuseWhenOver(asked)
  causedBy(trx, asked.cause)
  trx.beforeCommit(() => Promise.resolve(refuseWhenOver(asked)))
  const instance = await lockInstance(trx, asked)
  const body = inOrder(asked.body)
  const known = await trx.get<PluginRequestRow>(sql`
    select * from plugin_requests where instance_id = ${asked.instance} and reference = ${asked.reference}`)
  if (known) return answerAgain(known, asked, body)
  await refuseBeyondDay(means, trx, asked)
  const row = rowOf(means, { instance, body, ...taking })
  await trx.insert('plugin_requests', [row])
  return decideAtOnce(means, trx, { row, instance, ...taking })
}

/** What nobody waits for any more is not begun, and not finished either. */
function refuseWhenOver({ signal }: WriteAsked): void {
  if (signal.aborted)
    throw new Refusal('E_DENIED', 'The call that asked for it is over; nothing was written.')
}

/** One request of an instance at a time: budgets and caps are sums, and two would each leave out the other's row. */
async function lockInstance(trx: Trx, { instance: id }: WriteAsked): Promise<InstanceRow> {
  const row = await trx.get<InstanceRow>(
    sql`select * from plugin_instances where id = ${id} ${forUpdate(trx.dialect)}`,
  )
  if (row?.status !== 'active') throw denied('This instance was switched off or removed meanwhile.')
  return row
}

function answerAgain(known: PluginRequestRow, asked: WriteAsked, body: string): RequestAnswer {
  if (known.scope !== asked.scope || known.record_id !== asked.record.id || known.body !== body)
    throw new Refusal(
      'E_CONFLICT',
      `The reference "${asked.reference}" was used for another request. Take a new one.`,
    )
  if (known.status === 'waiting') return { outcome: 'waiting' }
  return known.status === 'refused'
    ? { outcome: 'refused', reason: known.reason ?? '' }
    : { outcome: 'done', id: known.result_id }
}

interface Made extends Taking {
  instance: InstanceRow
  body: string
}

function rowOf(means: Means, { asked, acts, instance, body }: Made): PluginRequestRow {
  const { record, scope, reference } = asked
  const money = acts[scope].money(wantedOf(asked))
  const now = means.business.now()
  return {
    ...{ id: means.newId('prq'), instance_id: instance.id, plugin_id: instance.plugin_id },
    ...{ brand_id: record.brandId, client_id: record.clientId, record_id: record.id },
    ...{ scope, reference, body, currency: money?.currency ?? null, amount_minor: money?.minor ?? null },
    ...{ status: 'waiting', decided_by: null, decided_at: null, reason: null, result_id: null },
    ...{ version: 1, created_at: now, updated_at: now },
  }
}

const wantedOf = ({ record, body }: WriteAsked) => ({
  ...{ recordId: record.id, clientId: record.clientId, body },
})

interface Deciding extends Taking {
  row: PluginRequestRow
  instance: InstanceRow
}

/** Done by the plugin's own grant, or kept for a person. */
async function decideAtOnce(means: Means, trx: Trx, deciding: Deciding): Promise<RequestAnswer> {
  const { row, instance, asked, acts } = deciding
  const act = acts[row.scope]
  const actor = actorOf(asked, instance.name, act.permissions)
  await act.check?.(trx, wantedOf(asked))
  if (WAITING_SCOPES.includes(row.scope) && !(await fitsCaps(means, trx, { row, asked }))) {
    await tellStaff(means, trx, row, actor)
    return { outcome: 'waiting' }
  }
  const id = await act.act({ ...means, db: joined(trx) }, wantedOf(asked), actor)
  const set = { decided_by: instance.id, decided_at: means.business.now(), result_id: id }
  const change = { set, body: toldOf(row) }
  await applyTransition(means, trx, {
    ...{ lifecycle: pluginRequestLifecycle, row, name: 'approve', actor, change },
    unasked: 'the verb behind it is asked about by itself; staff granted the request with the plugin',
  })
  return { outcome: 'done', id }
}

/** A plugin holds the permissions of this one act, within its brand. */
const actorOf = ({ instance, brandId }: WriteAsked, name: string, permissions: readonly string[]): Actor => ({
  ...{ kind: 'plugin', id: instance, name, permissions, grants: [] },
  brandIds: brandId === null ? 'all' : [brandId],
})

async function tellStaff(means: Means, trx: Trx, row: PluginRequestRow, actor: Actor): Promise<void> {
  const scope = { subject: row.id, brandId: row.brand_id, clientId: row.client_id }
  const after = { scope: row.scope, record: row.record_id, reference: row.reference, body: row.body }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'plugin_request.ask', after }])
  await recordEvent(means, trx, actor, { ...scope, type: 'plugin_request.asked', body: toldOf(row) })
}

/** The same body has the same text, in whichever order a plugin names its keys. */
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
