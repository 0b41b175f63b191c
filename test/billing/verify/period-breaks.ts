import { sql } from '../../../core/db/index.ts'
import { first, type Break, type Broken } from './broken.ts'

/** The service is charged from 2026-01-20 until 2026-03-20. */
export const periodBreaks: readonly Break[] = [
  {
    check: 'charged periods of a service do not overlap',
    break: (of) => addPeriod(of, '2026-03-17', '2026-04-17'),
  },
  {
    // Of a new cycle that gave back the time from the 18th on, the days before are charged once.
    check: 'charged periods of a service do not overlap',
    break: async (of) => {
      const days = { anchorOn: '2026-03-18', chargedThrough: '2026-04-18' }
      await addChange(of, 'plan', { chargedThrough: '2026-03-20' }, { days })
      return addPeriod(of, '2026-03-17', '2026-04-17')
    },
  },
  {
    check: 'service is charged through its last charge',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update services set charged_through = '2026-01-02' where id = ${ids.service}`)
      return ids.service
    },
  },
  {
    // A change applies to what was charged by then, not to what is charged later.
    check: 'service is charged through its last charge',
    break: async (of) => {
      await addChange(of, 'renewal', { chargedThrough: '2026-02-20' }, moved('2026-02-10'))
      await of.trx.run(sql`update services set charged_through = '2026-02-10' where id = ${of.ids.service}`)
      return of.ids.service
    },
  },
]

const moved = (chargedThrough: string) => ({ anchorOn: chargedThrough, chargedThrough })

async function addPeriod({ trx, ids, newId }: Broken, startsOn: string, endsOn: string): Promise<string> {
  const charge = await first(
    trx,
    sql`select * from charges where source_id = ${ids.service} and kind = 'recurring' limit 1`,
  )
  await trx.insert('charges', [{ ...charge, id: newId('chg'), period_start: startsOn, period_end: endsOn }])
  return ids.service
}

async function addChange({ trx, ids, newId }: Broken, kind: string, before: object, after: object) {
  const at = '2026-02-20T00:00:00.000Z'
  await trx.insert('service_changes', [
    {
      ...{ id: newId('chg'), brand_id: ids.brand, client_id: ids.client, service_id: ids.service, kind },
      ...{ status: 'applied', before_state: JSON.stringify(before), after_state: JSON.stringify(after) },
      ...{ effective_on: '2026-02-20', amount_minor: 0n, currency: 'EUR', actor: 'test' },
      ...{ invoice_id: null, version: 1, created_at: at, updated_at: at },
    },
  ])
}
