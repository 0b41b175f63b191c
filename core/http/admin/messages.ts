import { readMessage, resendMessage } from '../../mail/index.ts'
import type { Asked, Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { messageList, messagePage } from './views/messages.ts'

/** A mail brings its own styles and pictures; it gets nothing else, above all no script. */
const SHEET_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'; sandbox"

export const messages: Section = {
  pages: [
    { path: '/messages', permission: 'message.list', draw: messageList },
    { path: '/messages/:id', permission: 'message.read', draw: messagePage },
  ],
  files: [{ path: '/messages/:id/sheet', permission: 'message.read', send: sheet }],
  acts: [{ path: '/messages/:id/resend', permission: 'message.resend', again: messagePage, act: resend }],
}

async function sheet({ means, actor }: Desk, { params }: Asked) {
  const { html } = await readMessage(means, { id: params.id }, actor)
  return { type: 'text/html; charset=utf-8', body: html, policy: SHEET_POLICY }
}

async function resend({ means, actor, t }: Desk, { params }: Asked) {
  await resendMessage(means, { id: params.id }, actor)
  return { href: `/admin/messages/${params.id!}`, message: t('admin.messages.resent') }
}
