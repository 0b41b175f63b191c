import { type BadPlugin, code, EVEN } from './bad-plugin.ts'

/** What is said when the company says no. */
export const BAD_DECLINES: readonly BadPlugin[] = [
  {
    says: 'a decline that is taken for a success',
    ...{
      example: 'example-card-fields',
      change: code(["if (payment.status === 'paid')", "if (payment.status !== 'open')"]),
    },
    breaks: { decline_told: 'gateway.confirm_payment, declined' },
  },
  {
    says: 'a gateway that cannot be asked what became of a payment, and one whose author shows no decline',
    example: 'example-card-fields',
    change: {
      'plugin.json': [['"look_up", ', '']],
      'test/conformance.ts': [
        ['declines: {', 'declines: {},\n  other: {'],
        ['} satisfies Conformance', '}'],
      ],
    },
    breaks: { looks_up: 'gateway: a lost answer', declines_named: 'gateway: there are declines' },
  },
  {
    says: 'a decline that is thrown',
    ...{
      example: 'example-notification',
      change: code(['if (response.status === 404)', 'if (response.status === 999)']),
    },
    breaks: { decline_told: 'notification_channel.send, declined' },
  },
  {
    says: 'a decline without a reason',
    ...{ example: 'example-notification', change: code(["message: 'No such room.'", "message: ' '"]) },
    breaks: { decline_told: 'notification_channel.send, declined' },
  },
  {
    says: 'a decline whose reason is the answer of the company as it came',
    ...{
      example: 'example-notification',
      change: code(["message: 'No such room.'", 'message: \'{"error":404}\'']),
    },
    breaks: { decline_told: 'notification_channel.send, declined' },
  },
  {
    says: 'a decline by a name of the company',
    ...{ example: 'example-notification', change: code(["code: 'invalid_settings'", "code: 'ERR-404'"]) },
    breaks: { decline_told: 'notification_channel.send, declined' },
  },
  {
    says: 'a decline that will pass by waiting, though it will not',
    ...{ example: 'example-notification', change: code(["kind: 'permanent'", "kind: 'transient'"]) },
    breaks: { decline_told: 'notification_channel.send, declined' },
  },
  {
    says: 'a decline that is a success when it is asked for again',
    ...{
      example: 'example-notification',
      change: code([
        'if (response.status === 404)',
        `if (response.status === 404 && ${EVEN}) return { outcome: 'sent' }\n      if (response.status === 404)`,
      ]),
    },
    breaks: { same_decline: 'notification_channel.send, declined, again' },
  },
]
