import { serviceTitle } from '../../../catalog/index.ts'
import {
  contactTopics,
  findClient,
  listContacts,
  listInvitations,
  listMemberships,
  rightSetNames,
  splitRights,
  type Client,
  type Contact,
  type ListedInvitation,
  type ListedMembership,
} from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { addDays, dayIn, NotFound } from '../../../kernel/index.ts'
import type { Block, Cell, Field, MenuItem, PageView } from '../blocks.ts'
import { filled, formParts, labeller, ticked, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

export const TOPICS = contactTopics

/** Everybody of a client on one page: members, who is asked to become one, contacts. */
export async function peoplePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'membership.list')
  const of = { client_id: client.id }
  const members = await listMemberships(means, of, actor)
  const invited = allowed(desk, 'invitation.list') ? await listInvitations(means, of, actor) : []
  const contacts = allowed(desk, 'contact.list') ? await listContacts(means, of, actor) : []
  const isContact = asked.path.endsWith('/contacts')
  const mine = { ...asked, refused: isContact ? null : asked.refused }
  const theirs = { ...asked, refused: isContact ? asked.refused : null }
  return {
    head: { title: t('admin.people.title'), crumbs: crumbsTo(desk, client, null) },
    main: [
      memberTable(desk, client, members),
      ...(invited.length > 0 ? [inviteTable(desk, client, invited)] : []),
      ...(allowed(desk, 'contact.list') ? [contactTable(desk, client, contacts)] : []),
    ],
    aside: [
      ...(allowed(desk, 'membership.create') ? [await memberForm(desk, mine, client)] : []),
      ...(allowed(desk, 'contact.create') ? [contactForm(desk, theirs, client, null)] : []),
    ],
  }
}

const base = (client: Client): string => `/admin/clients/${client.id}`

const crumbsTo = ({ t }: Desk, client: Client, last: string | null) => [
  { label: t('admin.clients.title'), href: '/admin/clients' },
  { label: client.company ?? client.name, href: base(client) },
  ...(last === null
    ? [{ label: t('admin.people.title') }]
    : [{ label: t('admin.people.title'), href: `${base(client)}/people` }, { label: last }]),
]

function rightsText({ t }: Desk, rights: readonly string[]): string {
  const { sets, others } = splitRights(rights)
  if (sets.includes('all')) return t('common.rights.all')
  return [...sets.map((name) => t(`common.rights.${name}`)), ...others].join(', ')
}

function memberTable(desk: Desk, client: Client, members: readonly ListedMembership[]): Block {
  const { t } = desk
  const l = labeller(desk)
  const person = (row: ListedMembership): Cell =>
    allowed(desk, 'user.read') ? { href: `/admin/users/${row.user_id}`, text: row.name } : row.name
  return {
    kind: 'table',
    id: `client-${client.id}-people`,
    title: t('admin.people.members'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('email') },
      { label: t('admin.people.may') },
      { label: l('service') },
      { label: t('admin.people.until') },
      { label: l('last_seen') },
    ],
    rows: members.map((row) => ({
      id: `row-${row.id}`,
      label: row.name,
      cells: [
        person(row),
        row.email,
        row.owner === 1 ? t('admin.clients.owner') : rightsText(desk, row.rights),
        serviceOf(desk, row.service_id),
        { at: row.ends_at },
        { at: row.last_seen_at },
      ],
      menu: [
        ...offered(desk, 'membership.change', {
          ...{ label: t('admin.people.change'), href: `${base(client)}/people/${row.id}`, icon: 'pencil' },
        }),
        ...offered(desk, 'membership.delete', {
          ...{ label: t('admin.remove'), href: `${base(client)}/people/${row.id}/remove`, icon: 'trash' },
          ...{ post: true, danger: true },
        }),
      ],
    })),
    empty: { icon: 'users', title: t('admin.people.no_members') },
  }
}

const serviceOf = ({ t }: Desk, serviceId: string | null): Cell =>
  serviceId ? { href: `/admin/services/${serviceId}`, text: t('admin.people.one_service') } : null

const offered = (desk: Desk, permission: string, item: MenuItem): MenuItem[] =>
  allowed(desk, permission) ? [item] : []

function inviteTable(desk: Desk, client: Client, invited: readonly ListedInvitation[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `client-${client.id}-invited`,
    title: t('admin.people.invited'),
    columns: [
      { label: l('email'), phone: 'title' },
      { label: t('admin.people.may') },
      { label: l('service') },
      { label: l('by') },
      { label: t('admin.people.link_until') },
    ],
    rows: invited.map((row) => ({
      id: `row-${row.id}`,
      label: row.email,
      cells: [
        ...[row.email, rightsText(desk, row.rights), serviceOf(desk, row.service_id)],
        ...[row.invited_by_name, { at: row.expires_at }],
      ],
      menu: offered(desk, 'invitation.withdraw', {
        ...{ label: t('admin.people.withdraw'), href: `${base(client)}/invitations/${row.id}/withdraw` },
        ...{ icon: 'trash', post: true, danger: true },
      }),
    })),
    empty: { title: t('admin.people.no_invited') },
  }
}

