import { Type } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeNoticeRules } from './change-notice-rules.ts'
import { noticeTopics } from './notice-rules.ts'

/** Has an instance tell somebody of these events from now on. What its form asks for is checked by who drew it. */
export const addNoticeRule = defineVerb(
  {
    permission: 'notice_rule.add',
    audience: ['staff'],
    input: Type.Object({
      instance: Type.String({ maxLength: 64 }),
      topics: Type.Array(Type.Enum([...noticeTopics]), { minItems: 1, uniqueItems: true }),
      target: Type.Record(Type.String(), Type.Unknown()),
      locale: Type.String({ maxLength: 20 }),
    }),
  },
  async (means: Means, rule, actor): Promise<void> => {
    const offering = means.hooks.offering('notification_channel.send')
    if (!offering.some(({ instance }) => instance === rule.instance))
      throw invalidInput({ instance: 'is not known here' })
    await changeNoticeRules(means, actor, ({ last, rules }) => ({
      ...{ last: last + 1, rules: [...rules, { number: last + 1, ...rule }] },
    }))
  },
)
