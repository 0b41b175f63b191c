import { isNoticed, queueNotices, sendNotice } from '../../notices/index.ts'
import type { Area } from '../areas.ts'
import { words } from './words.ts'

/** Tells staff of events through plugins of kind notification_channel. */
export const noticesArea: Area = {
  name: 'notices',
  consumers: ({ means }) => [
    {
      name: 'notices',
      types: [],
      listens: (type) => isNoticed(means, type),
      handle: (trx, event) => queueNotices(means, trx, event),
    },
  ],
  jobs: ({ means, plugins }) => ({
    'notices.send': (payload: { rule: number; event: string }) =>
      sendNotice({ ...means, plugins, words: (locale) => words().translator(locale) }, payload),
  }),
}
