import { type Embed, money, type Money } from '../../../../sdk/index.ts'
import {
  amountDue,
  askedNow,
  askedOfOpen,
  creditBalance,
  eligible,
  isLive,
  listWaysFor,
  offers,
  paymentsFor,
  type GatewayInstance,
  type Invoice,
  type MethodRow,
  type PaidFor,
  type PaymentRow,
  type RuledMethod,
} from '../../../billing/index.ts'
import { sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { Instant, IsoDate } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import { field, formKeys, methodLabel, type FormProblem } from '../../page/index.ts'
import { embedView, type EmbedView } from '../../plugin-places/embed-view.ts'
import { instalmentOfferView, type InstalmentOfferView } from './instalments-view.ts'
import { payExtra, type PayExtra } from './pay-extra.ts'

/** "2027-09" → 09/2027; and whether that month is over. */
export interface MethodView {
  id: string
  label: string
  /** Of a debit: what its holder finds on the statement of the account. */
  mandate: string | null
  /** When it was brought along from another system, where its holder had agreed. */
  takenOverAt: Instant | null
  kind: string
  icon: string
  expires: string | null
  isExpired: boolean
  isPreferred: boolean
  /** It will not work again. */
  isRefused: boolean
}

export interface PayView {
  id: string
  number: string
  href: string
  payHref: string
  creditHref: string
  due: Money
  /** As the form hands it back, to notice when the sum has changed meanwhile. */
  seen: string
  dueOn: IsoDate
  /** All that is open is paid, also where a plan asks for a part. */
  whole: boolean
  /** Of a plan: the other sum that may be paid instead. */
  instead: { href: string; amount: Money; whole: boolean } | null
  instalments: InstalmentOfferView | null
  standing: 'open' | 'waiting' | 'paid' | 'closed'
  /** What is waited for: an answer of the bank, or whether the gateway got the question at all. */
  waitsFor: 'bank' | 'answer' | 'capture'
  /** Waiting pages look again by themselves. */
  polls: boolean
  instructions: { label: string; value: string; copy: boolean }[]
  expiresAt: Instant | null
  /** When the client said that the transfer was made. */
  saidPaidAt: Instant | null
  saidPaidHref: string
  /** A hosted page that was opened and not finished. */
  unfinished: { name: string; href: string } | null
  /** Fields of the gateway for an attempt that waits for them. */
  embed: PayEmbed | null
  declined: { text: string | null; retry: string } | null
  methods: (MethodView & PayExtra)[]
  gateways: ({ id: string; name: string; canSave: boolean } & PayExtra)[]
  credit: Money | null
  /** Of a proforma: what the client's credit pays of it together with the payment. */
  creditUsed: Money | null
  total: Money
  /** What was paid before, and what is open of all; null where nothing was and all of it is asked for. */
  before: { paid: Money; open: Money } | null
  keys: { once: string }
  errors: FormProblem['errors']
}

interface PayEmbed extends EmbedView {
  paymentId: string
  amount: Money
  name: string
  /** The gateway's own page, for browsers without scripts. */
  href: string | null
}

interface Attempt extends Pick<
  PaymentRow,
  | 'id'
  | 'status'
  | 'kind'
  | 'needs'
  | 'said_paid_at'
  | 'decline_message'
  | 'decline_code'
  | 'retry'
  | 'instance_id'
  | 'amount_minor'
  | 'currency'
> {
  instance_name: string | null
}

/** Everything on the pay page; four statements after the invoice. */
export async function payView(ctx: RouteCtx, invoice: Invoice, problem?: FormProblem): Promise<PayView> {
  const { db } = ctx.state.deps
  const href = `/portal/invoices/${invoice.id}`
  const isOpen = invoice.kind === 'invoice' && invoice.status === 'issued'
  const openMinor = isOpen ? await askedOfOpen(db, invoice, amountDue(invoice)) : 0n
  const creditUsed = isOpen ? amountDue(invoice) - openMinor : 0n
  const asked = await askedNow(ctx.state.deps, db, { invoice, openMinor })
  const whole = ctx.query.whole === '1' || field(ctx, 'whole') === '1'
  const due = whole ? openMinor : asked
  const attempts = await readAttempts(ctx, invoice.id)
  const open = due > 0n
  const paid = paidFor(invoice, due)
  const of = { brandId: invoice.brand_id, clientId: invoice.client_id }
  const offered = open ? await listWaysFor(db, of, [paid]) : { methods: [], gateways: [] }
  const paying = { clientId: invoice.client_id, currency: invoice.currency, amountMinor: due }
  const gateways = await eligible(ctx.state.deps, offered.gateways, paying)
  const credit = open && creditUsed === 0n ? await creditBalance(db, invoice.client_id, invoice.currency) : 0n
  const ways = await payWays(ctx, { invoice, dueMinor: due }, { methods: offered.methods, gateways })
  const standing = standingOf(invoice, due, attempts)
  const latest = latestOf(ctx, attempts[0], standing)
  return {
    ...{ id: invoice.id, number: invoice.number ?? invoice.id, href, payHref: `${href}/pay` },
    saidPaidHref: `${href}/said-paid`,
    ...{ creditHref: `${href}/use-credit`, due: money(due, invoice.currency), seen: String(due) },
    ...{ dueOn: invoice.owed_on ?? invoice.due_on },
    ...splitOf(href, { openMinor, asked, whole, currency: invoice.currency }),
    instalments: await instalmentOfferView(ctx, invoice, openMinor),
    ...{ standing, polls: standing === 'waiting' },
    waitsFor: waitsFor(attempts),
    ...latest,
    ...ways,
    // Whose fields are open has its button beneath them.
    gateways: ways.gateways.filter(({ id }) => !latest.embed || id !== attempts[0]?.instance_id),
    credit: credit > 0n ? money(credit < due ? credit : due, invoice.currency) : null,
    creditUsed: creditUsed > 0n ? money(creditUsed, invoice.currency) : null,
    total: money(invoice.total_minor, invoice.currency),
    before: beforeOf(invoice, openMinor, due),
    keys: formKeys(),
    errors: problem?.errors ?? [],
  }
}

/** A sum that is not the one on the document says where it comes from. */
function beforeOf(invoice: Invoice, openMinor: bigint, dueMinor: bigint): PayView['before'] {
  const { allocated_minor: paid, currency } = invoice
  if (openMinor <= 0n || (paid <= 0n && openMinor === dueMinor)) return null
  return { paid: money(paid, currency), open: money(openMinor, currency) }
}

/** By a plan a part is asked for, and all of it may be paid. */
function splitOf(
  href: string,
  of: { openMinor: bigint; asked: bigint; whole: boolean; currency: string },
): Pick<PayView, 'whole' | 'instead'> {
  if (of.openMinor === of.asked) return { whole: false, instead: null }
  const amount = money(of.whole ? of.asked : of.openMinor, of.currency)
  const instead = { href: of.whole ? `${href}/pay` : `${href}/pay?whole=1`, amount, whole: !of.whole }
  return { whole: of.whole, instead }
}

async function payWays(
  ctx: RouteCtx,
  of: { invoice: Invoice; dueMinor: bigint },
  { methods, gateways }: { methods: readonly RuledMethod[]; gateways: readonly GatewayInstance[] },
): Promise<Pick<PayView, 'methods' | 'gateways'>> {
  const { deps, zone, t } = ctx.state
  const view: Pick<PayView, 'methods' | 'gateways'> = { methods: [], gateways: [] }
  for (const method of methods) {
    const extra = await payExtra(deps, of, method.rules)
    view.methods.push({ ...methodView(t, method, deps.business.today(zone)), ...extra })
  }
  for (const gateway of gateways)
    view.gateways.push({ ...gatewayView(gateway), ...(await payExtra(deps, of, gateway.rules)) })
  return view
}

/** The country on the document is the one its client had when it was issued; a start of a payment asks for today's. */
const paidFor = (invoice: Invoice, amountMinor: bigint): PaidFor => ({
  ...{ clientId: invoice.client_id, invoiceIds: [invoice.id] },
  ...{ currency: invoice.currency, amountMinor },
  country: (JSON.parse(invoice.buyer) as { country: string }).country,
})

function readAttempts(ctx: RouteCtx, invoiceId: string): Promise<Attempt[]> {
  return ctx.state.deps.db.all<Attempt>(sql`
    select p.id, p.status, p.kind, p.needs, p.said_paid_at, p.decline_message, p.decline_code, p.retry, p.instance_id, p.amount_minor, p.currency, g.name as instance_name
    from payments p left join plugin_instances g on g.id = p.instance_id
    where ${paymentsFor(sql`${invoiceId}`)} order by p.id desc limit 10`)
}

function standingOf(invoice: Invoice, due: bigint, attempts: readonly Attempt[]): PayView['standing'] {
  if (invoice.status === 'paid') return 'paid'
  if (due <= 0n) return 'closed'
  // A hosted page that never opened left an attempt behind that brings no money.
  const waits = attempts.some(
    (attempt) => isLive(attempt) && (attempt.status !== 'created' || attempt.kind === 'saved_method'),
  )
  return waits ? 'waiting' : 'open'
}

function waitsFor(attempts: readonly Attempt[]): PayView['waitsFor'] {
  if (attempts.some(({ status }) => status === 'unknown')) return 'answer'
  return attempts.some(({ status }) => status === 'authorised') ? 'capture' : 'bank'
}

interface Needs {
  url?: string
  embed?: Embed
  instructions?: { label: string; value: string; copy?: boolean }[]
  expires_at?: Instant
}

function latestOf(ctx: RouteCtx, latest: Attempt | undefined, standing: PayView['standing']) {
  const nothing = {
    ...{ instructions: [], expiresAt: null, saidPaidAt: null },
    ...{ unfinished: null, embed: null, declined: null },
  }
  if (!latest || standing !== 'open') return nothing
  if (latest.status === 'declined' || latest.status === 'failed') {
    const text = latest.status === 'declined' ? latest.decline_message : null
    return { ...nothing, declined: { text, retry: latest.retry ?? 'later' } }
  }
  if (latest.status !== 'needs_client' || !latest.needs) return nothing
  const needs = JSON.parse(latest.needs) as Needs
  const instructions = (needs.instructions ?? []).map((item) => ({ ...item, copy: item.copy ?? false }))
  if (needs.embed) return { ...nothing, embed: payEmbed(ctx, latest, needs) }
  const unfinished =
    needs.url && instructions.length === 0 ? { name: latest.instance_name ?? '', href: needs.url } : null
  const told = { expiresAt: needs.expires_at ?? null, saidPaidAt: latest.said_paid_at }
  return { ...nothing, ...told, instructions, unfinished }
}

function payEmbed(ctx: RouteCtx, latest: Attempt, { embed, url }: Needs): PayEmbed | null {
  if (!embed || !latest.instance_id) return null
  const name = latest.instance_name ?? ''
  return {
    ...embedView(ctx, embed, { id: latest.instance_id, name }),
    ...{ paymentId: latest.id, amount: money(latest.amount_minor, latest.currency), name, href: url ?? null },
  }
}

const gatewayView = (gateway: GatewayInstance) => ({
  id: gateway.id,
  name: gateway.name,
  canSave: offers(gateway, 'charge_method'),
})

export function methodView(t: Translate, method: MethodRow, today: IsoDate): MethodView {
  const [year, month] = (method.expires_on ?? '').split('-')
  return {
    id: method.id,
    label: methodLabel(t, method),
    mandate: method.mandate,
    takenOverAt: method.taken_over_at,
    kind: method.kind,
    icon: method.kind === 'card' ? 'credit-card' : 'building-bank',
    expires: year && month ? `${month}/${year}` : null,
    isExpired: method.expires_on !== null && method.expires_on < today.slice(0, 7),
    isPreferred: method.preferred === 1,
    isRefused: method.refused_at !== null,
  }
}
