import { addDays, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means } from '../../records/index.ts'
import { TooFar } from '../errors.ts'
import type { BillingDeps } from './bill.ts'
import { LEAD } from './due-window.ts'
import { nextClients } from './next-clients.ts'
import { planAhead } from './plan-ahead.ts'
import { PREVIEW_DAYS_MAX } from './preview.ts'
import { billedZones } from './zones.ts'

export interface PreviewSum {
  issuesOn: IsoDate
  currency: string
  invoices: number
  lines: number
  netMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
}

export interface PreviewSums {
  /** By day of issue and currency, in that order. */
  sums: PreviewSum[]
  /** Clients that a run would set aside. */
  problems: number
}

const CHUNK = 200

/**
 * What the next days will invoice, as sums a day: the same planning as the preview and the run, of which nothing is kept
 * but the sums, so that a million services take the memory of a chunk.
 */
export async function sumPreview(
  means: Means,
  { sources }: Pick<BillingDeps, 'sources'>,
  query: { today?: IsoDate; days: number },
): Promise<PreviewSums> {
  const { days } = query
  if (days > PREVIEW_DAYS_MAX) throw TooFar({ days, max: PREVIEW_DAYS_MAX })
  const found = new Map<string, PreviewSum>()
  let problems = 0
  const rules = await scopedSettings(means.db, LEAD)
  for (const { zone, brandIds } of await billedZones(means.db)) {
    const today = query.today ?? means.business.today(zone)
    const ahead = planAhead(means, { today, days, brandIds, rules })
    const last = addDays(today, days)
    for (let after = ''; ;) {
      const wanted = { window: ahead.window, after, limit: CHUNK, unparked: true }
      const { clientIds, sources: having } = await nextClients(means.db, sources, wanted)
      if (clientIds.length === 0) break
      const plan = await ahead.plan(having, clientIds)
      for (const invoice of plan.invoices) if (invoice.issuedOn <= last) add(found, invoice)
      problems += plan.problems.length
      if (clientIds.length < CHUNK) break
      after = clientIds.at(-1)!
    }
  }
  const sums = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
  return { sums, problems }
}

interface Planned {
  issuedOn: IsoDate
  draft: { currency: string }
  lines: readonly unknown[]
  subtotalMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
}

function add(found: Map<string, PreviewSum>, invoice: Planned): void {
  const { issuedOn, draft, lines } = invoice
  const key = `${issuedOn} ${draft.currency}`
  let sum = found.get(key)
  if (!sum) {
    const none = { invoices: 0, lines: 0, netMinor: 0n, taxMinor: 0n, totalMinor: 0n }
    found.set(key, (sum = { issuesOn: issuedOn, currency: draft.currency, ...none }))
  }
  sum.invoices++
  sum.lines += lines.length
  sum.netMinor += invoice.subtotalMinor
  sum.taxMinor += invoice.taxMinor
  sum.totalMinor += invoice.totalMinor
}
