import { changePorts } from '../../../core/app/wire/change-ports.ts'
import * as billing from '../../../core/billing/index.ts'
import { stopInstalments } from '../../../core/billing/instalments/end-instalments.ts'
import * as catalog from '../../../core/catalog/index.ts'
import * as clients from '../../../core/clients/index.ts'
import type { Row } from '../../../core/db/index.ts'
import * as identity from '../../../core/identity/index.ts'
import type { Actor } from '../../../core/kernel/index.ts'
import * as mail from '../../../core/mail/index.ts'
import * as orders from '../../../core/orders/index.ts'
import { approvePluginRequest, refusePluginRequest } from '../../../core/plugins/index.ts'
import * as reports from '../../../core/reports/index.ts'
import * as services from '../../../core/services/index.ts'
import type { TestMeans } from '../../support/means.ts'
import { REASON, type Decide } from './deciding.ts'

type Verb = (means: never, input: never, actor: Actor) => Promise<unknown>

/** Of a record in that state the verb is run with that input. */
const moves =
  (table: string, row: Row, verb: Verb, input: Record<string, unknown>): Decide =>
  async ({ plant, means, actor }) => {
    await plant(table, { id: 'x', ...row })
    const all = { ...means, plugins: silent, changes: changePorts, writeActs: willing }
    await verb({ ...all, means: all } as never, input as never, actor)
  }

/** Does whatever a plugin asked for. */
const willing = new Proxy({}, { get: () => ({ act: () => Promise.resolve(null) }) })

/** Nobody outside may be reached before plugins were asked. */
const silent = { call: () => Promise.reject(new Error('Somebody outside was called.')) }

const of =
  (table: string, noun: string) =>
  (status: string, verb: Verb, reason: string | null = REASON) =>
    moves(table, { status }, verb, { [`${noun}_id`]: 'x', ...(reason ? { reason } : {}) })
const client = of('clients', 'client')
const order = of('orders', 'order')
const server = (status: string, act: string): Decide =>
  moves('servers', { status }, services.setServerStatus, { server_id: 'x', act })
const product = (status: string, verb: Verb) => moves('products', { status }, verb, { id: 'x' })
const bankLine = of('bank_lines', 'line')
const delivery = (verb: Verb, input: object = {}, row: Row = {}): Decide =>
  withService({}, async (shop) => {
    const state = { service_id: 'svc', status: 'failed', action: 'create', step: 'create', server_id: 'srv' }
    await shop.plant('deliveries', { id: 'x', ...state, ...row })
    await verb(
      { ...shop.means, plugins: silent } as never,
      { delivery_id: 'x', ...input } as never,
      shop.actor,
    )
  })
const service = (verb: Verb, input: object = {}, row: Row = {}): Decide =>
  withService(row, ({ means, actor }) =>
    verb(
      { ...means, plugins: silent, changes: changePorts } as never,
      { service_id: 'svc', ...input } as never,
      actor,
    ),
  )

function withService(row: Row, act: Decide): Decide {
  return async (shop) => {
    const state = { billing_status: 'active', delivery_status: 'live', zone: 'UTC', parent_id: null }
    await shop.plant('services', { id: 'svc', cycle: 'monthly', ...state, ...row })
    return act(shop)
  }
}

const invoice = { id: 'inv', kind: 'invoice', status: 'issued' }

/** With another record that the verb reads. */
function beside(table: string, row: Row, act: Decide): Decide {
  return async (shop) => {
    await shop.plant(table, row)
    return act(shop)
  }
}

const user = (status: string, verb: Verb) =>
  moves('users', { status, realm_id: 'rlm_a' }, verb, { user_id: 'x', reason: REASON })
const staff = (status: string, verb: Verb) =>
  beside(
    'roles',
    { id: 'rol', permissions: '[]' },
    moves('staff', { status, role_id: 'rol', brand_ids: null }, verb, { staff_id: 'x', reason: REASON }),
  )
const reserved = (verb: Verb, input: object) =>
  beside(
    'payments',
    { id: 'pay', status: 'authorised' },
    moves('authorisations', { status: 'held', payment_id: 'pay', amount_minor: 5n }, verb, {
      ...{ payment_id: 'pay', ...input },
    }),
  )
