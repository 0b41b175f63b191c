import type { Trx } from '../db/index.ts'
import type { StoredEvent } from '../events/index.ts'
import { readSetting, type Means } from '../records/index.ts'
import { noticeRules, noticeTopics, type NoticeTopic } from './notice-rules.ts'

/** Whether anybody could be told of such an event. Asked for every event, so it looks into no table. */
export const isNoticed = ({ hooks }: Means, type: string): boolean =>
  noticeTopics.includes(type as NoticeTopic) && hooks.offering(CHANNEL).length > 0

const CHANNEL = 'notification_channel.send'

/** One job for each rule that wants the event. An instance of one brand tells of that brand alone. */
export async function queueNotices(means: Means, trx: Trx, event: StoredEvent): Promise<void> {
  const { rules } = await readSetting(trx, noticeRules)
  const active = means.hooks.offering(CHANNEL)
  const wanted = rules.filter(
    ({ instance, topics }) =>
      topics.includes(event.type as NoticeTopic) &&
      active.some(
        (one) =>
          one.instance === instance &&
          (one.brand === null || event.brand_id === null || one.brand === event.brand_id),
      ),
  )
  await means.jobs.enqueue(
    trx,
    wanted.map(({ number, instance }) => ({
      task: 'notices.send',
      payload: { rule: number, event: event.id },
      key: `notice:${number}:${event.id}`,
      queue: `notices:${instance}`,
    })),
  )
}
