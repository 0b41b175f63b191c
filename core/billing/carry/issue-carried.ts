import { Type } from '../../../sdk/index.ts'
import { sql, type Queries, type Sql } from '../../db/index.ts'
import { maxDay } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import type { DraftInvoice } from '../draft.ts'
import { NothingCarried } from '../errors.ts'
import type { InvoiceRow } from '../invoice.ts'
import { issueInvoice, planDocument } from '../issue-invoice.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { todayOf } from '../settle-invoice.ts'
import { linesAdded } from '../shape-lines.ts'
import { carriedItems, placeCarried, type CarriedRow, type CarriedStep } from './carried-items.ts'

/**
 * Invoices what was charged and waits for a larger sum, today and whatever it comes to: one document for each brand and
 * currency of the client. Answers them; refuses where nothing waits.
 */
export const issueCarried = defineVerb(
  {
    permission: 'invoice.issue_carried',
    asks: ['invoice.issue:check'],
    audience: ['staff'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: Means, { client_id: id }, actor): Promise<InvoiceRow[]> => {
    await findRow(means.db, actor, { table: 'clients', what: 'client', id, scope: { client: 'id' } })
    return means.db.transaction(async (trx) => {
      const waiting = await carriedDrafts(means, trx, id)
      if (waiting.length === 0) throw NothingCarried({ id })
      const issued: InvoiceRow[] = []
      for (const { draft, chargeIds } of waiting) {
        await placeCarried(trx, chargeIds)
        issued.push(await issueInvoice(means, trx, draft, actor))
      }
      return issued
    })
  },
)

type Asking = Pick<Means, 'business' | 'hooks' | 'db'>

/** The documents that `issueCarried` would issue today, with their taxes and sums. */
export async function previewCarried(means: Asking, clientId: string): Promise<PlannedInvoice[]> {
  const plans: PlannedInvoice[] = []
  for (const { draft } of await carriedDrafts(means, means.db, clientId))
    plans.push(await planDocument(means, means.db, draft))
  return plans
}

/** How much of what was charged to the client waits for a document, as the one row of a select, to be read with more. */
export const carriedCount = (clientId: string): Sql =>
  sql`select count(*) as carried from carried_lines where client_id = ${clientId} and placed = 0`

async function carriedDrafts(
  means: Asking,
  queries: Queries,
  clientId: string,
): Promise<{ draft: DraftInvoice; chargeIds: readonly string[] }[]> {
  const rows = await queries.all<CarriedRow>(sql`
    select charge_id, brand_id, client_id, currency, due_on, until_on, line from carried_lines
    where client_id = ${clientId} and placed = 0 order by charge_id`)
  const drafts = []
  // Nobody is to be told to pay on a day that is over.
  for (const { brandId, currency, dueOn, lines, step } of carriedItems(rows)) {
    const due = maxDay(dueOn, await todayOf(means, queries, brandId))
    const head = { brandId, clientId, currency, origin: 'renewal' as const, originId: null, dueOn: due }
    const draft = { ...head, lines }
    const added = await linesAdded(means.hooks, queries, draft)
    const { chargeIds } = step as CarriedStep
    drafts.push({ draft: { ...draft, lines: [...lines, ...added] }, chargeIds })
  }
  return drafts
}
