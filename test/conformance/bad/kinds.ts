import { type BadPlugin, code } from './bad-plugin.ts'

/** What a kind asks for besides. The example of a gateway takes longest, so what only it can show is shown in two runs. */
export const BAD_OF_KINDS: readonly BadPlugin[] = [
  {
    says: 'a payment that takes more than was asked for',
    ...{
      example: 'example-card-fields',
      change: code([
        "{ outcome: 'succeeded', reference, amount }",
        "{ outcome: 'succeeded', reference, amount: { ...amount, minor: '9999' } }",
      ]),
    },
    breaks: { takes_no_more: 'gateway.confirm_payment takes no more' },
  },
  {
    says: 'a refund whose fee is other money',
    ...{
      example: 'example-gateway',
      change: code(['? { fee: refund.fee }', "? { fee: { ...refund.fee, currency: 'USD' } }"]),
    },
    breaks: { takes_no_more: 'gateway.refund takes no more' },
  },
  {
    says: 'a frame for a page that has none',
    ...{
      example: 'example-card-fields',
      change: code(['const frame = canEmbed ?', 'const frame = canEmbed || true ?']),
    },
    breaks: { frame_shown: 'gateway.start_payment shows a frame' },
  },
  {
    says: 'a line without its taxes',
    ...{ example: 'example-tax', change: code(['lines: lines.map', 'lines: lines.slice(1).map']) },
    breaks: { each_line: 'tax.determine answers each line' },
  },
  {
    says: 'a question of a batch without its answer',
    ...{
      example: 'example-remote-tax',
      change: code(['documents.map(answerOf)', 'documents.slice(1).map(answerOf)']),
    },
    breaks: { each_question: 'tax.determine_remote answers each question' },
  },
  {
    says: 'movements of other ids each time, payouts that are no sums, and the saved methods of everybody',
    example: 'example-gateway',
    change: code(
      ["fee: { ...amount, minor: '0' }", 'fee: amount'],
      [
        'reference: id, kind, of, amount, fee, on: day',
        'reference: id + crypto.randomUUID(), kind, of, amount, fee, on: day',
      ],
      ['wanted === undefined || id === wanted', 'wanted !== id || id.length > 0'],
      ["kind: 'card', label: name", "kind: 'card', label: name + crypto.randomUUID()"],
    ),
    breaks: {
      movements_add_up: 'gateway.list_payouts',
      same_movements: 'gateway.fee_report, again',
      own_methods: 'gateway.find_methods finds',
      same_methods: 'gateway.find_methods, again',
    },
  },
  {
    says: 'a payment that loses its key, and a frame without its permission',
    example: 'example-gateway',
    change: code(
      ["api.post('/payments', body, key)", "api.post('/payments', body, key + crypto.randomUUID())"],
      [
        "{ outcome: 'needs_client', reference, url }",
        "{ outcome: 'needs_client', reference, url, embed: { data: '' } }",
      ],
    ),
    breaks: {
      same_thing: 'gateway.charge_method, again',
      made_once: 'gateway.charge_method, after a lost answer',
      frame_shown: 'gateway.start_payment shows a frame',
    },
  },
]
