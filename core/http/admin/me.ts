import {
  changeEmail,
  changePassword,
  changeProfile,
  createApiKey,
  endOtherSessions,
  endSession,
  revokeApiKey,
} from '../../identity/index.ts'
import { countOf, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { keyShown, keysPage, mePage } from './views/me.ts'

const at = '/admin/me'

/** The account of whoever is signed in: everybody has one, so the permissions are those of the own account. */
export const me: Section = {
  pages: [
    { path: '/me', permission: 'session.list', draw: mePage },
    { path: '/me/keys', permission: 'session.list', draw: keysPage },
  ],
  acts: [
    { path: '/me', permission: 'user.change_profile', again: mePage, act: saveProfile },
    { path: '/me/email', permission: 'user.change_email', again: mePage, act: askEmail },
    { path: '/me/password', permission: 'user.change_password', again: mePage, act: savePassword },
    { path: '/me/sessions/end-others', permission: 'session.end_others', act: endOthers },
    { path: '/me/sessions/:session/end', permission: 'session.end', act: endOne },
    { path: '/me/keys', permission: 'api_key.create', again: keysPage, confirmed: true, act: addKey },
    { path: '/me/keys/:key/revoke', permission: 'api_key.revoke', act: revoke },
  ],
}

async function saveProfile({ means, actor, t }: Desk, { form }: Asked) {
  const input = { name: textOf(form, 'name'), locale: textOf(form, 'locale'), theme: textOf(form, 'theme') }
  await changeProfile(means, input, actor)
  return { href: at, message: t('admin.me.done.changed') }
}

async function askEmail({ means, actor, t }: Desk, { form }: Asked) {
  const email = textOf(form, 'email')
  await changeEmail(means, { email, current_password: form.current_password ?? '' }, actor)
  return { href: at, message: t('admin.me.done.email', { email }) }
}

async function savePassword({ means, actor, t }: Desk, { form }: Asked) {
  // Passwords are taken as typed: a blank at the end may be part of one.
  const [current_password, password] = [form.current_password ?? '', form.password ?? '']
  await changePassword(means, { current_password, password }, actor)
  return { href: at, message: t('admin.me.done.password') }
}

async function endOthers({ means, actor, t }: Desk) {
  const count = await endOtherSessions(means, {}, actor)
  return { href: at, message: t('admin.me.done.ended', { count }) }
}

async function endOne({ means, actor, t }: Desk, { params }: Asked) {
  await endSession(means, { session_id: params.session }, actor)
  return { href: at, message: t('admin.me.done.ended', { count: 1 }) }
}

/** The key stands on this one answer; only its hash is kept. */
async function addKey(desk: Desk, { form }: Asked) {
  const days = countOf(form, 'days')
  const scopes = textOf(form, 'scopes')
    .split(/[\s,]+/)
    .filter(Boolean)
  const input = {
    name: textOf(form, 'name'),
    scopes: [...new Set(scopes)],
    ...(days === null ? {} : { days }),
  }
  const { key } = await createApiKey(desk.means, input, desk.actor)
  return { href: `${at}/keys`, once: keyShown(desk, { name: input.name, key }) }
}

async function revoke({ means, actor, t }: Desk, { params }: Asked) {
  await revokeApiKey(means, { key_id: params.key }, actor)
  return { href: `${at}/keys`, message: t('admin.keys.done.revoked') }
}
