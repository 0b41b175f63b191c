import { name, sql, type Row } from '../../../core/db/index.ts'
import type { Prefix } from '../../../core/kernel/index.ts'
import { makeClient, makeMembership, makeUser } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import type { FirstRows } from './first-rows.ts'
import type { Ids } from './ids-in-routes.ts'

/** One record of each kind that belongs to somebody else: a client of this brand, or the brand given and its client. */
export async function makeForeignRows(
  means: TestMeans,
  rows: FirstRows,
  brand: { id: string; realm_id: string },
): Promise<Ids> {
  const owner = await makeClient(means, { brand_id: brand.id, name: 'Ben Moor' })
  const user = await makeUser(means, { realm_id: brand.realm_id, name: 'Ben Moor' })
  const membership = await makeMembership(means, { client_id: owner.id, user_id: user.id })
  const copy = copier(means)
  const of = { brand_id: brand.id, client_id: owner.id }
  const group = await copy('product_groups', rows.group, 'grp', { brand_id: brand.id, slug: owner.id })
  const product = await copy('products', rows.product, 'prd', {
    brand_id: brand.id,
    group_id: group,
    slug: owner.id,
  })
  const option = await copy('options', rows.option, 'opt', { product_id: product })
  const service = await copy('services', rows.service, 'svc', { ...of, product_id: product })
  const invoice = await copy('invoices', rows.overdue, 'inv', { ...of, number: owner.id })
  const order = await copy('orders', rows.order, 'ord', { ...of, number: owner.id, invoice_id: invoice })
  const payment = await copy('payments', rows.payment, 'pay', {
    ...of,
    effect_key: owner.id,
    reference: owner.id,
  })
  const cart = await copy('carts', rows.cart, 'crt', {
    brand_id: brand.id,
    user_id: user.id,
    token_hash: owner.id,
  })
  const bankAccount = await copy('bank_accounts', rows.bankAccount, 'bka', { brand_id: brand.id })
  const first = async (table: string, column: string, value: string) =>
    (await means.db.get<{ id: string }>(sql`select id from ${name(table)} where ${name(column)} = ${value}`))!
      .id
  const at = means.business.now()
  const [month, ledgerExport, discrepancy] = [means.newId('lmo'), means.newId('lex'), means.newId('dcy')]
  const dates = { created_at: at, updated_at: at }
  await means.db.insert('ledger_months', [
    {
      ...{ id: month, brand_id: brand.id, month: '2001-01', starts_on: '2001-01-01', ends_on: '2001-02-01' },
      ...{ status: 'reopened', closed_at: at, ...dates },
    },
  ])
  await means.db.insert('ledger_exports', [
    {
      ...{ id: ledgerExport, brand_id: brand.id, from_on: '2026-01-01', until_on: '2026-01-31' },
      ...{ journals: 1, postings: 2, actor: 'usr_staff', created_at: at },
    },
  ])
  await means.db.insert('discrepancies', [
    {
      ...{ id: discrepancy, kind: 'unplanned', subject_id: service, brand_id: brand.id, client_id: owner.id },
      ...{
        currency: 'EUR',
        amount_minor: 1n,
        detail: '{}',
        status: 'open',
        found_at: at,
        ended_at: null,
        ...dates,
      },
    },
  ])
  return {
    ...{ month, ledgerExport, discrepancy },
    ...{
      client: owner.id,
      membership: membership.id,
      group,
      product,
      option,
      service,
      invoice,
      order,
      payment,
    },
    contact: await copy('contacts', rows.contact, 'cnt', { client_id: owner.id }),
    invitation: await copy('membership_invites', rows.invitation, 'mei', {
      ...{ client_id: owner.id, token_hash: owner.id },
    }),
    user: user.id,
    billable: await copy('billable_items', rows.billable, 'bli', of),
    documentText: await copy('document_texts', rows.documentText, 'dtx', { brand_id: brand.id }),
    letter: await copy('letters', rows.letter, 'let', { ...of, invoice_id: invoice }),
    pluginRequest: await copy('plugin_requests', rows.pluginRequest, 'prq', { ...of, reference: owner.id }),
    invoiceLink: await copy('invoice_links', rows.invoiceLink, 'lnk', {
      ...{ ...of, invoice_id: invoice, token_hash: owner.id },
    }),
    method: await copy('payment_methods', rows.method, 'mth', { client_id: owner.id, reference: owner.id }),
    message: await copy('messages', rows.message, 'msg', { ...of, message_key: owner.id }),
    delivery: await copy('deliveries', rows.delivery, 'dlv', { ...of, service_id: service }),
    serverAccount: await copy('server_accounts', rows.serverAccount, 'sac', {
      ...{ ...of, service_id: service, remote_id: owner.id },
    }),
    dispute: await copy('disputes', rows.dispute, 'dsp', {
      client_id: owner.id,
      payment_id: payment,
      reference: owner.id,
    }),
    bundle: await copy('bundles', rows.bundle, 'bun', { brand_id: brand.id, slug: owner.id }),
    gift: await copy('product_gifts', rows.gift, 'giv', { brand_id: brand.id, giver_id: product }),
    giftCard: await copy('gift_cards', rows.giftCard, 'gft', { brand_id: brand.id, code_hash: owner.id }),
    transfer: await copy('service_transfers', rows.transfer, 'trf', {
      ...{ ...of, service_id: service, to_email_key: owner.id },
    }),
    quote: await copy('quotes', rows.quote, 'quo', { ...of, number: owner.id }),
    exemption: await copy('tax_exemptions', rows.exemption, 'txe', { client_id: owner.id }),
    bankAccount,
    bankLine: await copy('bank_lines', rows.bankLine, 'bkl', { brand_id: brand.id, account_id: bankAccount }),
    payout: await copy('payouts', rows.payout, 'pyo', { brand_id: brand.id, reference: owner.id }),
    agreement: await copy('agreements', rows.agreement, 'agr', { brand_id: brand.id, reference: owner.id }),
    creditGrant: await copy('credit_grants', rows.creditGrant, 'crg', of),
    coupon: await copy('coupons', rows.coupon, 'cpn', { brand_id: brand.id, code: owner.id.toUpperCase() }),
    campaign: await copy('price_campaigns', rows.campaign, 'pcp', { brand_id: brand.id }),
    cancelReason: await copy('cancel_reasons', rows.cancelReason, 'cnr', { brand_id: brand.id }),
    priceRule: await copy('price_rules', rows.priceRule, 'prr', { brand_id: brand.id, currency: owner.id }),
    priceList: await copy('price_lists', rows.priceList, 'plt', { brand_id: brand.id, name: owner.id }),
    clientGroup: await copy('client_groups', rows.clientGroup, 'cgr', {
      brand_id: brand.id,
      name: owner.id,
    }),
    change: await copy('service_changes', await first('service_changes', 'service_id', rows.service), 'chn', {
      ...{ ...of, service_id: service, status: 'pending' },
    }),
    cartItem: await copy('cart_items', await first('cart_items', 'cart_id', rows.cart), 'cti', {
      cart_id: cart,
    }),
    session: await copy('sessions', await first('sessions', 'user_id', rows.user), 'ses', {
      ...{ user_id: user.id, token_hash: owner.id },
    }),
    event: await copy('events', rows.event, 'evt', of),
    audit: await copy('audit', rows.audit, 'aud', of),
    note: await copy('client_notes', await first('client_notes', 'client_id', rows.client), 'nte', {
      client_id: owner.id,
    }),
    value: await copy('option_values', rows.value, 'opv', { option_id: option }),
    field: await copy('order_fields', await first('order_fields', 'product_id', rows.product), 'fld', {
      product_id: product,
    }),
  }
}

const copier =
  (means: TestMeans) =>
  async (table: string, from: string, prefix: Prefix, change: Row): Promise<string> => {
    const row = await means.db.get(sql`select * from ${name(table)} where id = ${from}`)
    if (!row) throw new Error(`There is no row ${from} of ${table}.`)
    const id: string = means.newId(prefix)
    await means.db.insert(table, [{ ...row, id, ...change }])
    return id
  }
