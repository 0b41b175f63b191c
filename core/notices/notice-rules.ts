import { Type, type Static } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'

/** What staff may be told of at once: what waits for a person, and what somebody wants to hear first. */
export const noticeTopics = [
  'order.placed',
  'order.held',
  'client.created',
  'cancellation.planned',
  'payment.declined',
  'payment.unknown',
  'dispute.reported',
  'authorisation.capture_due',
  'instalment_plan.broken',
  'invoice.written_off',
  'delivery.failed',
  'server.down',
  'server.recovered',
  'service.suspended',
  'message.failed',
] as const
export type NoticeTopic = (typeof noticeTopics)[number]

const NoticeRule = Type.Object({
  /** Never given again, so that what was sent under it is not mistaken for another one's. */
  number: Type.Integer({ minimum: 1 }),
  instance: Type.String({ maxLength: 64 }),
  topics: Type.Array(Type.Enum([...noticeTopics]), { minItems: 1, uniqueItems: true }),
  /** By the form of the plugin: a room, a number. */
  target: Type.Record(Type.String(), Type.Unknown()),
  locale: Type.String({ maxLength: 20 }),
})
export type NoticeRule = Static<typeof NoticeRule>

export const noticeRules = defineSetting({
  key: 'notices.rules',
  schema: Type.Object({
    last: Type.Integer({ minimum: 0 }),
    rules: Type.Array(NoticeRule, { maxItems: 50 }),
  }),
  preset: { last: 0, rules: [] },
  scopes: ['installation'],
  ownPage: true,
})
