import {
  changeUserEmail,
  disableUser,
  enableUser,
  endUserSessions,
  readUser,
  sendUserReset,
} from '../../identity/index.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Act, Section } from './pages.ts'
import { userEmailPage, userList, userMove, userPage } from './views/users.ts'

const turns = { disable: disableUser, enable: enableUser }

/** People who sign in as clients: their account, whichever clients they act for. */
export const users: Section = {
  pages: [
    { path: '/users', permission: 'user.list', draw: userList },
    { path: '/users/:id', permission: 'user.read', draw: userPage },
    { path: '/users/:id/disable', permission: 'user.disable', confirmed: true, draw: userMove('disable') },
    { path: '/users/:id/enable', permission: 'user.enable', confirmed: true, draw: userMove('enable') },
    { path: '/users/:id/email', permission: 'user.ask_email', confirmed: true, draw: userEmailPage },
  ],
  acts: [
    turn('disable'),
    turn('enable'),
    {
      ...{ path: '/users/:id/email', permission: 'user.ask_email', confirmed: true },
      ...{ again: userEmailPage, act: askEmail },
    },
    { path: '/users/:id/reset', permission: 'user.send_reset', act: sendReset },
    { path: '/users/:id/end-sessions', permission: 'user.end_sessions', act: endAll },
  ],
}

const at = ({ params }: Asked): string => `/admin/users/${params.id!}`

function turn(name: keyof typeof turns): Act {
  return {
    ...{ path: `/users/:id/${name}`, permission: `user.${name}`, confirmed: true, again: userMove(name) },
    async act({ means, actor, t }, asked) {
      const input = { user_id: asked.params.id, reason: textOf(asked.form, 'reason') }
      await turns[name](means, input, actor)
      return { href: at(asked), message: t(`admin.users.done.${name}`) }
    },
  }
}

async function askEmail({ means, actor, t }: Desk, asked: Asked) {
  const email = textOf(asked.form, 'email')
  await changeUserEmail(means, { user_id: asked.params.id, email }, actor)
  return { href: at(asked), message: t('admin.users.done.email', { email }) }
}

async function sendReset({ means, actor, t }: Desk, asked: Asked) {
  const { user } = await readUser(means, { user_id: asked.params.id }, actor)
  await sendUserReset(means, { user_id: user.id }, actor)
  return { href: at(asked), message: t('admin.users.done.reset', { email: user.email }) }
}

async function endAll({ means, actor, t }: Desk, asked: Asked) {
  const count = await endUserSessions(means, { user_id: asked.params.id }, actor)
  return { href: at(asked), message: t('admin.users.done.ended', { count }) }
}
