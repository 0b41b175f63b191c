import type { notificationChannelOperations, Static } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import type { Translate } from '../i18n/index.ts'
import { defineError } from '../kernel/index.ts'
import type { PluginCalls } from '../plugins/index.ts'
import { readSetting, type Means } from '../records/index.ts'
import { noticeRules, type NoticeRule } from './notice-rules.ts'

export const NoticeNotSent = defineError(
  'notice.not_sent',
  502,
  (p: { instance: string; code: string; message: string }) =>
    `${p.instance} did not send the notice (${p.code}): ${p.message}`,
)

export type NoticeMeans = Means & { plugins: PluginCalls; words(locale: string): Translate }

type Notice = Static<typeof notificationChannelOperations.send.input>
type Answer = Static<typeof notificationChannelOperations.send.output>

/**
 * The job: tells one person or room of one event. Throws to be tried again; every try has the same key, so that a
 * notice whose answer was lost is not shown twice. The plugin's log has each try that failed.
 */
export async function sendNotice(means: NoticeMeans, wanted: { rule: number; event: string }): Promise<void> {
  const { rules } = await readSetting(means.db, noticeRules)
  const rule = rules.find(({ number }) => number === wanted.rule)
  const event = await means.db.get<Told>(sql`
    select e.id, e.type, e.subject, coalesce(c.company, c.name) as client, b.name as brand
    from events e left join clients c on c.id = e.client_id left join brands b on b.id = e.brand_id
    where e.id = ${wanted.event}`)
  if (!rule || !event) return
  const options = { deadline: 'act' } as const
  const notice = noticeOf(means, rule, event)
  const { instance } = rule
  const answer = await means.plugins.call<Answer>(instance, 'notification_channel', 'send', notice, options)
  if (answer.outcome === 'failed')
    throw NoticeNotSent({ instance, code: answer.code, message: answer.message })
}

interface Told {
  id: string
  type: string
  subject: string
  client: string | null
  brand: string | null
}

const HIGH = [
  'payment.unknown',
  'dispute.reported',
  'delivery.failed',
  'server.down',
  'authorisation.capture_due',
]

function noticeOf({ words, publicUrl }: NoticeMeans, rule: NoticeRule, event: Told): Notice {
  const t = words(rule.locale)
  const folder = FOLDERS[event.subject.slice(0, 3)]
  return {
    idempotency_key: `notice:${rule.number}:${event.id}`,
    target: rule.target,
    topic: event.type,
    urgency: HIGH.includes(event.type) ? 'high' : 'normal',
    title: t(`notices.topic.${event.type}`),
    text: [event.client, event.brand, event.subject].filter(Boolean).join(' · ').slice(0, 4_000),
    url: `${publicUrl}/admin${folder ? `/${folder}/${event.subject}` : ''}`,
    locale: rule.locale,
  }
}

const FOLDERS: Readonly<Record<string, string>> = {
  cli: 'clients',
  dlv: 'deliveries',
  dsp: 'disputes',
  inv: 'invoices',
  msg: 'messages',
  ord: 'orders',
  pay: 'payments',
  srv: 'servers',
  svc: 'services',
}
