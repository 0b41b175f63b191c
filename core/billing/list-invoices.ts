import { Type } from 'typebox'
import { all, sql } from '../db/index.ts'
import { defineVerb, scoped, type Means } from '../records/index.ts'
import type { InvoiceRow } from './invoice.ts'
import { standings, type Standing } from './invoice-state.ts'

export interface ListedInvoice extends InvoiceRow, Standing {}

/** Documents newest first: a client sees its own but drafts, staff those of their brands. `after` is the last id seen. */
export const listInvoices = defineVerb(
  {
    permission: 'invoice.list',
    audience: ['staff', 'client'],
    input: Type.Object({
      client_id: Type.Optional(Type.String()),
      status: Type.Optional(Type.String()),
      after: Type.Optional(Type.String()),
      limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    }),
  },
  async (means: Means, input, actor): Promise<{ rows: ListedInvoice[]; next: string | null }> => {
    const conditions = [scoped(actor, { table: 'i', right: 'invoice.list' })]
    if (actor.kind === 'client') conditions.push(sql`i.status <> 'draft'`)
    if (input.client_id) conditions.push(sql`i.client_id = ${input.client_id}`)
    if (input.status) conditions.push(sql`i.status = ${input.status}`)
    if (input.after) conditions.push(sql`i.id < ${input.after}`)
    const found = await means.db.all<InvoiceRow>(
      sql`select i.* from invoices i where ${all(conditions)} order by i.id desc limit ${input.limit + 1}`,
    )
    const kept = found.slice(0, input.limit)
    const standing = await standings(
      means.db,
      kept.map(({ id }) => id),
    )
    const rows = kept.map((row) => ({ ...row, ...standing(row.id) }))
    return { rows, next: found.length > kept.length ? kept.at(-1)!.id : null }
  },
)
