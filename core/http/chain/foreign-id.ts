import { recordAudit } from '../../audit/index.ts'
import { name, sql } from '../../db/index.ts'
import { isId, type Prefix } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import type { Fault } from '../fault.ts'

const TABLES: Partial<Record<Prefix, string>> = {
  brd: 'brands',
  cli: 'clients',
  dlv: 'deliveries',
  inv: 'invoices',
  mth: 'payment_methods',
  ord: 'orders',
  pay: 'payments',
  plg: 'plugin_instances',
  prd: 'products',
  ref: 'refunds',
  srv: 'servers',
  svc: 'services',
  usr: 'users',
}

/**
 * Somebody signed in asked for a record that exists and is not theirs. They see the same as for an unknown one; staff
 * see it in the audit log. Runs beside the answer, so that its time tells nothing either.
 */
export function auditForeignId(ctx: Pick<Ctx, 'state' | 'method' | 'path'>, fault: Fault): void {
  const { deps, actor } = ctx.state
  const { id } = fault.params
  if (fault.code !== 'record.not_found' || actor.kind === 'guest' || typeof id !== 'string') return
  const table = TABLES[id.slice(0, 3) as Prefix]
  if (!table || !isId(id.slice(0, 3) as Prefix, id)) return
  const note = async () => {
    if (!(await deps.db.get(sql`select id from ${name(table)} where id = ${id}`))) return
    const entry = { action: 'access.refused', subject: id, after: { method: ctx.method, path: ctx.path } }
    await deps.db.transaction((trx) => recordAudit(deps, trx, actor, [entry]))
  }
  note().catch((error: unknown) =>
    deps.log.error({ err: error, request: ctx.state.requestId }, 'audit failed'),
  )
}
