import { Type } from '../../sdk/index.ts'
import { sql, type Queries, type Sql } from '../db/index.ts'
import { defineVerb, findRow, writeSetting, type Means } from '../records/index.ts'
import { nextDayOf } from './first-term.ts'
import { forUpdate } from './load.ts'
import { carryOutMove, movesOf, previewed, type PreviewedMove, type PricedMove } from './move-renewal.ts'
import type { ChangeMeans } from './ports.ts'
import { monthsOf } from './prorate.ts'
import type { ServiceRow } from './rows.ts'
import { anchorDay } from './settings.ts'

const Alignment = {
  client_id: Type.String(),
  /** Day of the month, which every month has. */
  day: Type.Integer({ minimum: 1, maximum: 28 }),
}

/** What it would cost to let all services of a client renew on one day of the month. Changes nothing. */
export const previewAlignment = defineVerb(
  { permission: 'service.preview_alignment', audience: ['staff'], input: Type.Object(Alignment) },
  async (means: ChangeMeans, { client_id, day }, actor): Promise<PreviewedMove> => {
    await findRow(means.db, actor, {
      table: 'clients',
      what: 'client',
      id: client_id,
      scope: { client: 'id' },
    })
    const services = await alignable(means.db, client_id)
    return previewed(means, await alignment(means, means.db, { services, day, changeId: 'preview' }))
  },
)

/**
 * All services of a client that are charged by months and years renew on one day of the month from their next renewal
 * on, and so will those that it orders. The days until then are charged on one invoice.
 */
export const alignRenewals = defineVerb(
  {
    permission: 'service.align_renewals',
    asks: ['service.move_renewal:check'],
    audience: ['staff'],
    input: Type.Object(Alignment),
  },
  (means: ChangeMeans, { client_id, day }, actor): Promise<{ moved: number; invoiceId: string | null }> =>
    means.db.transaction(async (trx) => {
      await findRow(trx, actor, { table: 'clients', what: 'client', id: client_id, scope: { client: 'id' } })
      const change = { setting: anchorDay, scope: 'client', scopeId: client_id, value: day } as const
      await writeSetting(means, trx, change, actor)
      const changeId = means.newId('chn')
      const services = await alignable(trx, client_id, forUpdate(trx))
      await means.changes.lockCharged(
        trx,
        services.map(({ id }) => id),
      )
      const priced = await alignment(means, trx, { services, day, changeId })
      if (priced.moved.length === 0) return { moved: 0, invoiceId: null }
      const reason = `One renewal day for all services: ${day}`
      const { invoiceId } = await carryOutMove(means, trx, { ...priced, changeId, reason }, actor)
      return { moved: priced.moved.length, invoiceId }
    }),
)

const alignable = (queries: Queries, clientId: string, lock: Sql = sql``): Promise<ServiceRow[]> =>
  queries.all<ServiceRow>(sql`
    select * from services where client_id = ${clientId} and billing_status = 'active' and next_period_on is not null
      and paused_on is null order by id ${lock}`)

async function alignment(
  means: Means,
  queries: Queries,
  { services, day, changeId }: { services: readonly ServiceRow[]; day: number; changeId: string },
): Promise<PricedMove> {
  const moved = await movesOf(means, queries, {
    services: services.filter(({ cycle }) => monthsOf(cycle) !== null),
    toOn: ({ charged_through }) => nextDayOf(day, charged_through!),
    ...{ effect: 'charge', changeId },
  })
  return { moved, totalMinor: moved.reduce((sum, { plan }) => sum + plan.totalMinor, 0n) }
}
