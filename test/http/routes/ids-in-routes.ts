import type { IdMaker, Prefix } from '../../../core/kernel/index.ts'

/** Kinds of records that an address can name, with the prefix of their ids. */
const KINDS = {
  agreement: 'agr',
  apiKey: 'key',
  audit: 'aud',
  brand: 'brd',
  billable: 'bli',
  bundle: 'bun',
  campaign: 'pcp',
  cancelReason: 'cnr',
  bankAccount: 'bka',
  bankLine: 'bkl',
  cartItem: 'cti',
  change: 'chn',
  creditGrant: 'crg',
  client: 'cli',
  contact: 'cnt',
  clientGroup: 'cgr',
  coupon: 'cpn',
  delivery: 'dlv',
  discrepancy: 'dcy',
  dispute: 'dsp',
  documentText: 'dtx',
  event: 'evt',
  field: 'fld',
  gift: 'giv',
  giftCard: 'gft',
  group: 'grp',
  instance: 'plg',
  invitation: 'mei',
  invoice: 'inv',
  invoiceLink: 'lnk',
  letter: 'let',
  job: 'job',
  journal: 'jrn',
  ledgerExport: 'lex',
  month: 'lmo',
  membership: 'mem',
  message: 'msg',
  method: 'mth',
  note: 'nte',
  offer: 'plo',
  option: 'opt',
  value: 'opv',
  order: 'ord',
  payment: 'pay',
  refund: 'ref',
  payout: 'pyo',
  priceList: 'plt',
  priceRule: 'prr',
  pluginRequest: 'prq',
  product: 'prd',
  quote: 'quo',
  role: 'rol',
  seller: 'sel',
  server: 'srv',
  serverAccount: 'sac',
  serverGroup: 'svg',
  service: 'svc',
  session: 'ses',
  staff: 'stf',
  exemption: 'txe',
  taxRule: 'tax',
  transfer: 'trf',
  user: 'usr',
  webhookEvent: 'whe',
} as const satisfies Record<string, Prefix>

export type Kind = keyof typeof KINDS
export type Ids = Readonly<Partial<Record<Kind, string>>>

/** Parameters whose name says what they are. */
const BY_NAME: Readonly<Record<string, Kind>> = {
  ':exemption': 'exemption',
  ':serviceId': 'service',
  ':invoiceId': 'invoice',
  ':orderId': 'order',
  ':order': 'order',
  ':quote': 'quote',
  ':messageId': 'message',
  ':methodId': 'method',
  ':transferId': 'transfer',
  ':membershipId': 'membership',
  ':member': 'membership',
  ':contactId': 'contact',
  ':contact': 'contact',
  ':invitationId': 'invitation',
  ':invitation': 'invitation',
  ':sessionId': 'session',
  ':session': 'session',
  ':key': 'apiKey',
  ':fieldId': 'field',
  ':clientId': 'client',
  ':client': 'client',
  ':changeId': 'change',
  ':itemId': 'cartItem',
  ':note': 'note',
  ':link': 'invoiceLink',
  ':offer': 'offer',
  ':field': 'field',
  ':addon': 'product',
  ':productId': 'product',
  ':groupId': 'group',
  ':rule': 'priceRule',
  ':refund': 'refund',
  '{bundle_id}': 'bundle',
  '{client_id}': 'client',
  '{contact_id}': 'contact',
  '{invitation_id}': 'invitation',
  '{membership_id}': 'membership',
  '{delivery_id}': 'delivery',
  '{event_id}': 'event',
  '{gift_id}': 'gift',
  '{invoice_id}': 'invoice',
  '{order_id}': 'order',
  '{payment_id}': 'payment',
  '{price_list_id}': 'priceList',
  '{price_rule_id}': 'priceRule',
  '{product_id}': 'product',
  '{request_id}': 'pluginRequest',
  '{server_id}': 'server',
  '{server_group_id}': 'serverGroup',
  '{service_id}': 'service',
  '{refund_id}': 'refund',
}

