import { approvePluginRequest, refusePluginRequest } from '../../plugins/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { refuseRequestPage, requestList, requestPage } from './views/plugin-requests.ts'

const one = '/plugin-requests/:id'
const LIST = '/admin/plugin-requests'

/** What plugins asked to have written, and what a person decides of it. */
export const pluginRequests: Section = {
  pages: [
    { path: '/plugin-requests', permission: 'plugin_request.list', draw: requestList },
    { path: one, permission: 'plugin_request.read', draw: requestPage },
    { path: `${one}/refuse`, permission: 'plugin_request.refuse', draw: refuseRequestPage },
  ],
  acts: [
    { path: `${one}/approve`, permission: 'plugin_request.approve', again: requestPage, act: approve },
    { path: `${one}/refuse`, permission: 'plugin_request.refuse', again: refuseRequestPage, act: refuse },
  ],
}

async function approve({ means, actor, t }: Desk, { params }: Asked) {
  await approvePluginRequest(means, { request_id: params.id }, actor)
  return { href: LIST, message: t('requests.approved') }
}

async function refuse({ means, actor, t }: Desk, { params, form }: Asked) {
  await refusePluginRequest(means, { request_id: params.id, reason: textOf(form, 'reason') }, actor)
  return { href: LIST, message: t('requests.refused') }
}
