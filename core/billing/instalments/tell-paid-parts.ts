import { list, sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InstalmentPlanRow, InstalmentRow } from './instalment-plan.ts'

/** The acts that stand for parts of which it was told that they are paid. */
const TASK = 'instalment_part'

interface Paid {
  plan: InstalmentPlanRow
  parts: readonly InstalmentRow[]
  /** What is applied to the document. */
  allocatedMinor: bigint
  /** What the events say; null when another event says it: with the last part the document is paid. */
  body: object | null
}

/**
 * An event for each part that is paid and of which that was not told, whatever day is owed next. A part that money was
 * taken back of is forgotten: when it is paid anew, whatever that payment lets go on is to be told again.
 */
export async function tellPaidParts(
  means: Means,
  trx: Trx,
  { plan, parts, allocatedMinor, body }: Paid,
  actor: Actor,
): Promise<void> {
  const paid = parts.filter((part) => part.through_minor <= allocatedMinor).map(({ position }) => position)
  const acts = await trx.all<{ period: string }>(
    sql`select period from automated_acts where task = ${TASK} and subject = ${plan.id}`,
  )
  const told = acts.map(({ period }) => Number(period))
  const gone = told.filter((position) => !paid.includes(position)).map(String)
  if (gone.length > 0)
    await trx.run(
      sql`delete from automated_acts where task = ${TASK} and subject = ${plan.id} and period in (${list(gone)})`,
    )
  const fresh = paid.filter((position) => !told.includes(position))
  const act = { task: TASK, subject: plan.id, outcome: 'told', acted_at: means.business.now() }
  await trx.insert(
    'automated_acts',
    fresh.map((position) => ({ ...act, period: String(position) })),
  )
  if (body === null) return
  for (const part of fresh)
    await recordEvent(means, trx, actor, {
      ...{ subject: plan.id, brandId: plan.brand_id, clientId: plan.client_id },
      type: 'instalment_plan.part_paid',
      body: { ...body, id: plan.id, invoice_id: plan.invoice_id, part, paid: paid.length },
    })
}