/** What stands before ":id" on pages of staff. */
const BY_FOLDER: Readonly<Record<string, Kind>> = {
  '/admin/agreements': 'agreement',
  '/admin/audit': 'audit',
  '/admin/billables': 'billable',
  '/admin/brands': 'brand',
  '/admin/bundles': 'bundle',
  '/admin/bank-accounts': 'bankAccount',
  '/admin/bank-lines': 'bankLine',
  '/admin/cancel-reasons': 'cancelReason',
  '/admin/catalog/fields': 'field',
  '/admin/catalog/groups': 'group',
  '/admin/catalog/options': 'option',
  '/admin/catalog/products': 'product',
  '/admin/catalog/values': 'value',
  '/admin/client-groups': 'clientGroup',
  '/admin/clients': 'client',
  '/admin/coupons': 'coupon',
  '/admin/credit-grants': 'creditGrant',
  '/admin/deliveries': 'delivery',
  '/admin/disputes': 'dispute',
  '/admin/document-texts': 'documentText',
  '/admin/events': 'event',
  '/admin/gift-cards': 'giftCard',
  '/admin/gifts': 'gift',
  '/admin/gateways': 'instance',
  '/admin/invoices': 'invoice',
  '/admin/jobs': 'job',
  '/admin/letters': 'letter',
  '/admin/ledger/exports': 'ledgerExport',
  '/admin/ledger/journals': 'journal',
  '/admin/ledger/months': 'month',
  '/admin/messages': 'message',
  '/admin/orders': 'order',
  '/admin/payments': 'payment',
  '/admin/payouts': 'payout',
  '/admin/plugin-requests': 'pluginRequest',
  '/admin/price-campaigns': 'campaign',
  '/admin/price-lists': 'priceList',
  '/admin/plugins/instances': 'instance',
  '/admin/quotes': 'quote',
  '/admin/reconciler': 'discrepancy',
  '/admin/roles': 'role',
  '/admin/sellers': 'seller',
  '/admin/server-accounts': 'serverAccount',
  '/admin/server-groups': 'serverGroup',
  '/admin/servers': 'server',
  '/admin/services': 'service',
  '/admin/staff': 'staff',
  '/admin/tax': 'taxRule',
  '/admin/users': 'user',
  '/admin/webhook-events': 'webhookEvent',
}

/** Words and secrets, not ids of records. */
const WORDS: Readonly<Record<string, string>> = {
  ':act': 'drain',
  ':action': 'change_password',
  ':bearer': 'own',
  ':bundle': 'no-such-bundle',
  ':file': 'catalogue.yaml',
  ':group': 'no-such-group',
  ':icon': 'no-such-picture',
  ':instance': 'no-such-instance',
  ':page': 'no-such-page',
  ':place': '0',
  ':plugin': 'no-such-plugin',
  ':position': '0',
  ':product': 'no-such-product',
  ':report': 'no-such-report',
  ':topic': 'renewals',
  ':tag': 'invoices',
  ':token': 'no-such-token',
  ':version': 'no-such-version',
}

const PARAMETER = /:\w+|\{\w+\}/g

/** The record that an address is about: the first one that it names. Null for addresses of none. */
export function subjectOf(route: string): Kind | null {
  const kinds = [...route.matchAll(PARAMETER)].map((match) => kindOf(route, match[0], match.index))
  return kinds.find((kind) => kind !== null) ?? null
}

/** The address with an id for each parameter. A parameter that this file does not know is an error. */
export function addressOf(route: string, ids: Ids, newId: IdMaker): string {
  return route.replaceAll(PARAMETER, (parameter, at: number) => {
    const kind = kindOf(route, parameter, at)
    if (kind === null) return WORDS[parameter] ?? 'no-such-name'
    return ids[kind] ?? newId(KINDS[kind])
  })
}

function kindOf(route: string, parameter: string, at: number): Kind | null {
  const kind = BY_NAME[parameter] ?? BY_FOLDER[route.slice(0, at - 1)]
  // The name of a schedule stands in its address.
  if (kind === undefined && !(parameter in WORDS) && !route.startsWith('/admin/schedules/'))
    throw new Error(`${route}: nobody knows what ${parameter} is.`)
  return kind ?? null
}
