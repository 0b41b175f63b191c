import { Type } from '../../sdk/index.ts'
import { NotFound } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { changeNoticeRules } from './change-notice-rules.ts'

/** Notices that are under way still arrive. */
export const removeNoticeRule = defineVerb(
  {
    permission: 'notice_rule.remove',
    audience: ['staff'],
    input: Type.Object({ number: Type.Integer({ minimum: 0 }) }),
  },
  (means: Means, { number }, actor): Promise<void> =>
    changeNoticeRules(means, actor, ({ last, rules }) => {
      if (!rules.some((rule) => rule.number === number))
        throw NotFound({ what: 'notice rule', id: `${number}` })
      return { last, rules: rules.filter((rule) => rule.number !== number) }
    }),
)