const leaving = (verb: Verb) =>
  beside(
    'cancellations',
    { id: 'can', service_id: 'svc', status: 'planned', at: 'end' },
    service(verb, {}, { billing_status: 'ending', cycle: 'monthly' }),
  )
const inParts = (verb: Verb, input: object) =>
  beside(
    'invoices',
    { ...invoice, owed_on: '2026-01-15' },
    moves('instalment_plans', { status: 'active', invoice_id: 'inv' }, verb, { ...input }),
  )

/** One case for each decision of ours, by the name of its check. */
export const decisions: Readonly<Record<string, Decide>> = {
  'client.suspend:check': client('active', clients.suspendClient),
  'client.close:check': client('active', clients.closeClient),
  'client.reinstate:check': client('suspended', clients.reinstateClient),
  'client.reopen:check': client('closed', clients.reopenClient),
  'user.disable:check': user('active', identity.disableUser),
  'user.enable:check': user('disabled', identity.enableUser),
  'staff.disable:check': staff('active', identity.disableStaff),
  'staff.enable:check': staff('disabled', identity.enableStaff),
  'product.publish:check': beside(
    'prices',
    { id: 'p', owner_id: 'x' },
    product('draft', catalog.publishProduct),
  ),
  'product.hide:check': product('active', catalog.hideProduct),
  'product.retire:check': product('active', catalog.retireProduct),
  'bundle.retire:check': moves('bundles', { status: 'active' }, catalog.retireBundle, { id: 'x' }),
  'bundle.restore:check': moves('bundles', { status: 'retired' }, catalog.restoreBundle, { id: 'x' }),
  'product_gift.retire:check': moves('product_gifts', { status: 'active' }, catalog.retireGift, { id: 'x' }),
  'product_gift.restore:check': moves('product_gifts', { status: 'retired' }, catalog.restoreGift, {
    id: 'x',
  }),
  'coupon.retire:check': moves('coupons', { status: 'active' }, catalog.retireCoupon, { id: 'x' }),
  'coupon.restore:check': moves('coupons', { status: 'retired' }, catalog.restoreCoupon, { id: 'x' }),
  'order.hold:check': order('placed', orders.holdOrder),
  'order.accept:check': order('placed', orders.acceptOrder, null),
  'order.reject:check': order('placed', orders.rejectOrder),
  'order.cancel:check': order('placed', orders.cancelOrder),
  'quote.revise:check': of('quotes', 'quote')('sent', orders.reviseQuote, null),
  'quote.withdraw:check': of('quotes', 'quote')('sent', orders.withdrawQuote),
  'quote.decline:check': moves('quotes', { status: 'sent' }, orders.declineQuote, {
    ...{ brand_id: 'brd_a', quote_id: 'x', version_number: 1, reason: REASON },
  }),
  'server.activate:check': server('maintenance', 'activate'),
  'server.maintain:check': server('active', 'maintain'),
  'server.disable:check': server('active', 'disable'),
  'service.hold:check': service(services.suspendService, { reason: 'staff', note: REASON }),
  'service.lift:check': service(services.releaseService, { reason: 'staff' }),
  'service.end:check': service(services.terminateService, { reason: REASON }),
  'service.plan_end:check': service(
    services.cancelService,
    { at: 'end', reason: REASON },
    { charged_through: '2026-02-01', next_period_on: '2026-02-01' },
  ),
  'delivery.start:check': service(services.deliverService, {}, { delivery_status: 'none' }),
  'delivery.retry:check': delivery(services.retryDelivery),
  'delivery.undo:check': delivery(services.undoDelivery),
  'delivery.abandon:check': delivery(services.giveUpDelivery, { reason: REASON }),
  'service_change.cancel:check': withService({}, (shop) =>
    moves('service_changes', { status: 'pending', service_id: 'svc' }, services.cancelChange, {
      change_id: 'x',
    })(shop),
  ),
  'price_campaign.schedule:check': of('price_campaigns', 'campaign')(
    'draft',
    services.scheduleCampaign,
    null,
  ),
  'price_campaign.cancel:check': of('price_campaigns', 'campaign')('draft', services.cancelCampaign),
  'message.resend:check': moves('messages', { status: 'failed' }, mail.resendMessage, { id: 'x' }),
  'letter.post:check': beside(
    'invoices',
    invoice,
    moves('letters', { status: 'waiting', invoice_id: 'inv' }, billing.postLetters, { through: 'x' }),
  ),
  'letter.drop:check': of('letters', 'letter')('waiting', billing.dropLetter, null),
  'bank_line.ignore:check': bankLine('open', billing.ignoreBankLine),
  'bank_line.undo:check': bankLine('booked', billing.undoBankLine),
  'bank_line.book:check': beside(
    'invoices',
    invoice,
    moves('bank_lines', { status: 'open', amount_minor: 5n }, billing.bookBankLine, {
      ...{ line_id: 'x', parts: [{ invoice_id: 'inv', amount_minor: '5' }] },
    }),
  ),
  'agreement.end:check': beside(
    'plugins',
    {
      id: 'gateway',
      manifest: JSON.stringify({ kinds: { gateway: ['cancel_agreement'] } }),
      status: 'enabled',
    },
    beside(
      'plugin_instances',
      { id: 'plg_g', plugin_id: 'gateway', status: 'active' },
      moves('agreements', { status: 'live', instance_id: 'plg_g' }, billing.cancelAgreement, {
        agreement_id: 'x',
      }),
    ),
  ),
  'gift_card.void:check': moves('gift_cards', { status: 'active' }, billing.voidGiftCard, {
    ...{ id: 'x', reason: REASON },
  }),
  'ledger_month.close:check': ({ means, actor }) =>
    billing.closeMonth(means, { brand_id: 'brd_a', month: '2025-12' }, actor),
  'ledger_month.reopen:check': moves(
    'ledger_months',
    { status: 'closed', month: '2025-12' },
    billing.reopenMonth,
    { ledger_month_id: 'x', reason: REASON },
  ),
  'invoice.void:check': moves('invoices', invoice, billing.voidInvoice, {
    invoice_id: 'inv',
    reason: REASON,
  }),
  'invoice.write_off:check': moves('invoices', invoice, billing.writeOffInvoice, {
    ...{ invoice_id: 'inv', reason: REASON },
  }),
  'invoice.send_to_collections:check': moves('invoices', invoice, billing.sendToCollections, {
    ...{ invoice_id: 'inv', reason: REASON },
  }),
  'invoice.recall_from_collections:check': moves(
    'invoices',
    { ...invoice, in_collections_at: '2026-01-01T00:00:00.000Z' },
    billing.recallFromCollections,
    { invoice_id: 'inv', reason: REASON },
  ),
  'discrepancy.dismiss:check': of('discrepancies', 'discrepancy')('open', reports.dismissDiscrepancy),
  'authorisation.capture:check': reserved(billing.capturePayment, {}),
  'authorisation.release:check': reserved(billing.releasePayment, { reason: REASON }),
  'cancellation.undo:check': leaving(services.undoCancellation),
  'plugin_request.approve:check': moves('plugin_requests', { status: 'waiting' }, approvePluginRequest, {
    request_id: 'x',
  }),
  'plugin_request.refuse:check': moves('plugin_requests', { status: 'waiting' }, refusePluginRequest, {
    ...{ request_id: 'x', reason: REASON },
  }),
  'stay_offer.accept:check': beside(
    'stay_offers',
    {
      id: 'sto',
      service_id: 'svc',
      status: 'offered',
      offer: 'talk',
      created_at: '2026-01-01T00:00:00.000Z',
    },
    service(services.acceptStayOffer),
  ),
  'service.keep:check': leaving(services.undoCancellation),
  'service.change_plan:check': service(services.requestChange),
  'instalment_plan.end:check': inParts(billing.endInstalments, { invoice_id: 'inv', reason: REASON }),
  'instalment_plan.break:check': inParts((means: TestMeans, _input, actor) => {
    const of = { ...invoice, owed_on: '2026-01-15', due_on: '2026-01-15', brand_id: 'brd_a' }
    const wish = { invoice: of as unknown as billing.InvoiceRow, name: 'break' as const, reason: REASON }
    return means.db.transaction((trx) => stopInstalments(means, trx, wish, actor))
  }, {}),
}
