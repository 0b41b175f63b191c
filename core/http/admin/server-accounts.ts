import {
  adoptAccount,
  adoptWaitingAccounts,
  alignAccount,
  compareAccounts,
  noteAccount,
} from '../../services/index.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { accountPage } from './views/server-account.ts'
import { accountList } from './views/server-accounts.ts'

export const serverAccounts: Section = {
  pages: [
    { path: '/servers/:id/accounts', permission: 'server_account.list', draw: accountList },
    { path: '/server-accounts/:id', permission: 'server_account.read', draw: accountPage },
  ],
  acts: [
    {
      path: '/servers/:id/accounts/compare',
      permission: 'server_account.compare',
      again: accountList,
      act: compare,
    },
    {
      path: '/servers/:id/accounts/adopt',
      permission: 'server_account.adopt_waiting',
      again: accountList,
      act: adoptAll,
    },
    {
      path: '/server-accounts/:id/adopt',
      permission: 'server_account.adopt',
      again: accountPage,
      act: adopt,
    },
    {
      path: '/server-accounts/:id/align',
      permission: 'server_account.align',
      again: accountPage,
      act: align,
    },
    { path: '/server-accounts/:id/note', permission: 'server_account.note', again: accountPage, act: note },
  ],
}

async function compare({ means, actor, t }: Desk, { params }: Asked) {
  await compareAccounts(means, { server_id: params.id }, actor)
  return { href: `/admin/servers/${params.id!}/accounts`, message: t('admin.server_accounts.done.compare') }
}

async function adoptAll({ means, actor, t }: Desk, { params }: Asked) {
  const accounts = await adoptWaitingAccounts(means, { server_id: params.id }, actor)
  const message = t('admin.server_accounts.done.adopt_all', { accounts })
  return { href: `/admin/servers/${params.id!}/accounts?status=waiting`, message }
}

const toService = ({ t }: Desk, id: string, what: string) => ({
  href: `/admin/services/${id}`,
  message: t(`admin.server_accounts.done.${what}`),
})

async function adopt(desk: Desk, { params, form }: Asked) {
  const input = { account_id: params.id, service_id: optional(form, 'service_id') ?? undefined }
  return toService(desk, await adoptAccount(desk.means, input, desk.actor), 'adopt')
}

async function align(desk: Desk, { params }: Asked) {
  return toService(desk, await alignAccount(desk.means, { account_id: params.id }, desk.actor), 'align')
}

async function note({ means, actor, t }: Desk, { params, form }: Asked) {
  const isShown = textOf(form, 'show') !== ''
  const said = isShown ? {} : { note: textOf(form, 'note') }
  await noteAccount(means, { account_id: params.id, ...said }, actor)
  const message = t(`admin.server_accounts.done.${isShown ? 'shown' : 'noted'}`)
  return { href: `/admin/server-accounts/${params.id!}`, message }
}
