import { createDraft } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { reconcileBooks } from '../../../core/reports/index.ts'
import { staffActor } from '../../support/make.ts'
import { carrySum, draft, issue, makeBuyer } from '../../billing/support.ts'
import { beside, of, on, reason, type Decisions, type Ground, type Prepare } from './deciding.ts'

const letter = of('letters', 'letter')
const INVOICE = { id: 'inv', kind: 'invoice', status: 'issued' }
const planted = (input: object = reason, row: object = {}): Prepare =>
  beside('invoices', { ...INVOICE, ...row }, () =>
    Promise.resolve({ input: { invoice_id: 'inv', ...input } }),
  )

/** An invoice that is paid in parts. */
const inParts: Prepare = beside(
  'instalment_plans',
  { id: 'x', status: 'active', invoice_id: 'inv' },
  planted(reason, { owed_on: '2026-01-15' }),
)

/** As many open documents of one client, each of two lines. */
async function issued({ means }: Ground, count: number): Promise<string[]> {
  const { client } = await makeBuyer(means)
  const ids: string[] = []
  while (ids.length < count) ids.push((await issue(means, draft(client, { amounts: [1_000n, 500n] }))).id)
  return ids
}

const merging: Prepare = async (ground) => ({ input: { invoice_ids: await issued(ground, 2), ...reason } })
const splitting: Prepare = async (ground) => {
  const [invoice_id] = await issued(ground, 1)
  return { input: { invoice_id, positions: [1], ...reason } }
}

/** A document is said to be paid, which its ledger denies. */
const disagreeing: Prepare = async (ground) => {
  const { db } = ground.means
  const [id] = await issued(ground, 1)
  await db.run(sql`update invoices set status = 'paid' where id = ${id!}`)
  await reconcileBooks(ground.means)
  const found = await db.get<{ id: string }>(sql`select id from discrepancies`)
  return { input: { discrepancy_id: found!.id } }
}

/** About documents and what becomes of them, and about books that disagree. */
export const decisionsOnDocuments: Decisions = {
  'invoice.issue': {
    'invoice.issue:check': async ({ means }) => {
      const { client } = await makeBuyer(means)
      const line = { description: 'Work', quantity: 1, unit_minor: '1000', tax_class: 'standard' }
      const content = { client_id: client.id, due_on: '2026-02-01', lines: [line] }
      return { input: { invoice_id: await createDraft(means, content, staffActor()) } }
    },
  },
  'invoice.issue_carried': {
    'invoice.issue:check': async ({ means }) => {
      const { client } = await makeBuyer(means)
      await carrySum(means, client)
      return { input: { client_id: client.id } }
    },
  },
  'invoice.void': { 'invoice.void:check': planted(), 'instalment_plan.end:check': inParts },
  'invoice.write_off': { 'invoice.write_off:check': planted(), 'instalment_plan.end:check': inParts },
  'invoice.merge': { 'invoice.issue:check': merging, 'invoice.void:check': merging },
  'invoice.split': { 'invoice.issue:check': splitting, 'invoice.void:check': splitting },
  'invoice.send_to_collections': { 'invoice.send_to_collections:check': planted() },
  'invoice.recall_from_collections': {
    'invoice.recall_from_collections:check': planted(reason, {
      in_collections_at: '2026-01-01T00:00:00.000Z',
    }),
  },
  'instalment_plan.end': { 'instalment_plan.end:check': inParts },
  'credit_note.create': {
    'credit_note.issue:check': async (ground) => {
      const [invoice_id] = await issued(ground, 1)
      return { input: { invoice_id, ...reason } }
    },
  },
  'letter.post': {
    'letter.post:check': beside(
      'invoices',
      INVOICE,
      on('letters', { status: 'waiting', invoice_id: 'inv' }, { through: 'x' }),
    ),
  },
  'letter.drop': { 'letter.drop:check': letter('waiting', {}) },
  'discrepancy.repair': {
    'discrepancy.repair:check': disagreeing,
    'gateway_movement.accept:check': beside(
      'gateway_movements',
      {
        ...{
          id: 'mov',
          status: 'waiting',
          kind: 'payment',
          instance_id: 'plg_a',
          amount_minor: 5n,
          created_at: '2026-01-01T00:00:00.000Z',
        },
      },
      on(
        'discrepancies',
        { status: 'open', kind: 'unmatched_movement', subject_id: 'mov' },
        { discrepancy_id: 'x' },
      ),
    ),
  },
  'discrepancy.dismiss': { 'discrepancy.dismiss:check': of('discrepancies', 'discrepancy')('open') },
}
