import { Type } from '../../../sdk/index.ts'
import { all, sql } from '../../db/index.ts'
import { defineVerb, scoped, type Means } from '../../records/index.ts'
import type { PaymentRow } from './payment.ts'
import { paymentsFor } from './under-way.ts'

/** Attempts newest first: a client sees its own, staff those of their brands. `after` is the last id seen. */
export const listPayments = defineVerb(
  {
    permission: 'payment.list',
    audience: ['staff', 'client'],
    input: Type.Object({
      client_id: Type.Optional(Type.String()),
      invoice_id: Type.Optional(Type.String()),
      status: Type.Optional(Type.String()),
      after: Type.Optional(Type.String()),
      limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
  },
  async (means: Means, input, actor): Promise<{ rows: PaymentRow[]; next: string | null }> => {
    const conditions = [scoped(actor, { table: 'p', right: 'payment.list' })]
    if (input.client_id) conditions.push(sql`p.client_id = ${input.client_id}`)
    if (input.invoice_id) conditions.push(paymentsFor(sql`${input.invoice_id}`))
    if (input.status) conditions.push(sql`p.status = ${input.status}`)
    if (input.after) conditions.push(sql`p.id < ${input.after}`)
    const found = await means.db.all<PaymentRow>(
      sql`select p.* from payments p where ${all(conditions)} order by p.id desc limit ${input.limit + 1}`,
    )
    const rows = found.slice(0, input.limit)
    return { rows, next: found.length > rows.length ? rows.at(-1)!.id : null }
  },
)
