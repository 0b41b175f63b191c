import { sql, type Queries } from '../../db/index.ts'
import type { Instant, IsoDate } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

export interface InstalmentPlanRow extends StatefulRow {
  brand_id: string
  client_id: string
  invoice_id: string
  currency: string
  status: 'active' | 'kept' | 'broken' | 'ended'
  covers_minor: bigint
  base_minor: bigint
  every: string
  fee_id: string | null
  reason: string | null
  created_at: Instant
  updated_at: Instant
}

export interface InstalmentRow {
  plan_id: string
  position: number
  invoice_id: string
  due_on: IsoDate
  amount_minor: bigint
  through_minor: bigint
}

export interface Instalments {
  plan: InstalmentPlanRow
  parts: InstalmentRow[]
}

/** The plan that a document is paid by, or was last, with its parts in order. */
export async function findInstalments(queries: Queries, invoiceId: string): Promise<Instalments | null> {
  const plan = await queries.get<InstalmentPlanRow>(
    sql`select * from instalment_plans where invoice_id = ${invoiceId} order by id desc limit 1`,
  )
  if (!plan) return null
  const parts = await queries.all<InstalmentRow>(
    sql`select * from instalments where plan_id = ${plan.id} order by position`,
  )
  return { plan, parts }
}

/** What is still to be paid of a part, when so much is applied to its document: the first part is paid first. */
export function openOfPart(part: InstalmentRow, allocatedMinor: bigint): bigint {
  const missing = part.through_minor - allocatedMinor
  if (missing <= 0n) return 0n
  return missing < part.amount_minor ? missing : part.amount_minor
}

/** What is to be paid now: all parts whose day has come, or else the next one. */
export function askedOfParts(
  parts: readonly InstalmentRow[],
  { allocatedMinor, today }: { allocatedMinor: bigint; today: IsoDate },
): bigint {
  const unpaid = parts.filter((part) => part.through_minor > allocatedMinor)
  const due = unpaid.filter((part) => part.due_on <= today)
  const until = due.at(-1) ?? unpaid[0]
  return until ? until.through_minor - allocatedMinor : 0n
}
