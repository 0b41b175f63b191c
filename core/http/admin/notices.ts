import { checkForm } from '../../records/index.ts'
import { addNoticeRule, noticeTopics, removeNoticeRule } from '../../notices/index.ts'
import { ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { schemaValues } from './schema-values.ts'
import { channelOf, newNoticePage, noticesPage, targetForm, topicField } from './views/notices.ts'

export const notices: Section = {
  pages: [
    { path: '/notices', permission: 'notice_rule.list', draw: noticesPage },
    { path: '/notices/new', permission: 'notice_rule.add', draw: newNoticePage },
  ],
  acts: [
    { path: '/notices', permission: 'notice_rule.add', again: newNoticePage, act: add },
    { path: '/notices/:position/remove', permission: 'notice_rule.remove', act: remove },
  ],
}

async function add(desk: Desk, asked: Asked) {
  const { means, actor, t, locale } = desk
  const { instance } = channelOf(desk, asked)
  const form = await targetForm(desk, instance)
  const target = checkForm(form, schemaValues(form, [], asked.form.values).settings)
  const topics = noticeTopics.filter((topic) => ticked(asked.form, topicField(topic)))
  await addNoticeRule(means, { instance, topics, target, locale }, actor)
  return { href: '/admin/notices', message: t('notices.added') }
}

async function remove({ means, actor, t }: Desk, { params }: Asked) {
  await removeNoticeRule(means, { number: Number(params.position) }, actor)
  return { href: '/admin/notices', message: t('notices.removed') }
}
