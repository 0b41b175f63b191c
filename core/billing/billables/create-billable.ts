import { Type, type Static } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { recordEvent } from '../../events/index.ts'
import type { Trx } from '../../db/index.ts'
import { cycle as cycleOf, invalidInput, isoDate, type Actor, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Asking, type Means } from '../../records/index.ts'
import { issueInvoice } from '../issue-invoice.ts'
import { todayOf } from '../settle-invoice.ts'
import { refuseTooLarge } from '../sum-limit.ts'
import { amountOf, draftOf, type BillableItem, type BillableLine } from './billable.ts'

const Line = Type.Object({
  description: Type.String({ minLength: 1, maxLength: 500 }),
  basis: Type.Enum({ amount: 'amount', hours: 'hours', quantity: 'quantity' } as const),
  /** Hours or units with up to three decimals; 1 for an amount. */
  quantity: Type.String({ pattern: '^\\d{1,6}(\\.\\d{1,3})?$' }),
  /** Of one hour or unit, in minor units of the client's currency; below zero for a reduction. */
  unit_minor: Type.String({ pattern: '^-?\\d{1,13}$' }),
  tax_class: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 }),
})

const Shape = Type.Object({
  client_id: Type.String(),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  timing: Type.Enum({ now: 'now', next: 'next', day: 'day' } as const),
  /** First day that it is charged for; today without. */
  on: Type.Optional(Type.String({ format: 'date' })),
  /** "1m", "3m", "1y", "14d": again every so long. */
  cycle: Type.Optional(Type.Union([Type.String({ pattern: '^[1-9]\\d{0,2}[dwmy]$' }), Type.Null()])),
  times: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 999 }), Type.Null()])),
  /** A document of its own: a repeating invoice. */
  apart: Type.Optional(Type.Boolean()),
  notes: Type.Optional(Type.String({ maxLength: 2_000 })),
  lines: Type.Array(Line, { minItems: 1, maxItems: 50 }),
})
type Wish = Static<typeof Shape>

interface Billed {
  id: string
  brand_id: string
  currency: string
}

/**
 * Something outside products that a client pays for: invoiced now, with the next invoice, or on a day; once or every
 * period; beside the services or as an invoice of its own. Answers its id.
 */
export const createBillable = defineVerb(
  {
    permission: 'billable_item.create',
    asks: ['billable_item.create:check'],
    audience: ['staff', 'plugin'],
    input: Shape,
  },
  async (means: Means, input, actor): Promise<string> => {
    const client = await findRow<Billed>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: input.client_id },
      scope: { client: 'id' },
    })
    return means.db.transaction((trx) => addBillable(means, trx, { client, input }, actor))
  },
)

interface Adding {
  client: Billed
  input: Omit<Wish, 'client_id'>
  /** Why no plugin is asked: it follows from an act that was asked about. */
  unasked?: string
}

/** The same within a transaction, for acts that charge something by the way. */
export async function addBillable(
  means: Means,
  trx: Trx,
  { client, input, unasked }: Adding,
  actor: Actor,
): Promise<string> {
  const id = means.newId('bli')
  const today = await todayOf(means, trx, client.brand_id)
  const item = itemOf(means, { id, client, input, today })
  const lines = linesOf(id, input)
  refuseTooLarge(lines.map(({ amount_minor: amountMinor }) => ({ amountMinor })))
  if (lines.reduce((sum, line) => sum + line.amount_minor, 0n) < 0n)
    throw invalidInput({ lines: 'comes to less than zero; give credit instead' })
  if (unasked === undefined) demandCheck(means, trx, actor, billableAsking(client, { item, lines }))
  await trx.insert('billable_items', [item])
  await trx.insert('billable_lines', lines)
  await record(means, trx, { item, lines }, actor)
  if (item.timing === 'now') await issueNow(means, trx, { item, lines }, actor)
  return id
}

interface Wanted {
  id: string
  client: Billed
  input: Omit<Wish, 'client_id'>
  today: IsoDate
}

function itemOf(means: Means, { id, client, input, today }: Wanted): BillableItem {
  const { timing, times = null } = input
  const cycle = input.cycle ? cycleOf(input.cycle) : null
  const on = input.on === undefined ? today : isoDate(input.on)
  if (timing !== 'day' && cycle !== null)
    throw invalidInput({ cycle: 'goes with a day, because every further one is counted from it' })
  if (timing !== 'day' && input.apart) throw invalidInput({ apart: 'goes with a day' })
  if (times !== null && cycle === null) throw invalidInput({ times: 'needs a period to be repeated in' })
  if (timing === 'day' && on < today) throw invalidInput({ on: 'is over' })
  const now = means.business.now()
  const done = timing === 'now'
  return {
    ...{ id, brand_id: client.brand_id, client_id: client.id, currency: client.currency, name: input.name },
    ...{ timing, cycle, times, done: done ? 1 : 0, anchor_on: timing === 'day' ? on : today },
    ...{ next_on: timing === 'day' ? on : null, apart: input.apart ? 1 : 0, notes: input.notes ?? null },
    ...{ status: done ? 'done' : 'active', version: 1, created_at: now, updated_at: now },
  }
}

function linesOf(id: string, { lines }: Pick<Wish, 'lines'>): BillableLine[] {
  return lines.map((line, i) => {
    const milli = Math.round(Number(line.quantity) * 1_000)
    const field = `lines.${i}.quantity`
    if (milli === 0) throw invalidInput({ [field]: 'must be above zero' })
    if (line.basis === 'amount' && milli !== 1_000) throw invalidInput({ [field]: 'is 1 for an amount' })
    const unit = BigInt(line.unit_minor)
    return {
      ...{ item_id: id, position: i + 1, description: line.description, basis: line.basis },
      ...{ quantity_milli: milli, unit_minor: unit, amount_minor: amountOf(milli, unit) },
      tax_class: line.tax_class,
    }
  })
}

interface Written {
  item: BillableItem
  lines: readonly BillableLine[]
}

/** What is charged has no id before it is written, so its client stands for it. */
function billableAsking(client: Billed, { item, lines }: Written): Asking {
  const row = { id: client.id, version: 0, brand_id: client.brand_id, client_id: client.id }
  const { name, timing, cycle, times, next_on: on, currency } = item
  const amount_minor = lines.reduce((sum, line) => sum + line.amount_minor, 0n).toString()
  const facts = { name, timing, cycle, times, on, amount_minor, currency }
  return { noun: 'billable_item', transition: 'create', from: 'none', to: item.status, row, facts }
}

async function issueNow(means: Means, trx: Trx, { item, lines }: Written, actor: Actor): Promise<void> {
  const { brand_id: brandId, client_id: clientId, currency, anchor_on: on } = item
  await issueInvoice(
    means,
    trx,
    {
      ...{ brandId, clientId, currency, origin: 'billable', originId: item.id, dueOn: on },
      lines: draftOf(item, lines, { startsOn: on, endsOn: on }),
      ...(item.notes ? { notes: item.notes } : {}),
    },
    actor,
  )
}

async function record(means: Means, trx: Trx, { item, lines }: Written, actor: Actor): Promise<void> {
  const scope = { subject: item.id, brandId: item.brand_id, clientId: item.client_id }
  const { name, timing, cycle, times, currency } = item
  const amount_minor = lines.reduce((sum, line) => sum + line.amount_minor, 0n)
  const after = { name, timing, cycle, times, amount_minor, currency, lines: lines.length }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'billable_item.create', after }])
  const body = { id: item.id, name, timing, cycle }
  await recordEvent(means, trx, actor, { ...scope, type: 'billable_item.created', body })
}
