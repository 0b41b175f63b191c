import { faultOf, faultText } from '../../../fault.ts'
import type { Block } from '../../blocks.ts'
import type { Desk } from '../../desk.ts'

/** What is said when an instance does not list its reports, or does not run one: it names the plugin. */
export const failure = ({ means, t, locale }: Desk, error: unknown, id = 'report-failed'): Block => ({
  ...{ kind: 'notice', id, tone: 'bad', title: t('books.reports.failed') },
  text: faultText(means.messages, locale, faultOf(error)),
})
