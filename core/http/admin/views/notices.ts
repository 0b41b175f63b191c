import { NotFound } from '../../../kernel/index.ts'
import { noticeRules, noticeTopics, type NoticeRule, type NoticeTopic } from '../../../notices/index.ts'
import { readSetting, type Offering } from '../../../records/index.ts'
import { schemaFields, url, type FormSchema } from '../../../render/index.ts'
import type { FormBody } from '../../context.ts'
import { plainForm } from '../../plugin-places/block-views.ts'
import type { Block, PageView, Row } from '../blocks.ts'
import { formParts, textOf, tickedField, type Asked, type Desk } from '../desk.ts'
import { schemaValues } from '../schema-values.ts'
import { allowed } from './clients.ts'

const channels = ({ means }: Desk): readonly Offering[] => means.hooks.offering('notification_channel.send')

/** Who is told of what, and through which plugins somebody could be. */
export async function noticesPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { means, t } = desk
  const { rules } = await readSetting(means.db, noticeRules)
  return {
    head: {
      ...{ title: t('notices.title'), text: t('notices.text') },
      actions: allowed(desk, 'notice_rule.add')
        ? channels(desk).map(({ plugin, instance }) => ({
            ...{ label: t('notices.by', { plugin }), icon: 'plus' },
            href: url('/admin/notices/new', { instance }),
          }))
        : [],
    },
    main: [
      {
        kind: 'table',
        id: 'notice-rules',
        title: t('notices.title'),
        columns: [
          { label: t('notices.label.channel'), phone: 'title' },
          { label: t('notices.label.target') },
          { label: t('notices.label.events') },
        ],
        rows: rules.map((rule) => ruleRow(desk, rule)),
        empty: {
          title: t('notices.none'),
          text: t(channels(desk).length > 0 ? 'notices.none_yet' : 'notices.no_channel'),
        },
      },
    ],
  }
}

function ruleRow(desk: Desk, { number, instance, topics, target }: NoticeRule): Row {
  const { t } = desk
  const channel = channels(desk).find((one) => one.instance === instance)
  const menu = { label: t('notices.remove'), href: `/admin/notices/${number}/remove`, post: true }
  return {
    id: `rule-${number}`,
    label: channel?.plugin ?? instance,
    cells: [
      channel ? channel.plugin : t('notices.off', { instance }),
      Object.values(target).map(String).join(', '),
      topics.map((topic) => t(`notices.topic.${topic}`)).join(', '),
    ],
    ...(allowed(desk, 'notice_rule.remove') ? { menu: [menu] } : {}),
  }
}

/** The channel that a form is about; one that is off or was never there is not found. */
export function channelOf(desk: Desk, { query, form }: Asked): Offering {
  const id = query.instance ?? textOf(form, 'instance')
  const found = channels(desk).find(({ instance }) => instance === id)
  if (!found) throw NotFound({ what: 'plugin instance', id })
  return found
}

/** What the plugin asks, to know where to send; nothing where it does not say. */
export async function targetForm({ means, locale }: Desk, instance: string): Promise<FormSchema> {
  const asks = means.hooks
    .offering('notification_channel.target_form')
    .some((one) => one.instance === instance)
  if (!asks) return plainForm({})
  const told = await means.hooks.ask(instance, 'notification_channel', 'target_form', { locale })
  return plainForm((told as { form: Record<string, unknown> }).form)
}

/** Dots would be read as parts of a group. */
export const topicField = (topic: NoticeTopic): string => `topic_${topic.replace('.', '__')}`

export async function newNoticePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { instance, plugin } = channelOf(desk, asked)
  const form = await targetForm(desk, instance)
  const typed = asked.refused?.values.values as FormBody[string] | undefined
  const fields = schemaFields({
    ...{ schema: form, prefix: 'values', values: schemaValues(form, [], typed).settings },
    errors: { ...asked.refused?.fields },
  })
  const title = t('notices.through', { plugin })
  const block: Block = {
    ...{ kind: 'form', id: 'notice-form', action: '/admin/notices' },
    fields: [
      { kind: 'hidden', name: 'instance', label: '', value: instance },
      ...fields,
      ...noticeTopics.map((topic) => ({
        ...tickedField(asked, topicField(topic), false),
        label: t(`notices.topic.${topic}`),
      })),
    ],
    ...{ submit: { label: t('notices.add') }, cancelHref: '/admin/notices' },
    ...formParts(desk, asked),
  }
  return {
    head: { title, crumbs: [{ label: t('notices.title'), href: '/admin/notices' }, { label: title }] },
    main: [block],
  }
}
