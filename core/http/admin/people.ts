import {
  changeContact,
  changeMembership,
  createContact,
  createMembership,
  deleteContact,
  deleteMembership,
  findClient,
  inviteMember,
  joinRights,
  rightSetNames,
  withdrawInvitation,
} from '../../clients/index.ts'
import { findUserByEmail } from '../../identity/index.ts'
import { sql } from '../../db/index.ts'
import { addDays, invalidInput, isoDate, startOfDay, type Instant } from '../../kernel/index.ts'
import type { FormBody } from '../context.ts'
import { optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { contactPage, memberPage, peoplePage, TOPICS } from './views/people.ts'

/** Who signs in for a client, and who gets its mails besides. */
export const people: Section = {
  pages: [
    { path: '/clients/:id/people', permission: 'membership.list', draw: peoplePage },
    { path: '/clients/:id/people/:member', permission: 'membership.list', draw: memberPage },
    { path: '/clients/:id/contacts/:contact', permission: 'contact.list', draw: contactPage },
  ],
  acts: [
    { path: '/clients/:id/people', permission: 'membership.create', again: peoplePage, act: addMember },
    {
      path: '/clients/:id/people/:member',
      permission: 'membership.change',
      again: memberPage,
      act: saveMember,
    },
    { path: '/clients/:id/people/:member/remove', permission: 'membership.delete', act: removeMember },
    {
      path: '/clients/:id/invitations/:invitation/withdraw',
      permission: 'invitation.withdraw',
      act: withdraw,
    },
    { path: '/clients/:id/contacts', permission: 'contact.create', again: peoplePage, act: addContact },
    {
      path: '/clients/:id/contacts/:contact',
      permission: 'contact.change',
      again: contactPage,
      act: saveContact,
    },
    { path: '/clients/:id/contacts/:contact/remove', permission: 'contact.delete', act: removeContact },
  ],
}

const at = ({ params }: Asked): string => `/admin/clients/${params.id!}/people`

/** Whoever has a confirmed account is added at once; anybody else is invited and makes one by the link. */
async function addMember({ means, actor, t, zone }: Desk, asked: Asked) {
  const { form, params } = asked
  const client = await findClient(means.db, actor, params.id!, 'membership.create')
  const email = textOf(form, 'email')
  const input = {
    ...{ client_id: client.id, email, rights: rightsOf(form), ends_at: endOf(form, zone) },
    service_id: optional(form, 'service_id'),
  }
  const brand = await means.db.get<{ realm_id: string }>(
    sql`select realm_id from brands where id = ${client.brand_id}`,
  )
  const user = await findUserByEmail(means.db, brand!.realm_id, email)
  if (user?.email_verified_at) {
    await createMembership(means, input, actor)
    return { href: at(asked), message: t('admin.people.done.added', { email }) }
  }
  await inviteMember(means, input, actor)
  return { href: at(asked), message: t('admin.people.done.invited', { email }) }
}

async function saveMember({ means, actor, t, zone }: Desk, asked: Asked) {
  const { form, params, version } = asked
  const rest = { owner: ticked(form, 'owner'), ends_at: endOf(form, zone), ...(version ? { version } : {}) }
  await changeMembership(means, { membership_id: params.member, rights: rightsOf(form), ...rest }, actor)
  return { href: at(asked), message: t('admin.people.done.changed') }
}

async function removeMember({ means, actor, t }: Desk, asked: Asked) {
  await deleteMembership(means, { membership_id: asked.params.member }, actor)
  return { href: at(asked), message: t('admin.people.done.removed') }
}

async function withdraw({ means, actor, t }: Desk, asked: Asked) {
  await withdrawInvitation(means, { invitation_id: asked.params.invitation }, actor)
  return { href: at(asked), message: t('admin.people.done.withdrawn') }
}

/** Fields of the two forms of one page have names of their own. */
const contactOf = (form: FormBody) => ({
  name: textOf(form, 'contact_name'),
  email: textOf(form, 'contact_email'),
  topics: TOPICS.filter((topic) => ticked(form, `topic_${topic}`)),
})

async function addContact({ means, actor, t }: Desk, asked: Asked) {
  await createContact(means, { client_id: asked.params.id, ...contactOf(asked.form) }, actor)
  return { href: at(asked), message: t('admin.people.done.contact_added') }
}

async function saveContact({ means, actor, t }: Desk, asked: Asked) {
  await changeContact(means, { contact_id: asked.params.contact, ...contactOf(asked.form) }, actor)
  return { href: at(asked), message: t('admin.people.done.contact_changed') }
}

async function removeContact({ means, actor, t }: Desk, asked: Asked) {
  await deleteContact(means, { contact_id: asked.params.contact }, actor)
  return { href: at(asked), message: t('admin.people.done.contact_removed') }
}

function rightsOf(form: FormBody): string[] {
  const sets = rightSetNames.filter((name) => ticked(form, `set_${name}`))
  return joinRights(
    sets,
    textOf(form, 'rights')
      .split(/[\s,]+/)
      .filter(Boolean),
  )
}

/** The rights last through the day typed; null for none. */
function endOf(form: FormBody, zone: string): Instant | null {
  const day = textOf(form, 'ends_on')
  if (day === '') return null
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw invalidInput({ ends_on: 'is not a day' })
  return startOfDay(zone, addDays(isoDate(day), 1))
}
