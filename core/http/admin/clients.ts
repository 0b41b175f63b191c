import {
  changeClient,
  changeClientCurrency,
  changeClientSwitches,
  changeNote,
  closeClient,
  createClient,
  createNote,
  deleteNote,
  findClient,
  listNotes,
  reinstateClient,
  reopenClient,
  suspendClient,
} from '../../clients/index.ts'
import { NotFound } from '../../kernel/index.ts'
import type { FormBody } from '../context.ts'
import { optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Act, Page, Section } from './pages.ts'
import { clientCurrency, clientMove, editClient, newClient, PROFILE } from './views/client-forms.ts'
import { CLIENT_SWITCHES, clientList, clientPage } from './views/clients.ts'

const moves = { suspend: suspendClient, reinstate: reinstateClient, close: closeClient, reopen: reopenClient }
const moveNames = Object.keys(moves) as (keyof typeof moves)[]

export const clients: Section = {
  pages: [
    { path: '/clients', permission: 'client.list', draw: clientList },
    { path: '/clients/new', permission: 'client.create', draw: newClient },
    { path: '/clients/:id', permission: 'client.read', draw: clientPage, slot: 'admin.client.tab' },
    { path: '/clients/:id/edit', permission: 'client.change', draw: editClient },
    { path: '/clients/:id/currency', permission: 'client.change_currency', draw: clientCurrency },
    ...moveNames.map((name): Page => ({
      path: `/clients/:id/${name}`,
      permission: `client.${name}`,
      draw: clientMove(name),
    })),
  ],
  acts: [
    { path: '/clients', permission: 'client.create', again: newClient, act: create },
    { path: '/clients/:id', permission: 'client.change', again: editClient, act: change },
    {
      path: '/clients/:id/switches',
      permission: 'client.change_switches',
      again: clientPage,
      act: setSwitches,
    },
    {
      path: '/clients/:id/currency',
      permission: 'client.change_currency',
      again: clientCurrency,
      act: changeCurrency,
    },
    { path: '/clients/:id/notes', permission: 'note.create', again: clientPage, act: addNote },
    { path: '/clients/:id/notes/:note/pin', permission: 'note.change', act: pinNote },
    { path: '/clients/:id/notes/:note/remove', permission: 'note.delete', act: removeNote },
    ...moveNames.map((name): Act => ({
      path: `/clients/:id/${name}`,
      permission: `client.${name}`,
      again: clientMove(name),
      act: move(name),
    })),
  ],
}

const at = ({ params }: Asked): string => `/admin/clients/${params.id!}`

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const owner = optional(form, 'owner_email')
  const client = await createClient(
    means,
    {
      brand_id: textOf(form, 'brand_id'),
      currency: textOf(form, 'currency'),
      profile: profileOf(form),
      ...(owner === null ? {} : { owner_email: owner }),
    },
    actor,
  )
  return {
    href: `/admin/clients/${client.id}`,
    message: t('admin.clients.done.created', { name: client.name }),
  }
}

async function change({ means, actor, t }: Desk, asked: Asked) {
  const client = await changeClient(
    means,
    { client_id: asked.params.id, profile: profileOf(asked.form) },
    actor,
  )
  return { href: at(asked), message: t('admin.clients.done.changed', { name: client.name }) }
}

async function changeCurrency({ means, actor, t }: Desk, asked: Asked) {
  const wanted = { client_id: asked.params.id, currency: textOf(asked.form, 'currency') }
  const { currency } = await changeClientCurrency(means, wanted, actor)
  return { href: at(asked), message: t('admin.clients.done.currency', { currency }) }
}

async function setSwitches({ means, actor, t }: Desk, asked: Asked) {
  const wanted = Object.fromEntries(CLIENT_SWITCHES.map((name) => [name, ticked(asked.form, name)]))
  await changeClientSwitches(means, { client_id: asked.params.id, ...wanted }, actor)
  return { href: at(asked), message: t('admin.clients.done.switches') }
}

async function addNote({ means, actor, t }: Desk, asked: Asked) {
  const input = {
    client_id: asked.params.id,
    body: textOf(asked.form, 'body'),
    pinned: ticked(asked.form, 'pinned'),
  }
  await createNote(means, input, actor)
  return { href: at(asked), message: t('admin.notes.added') }
}

async function pinNote({ means, actor, t }: Desk, asked: Asked) {
  const note = await noteOf({ means, actor }, asked)
  await changeNote(means, { note_id: note.id, pinned: note.pinned !== 1 }, actor)
  return {
    href: at(asked),
    message: t(note.pinned === 1 ? 'admin.notes.unpinned' : 'admin.notes.was_pinned'),
  }
}

async function removeNote({ means, actor, t }: Desk, asked: Asked) {
  await deleteNote(means, { note_id: asked.params.note }, actor)
  return { href: at(asked), message: t('admin.notes.removed') }
}

async function noteOf({ means, actor }: Pick<Desk, 'means' | 'actor'>, { params }: Asked) {
  const notes = await listNotes(means, { client_id: params.id }, actor)
  const note = notes.find(({ id }) => id === params.note)
  if (!note) throw NotFound({ what: 'note', id: params.note! })
  return note
}

function move(name: keyof typeof moves): Act['act'] {
  return async ({ means, actor, t }, asked) => {
    await findClient(means.db, actor, asked.params.id!, `client.${name}`)
    await moves[name](means, { client_id: asked.params.id, reason: textOf(asked.form, 'reason') }, actor)
    return { href: at(asked), message: t(`admin.clients.done.${name}`) }
  }
}

/** Empty fields that may be left out are left out. */
function profileOf(form: FormBody): Record<string, string> {
  const group = (form.profile ?? {}) as FormBody
  const fields = PROFILE.map((name) => [name, textOf(group, name)] as const)
  const profile = Object.fromEntries(fields.filter(([name, value]) => value !== '' || name !== 'locale'))
  return { ...profile, kind: profile.company ? 'company' : 'person' }
}