function contactTable(desk: Desk, client: Client, contacts: readonly Contact[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `client-${client.id}-contacts`,
    title: t('admin.people.contacts'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('email') },
      { label: t('admin.people.topics') },
    ],
    rows: contacts.map((row) => ({
      id: `row-${row.id}`,
      label: row.name,
      cells: [row.name, row.email, row.topics.map((topic) => t(`portal.people.topic.${topic}`)).join(', ')],
      menu: [
        ...offered(desk, 'contact.change', {
          ...{ label: t('admin.edit'), href: `${base(client)}/contacts/${row.id}`, icon: 'pencil' },
        }),
        ...offered(desk, 'contact.delete', {
          ...{ label: t('admin.remove'), href: `${base(client)}/contacts/${row.id}/remove`, icon: 'trash' },
          ...{ post: true, danger: true },
        }),
      ],
    })),
    empty: { icon: 'mail', title: t('admin.people.no_contacts') },
  }
}

/** Sets as ticks; further patterns by hand, as for roles. */
function rightFields({ t }: Desk, asked: Asked, rights: readonly string[]): Field[] {
  const { sets, others } = splitRights(rights)
  return [
    ...rightSetNames.map((name) => ({
      ...{ kind: 'checkbox', name: `set_${name}`, required: false },
      checked: asked.refused ? ticked(asked.refused.values, `set_${name}`) : sets.includes(name),
      ...{ label: t(`common.rights.${name}`), hint: t(`common.rights.${name}_hint`) },
    })),
    {
      ...filled(asked, 'rights', others.join(' ')),
      ...{ label: t('admin.people.rights'), hint: t('admin.people.rights_hint'), required: false },
    },
  ]
}

async function memberForm(desk: Desk, asked: Asked, client: Client): Promise<Block> {
  const { t, means } = desk
  const services = await means.db.all<{ id: string; product: string; label: string }>(sql`
    select s.id, s.label, p.name as product from services s join products p on p.id = s.product_id
    where s.client_id = ${client.id} and s.billing_status <> 'ended' order by s.id desc limit 100`)
  return {
    kind: 'form',
    id: `client-${client.id}-member`,
    title: t('admin.people.add'),
    text: t('admin.people.add_text'),
    action: `${base(client)}/people`,
    fields: [
      { ...filled(asked, 'email'), kind: 'email', label: t('admin.label.email'), autocomplete: 'off' },
      ...rightFields(desk, asked, ['*.read', '*.list']),
      {
        ...filled(asked, 'service_id', ''),
        ...{ kind: 'select', label: t('admin.label.service'), required: false },
        options: [
          { value: '', label: t('admin.people.all_services') },
          ...services.map(({ id, product, label }) => ({ value: id, label: serviceTitle(product, label) })),
        ],
      },
      { ...filled(asked, 'ends_on'), kind: 'date', label: t('admin.people.ends_on'), required: false },
    ],
    submit: { label: t('admin.people.add'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

export async function memberPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t, zone } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'membership.list')
  const id = asked.params.member!
  const members = await listMemberships(means, { client_id: client.id }, actor)
  const member = members.find((one) => one.id === id)
  if (!member) throw NotFound({ what: 'membership', id })
  const lastDay = member.ends_at ? addDays(dayIn(zone, member.ends_at), -1) : ''
  return {
    head: { title: member.name, text: member.email, crumbs: crumbsTo(desk, client, member.name) },
    main: [
      {
        kind: 'form',
        id: `member-${member.id}`,
        title: t('admin.people.change'),
        action: `${base(client)}/people/${member.id}`,
        cancelHref: `${base(client)}/people`,
        fields: [
          ...rightFields(desk, asked, member.rights),
          ...(member.service_id === null
            ? [{ ...tickedField(asked, 'owner', member.owner === 1), label: t('admin.clients.owner') }]
            : []),
          {
            ...filled(asked, 'ends_on', lastDay),
            kind: 'date',
            label: t('admin.people.ends_on'),
            required: false,
          },
        ],
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, member.version),
      },
    ],
  }
}

function contactForm(desk: Desk, asked: Asked, client: Client, contact: Contact | null): Block {
  const { t } = desk
  const wrong = (name: string) => {
    const error = asked.refused?.fields[name]
    return error === undefined ? {} : { error }
  }
  return {
    kind: 'form',
    id: contact ? `contact-${contact.id}` : `client-${client.id}-contact`,
    title: t(contact ? 'admin.edit' : 'admin.people.add_contact'),
    action: `${base(client)}/contacts${contact ? `/${contact.id}` : ''}`,
    ...(contact ? { cancelHref: `${base(client)}/people` } : {}),
    fields: [
      { ...filled(asked, 'contact_name', contact?.name), ...wrong('name'), label: t('admin.label.name') },
      {
        ...filled(asked, 'contact_email', contact?.email),
        ...wrong('email'),
        ...{ kind: 'email', autocomplete: 'off', label: t('admin.label.email') },
      },
      ...TOPICS.map((topic, index) => ({
        ...tickedField(asked, `topic_${topic}`, contact?.topics.includes(topic) ?? false),
        ...(index === 0 ? wrong('topics') : {}),
        label: t(`portal.people.topic.${topic}`),
      })),
    ],
    submit: { label: t(contact ? 'admin.save' : 'admin.people.add_contact'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

export async function contactPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor } = desk
  const client = await findClient(means.db, actor, asked.params.id!, 'contact.list')
  const id = asked.params.contact!
  const contact = (await listContacts(means, { client_id: client.id }, actor)).find((one) => one.id === id)
  if (!contact) throw NotFound({ what: 'contact', id })
  return {
    head: { title: contact.name, crumbs: crumbsTo(desk, client, contact.name) },
    main: [contactForm(desk, asked, client, contact)],
  }
}
