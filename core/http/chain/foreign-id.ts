import { recordAudit } from '../../audit/index.ts'
import { name, sql } from '../../db/index.ts'
import { isId, type Prefix } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import type { Fault } from '../fault.ts'

/** Records that an address can name and that belong to a client or a brand. */
const TABLES: Partial<Record<Prefix, string>> = {
  agr: 'agreements',
  aud: 'audit',
  bli: 'billable_items',
  bka: 'bank_accounts',
  bkl: 'bank_lines',
  brd: 'brands',
  bun: 'bundles',
  can: 'cancellations',
  cgr: 'client_groups',
  crg: 'credit_grants',
  chn: 'service_changes',
  cli: 'clients',
  cnr: 'cancel_reasons',
  cnt: 'contacts',
  cpn: 'coupons',
  cti: 'cart_items',
  dcy: 'discrepancies',
  dlv: 'deliveries',
  dsp: 'disputes',
  dtx: 'document_texts',
  evt: 'events',
  fld: 'order_fields',
  gft: 'gift_cards',
  giv: 'product_gifts',
  grp: 'product_groups',
  inv: 'invoices',
  jrn: 'journals',
  key: 'api_keys',
  let: 'letters',
  lex: 'ledger_exports',
  lmo: 'ledger_months',
  lnk: 'invoice_links',
  mei: 'membership_invites',
  mem: 'memberships',
  msg: 'messages',
  mth: 'payment_methods',
  nte: 'client_notes',
  prq: 'plugin_requests',
  opt: 'options',
  opv: 'option_values',
  ord: 'orders',
  pay: 'payments',
  pcp: 'price_campaigns',
  plg: 'plugin_instances',
  plt: 'price_lists',
  prd: 'products',
  pyo: 'payouts',
  quo: 'quotes',
  prr: 'price_rules',
  ref: 'refunds',
  sac: 'server_accounts',
  sel: 'sellers',
  ses: 'sessions',
  srv: 'servers',
  svc: 'services',
  trf: 'service_transfers',
  txe: 'tax_exemptions',
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
