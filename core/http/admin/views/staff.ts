import {
  listRoles,
  listStaff,
  permissionCatalogue,
  type ListedRole,
  type ListedStaff,
} from '../../../identity/index.ts'
import { covers, NotFound } from '../../../kernel/index.ts'
import type { Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'

const crumbs = (desk: Desk, label: string) => [
  { label: desk.t('admin.staff.title'), href: '/admin/staff' },
  { label },
]

export async function staffList(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const members = await listStaff(means, {}, actor)
  return {
    head: {
      title: t('admin.staff.title'),
      actions: [
        ...(allowed(desk, 'role.list')
          ? [{ label: t('admin.roles.title'), href: '/admin/roles', icon: 'shield' }]
          : []),
        ...(allowed(desk, 'staff.create')
          ? [
              {
                label: t('admin.staff.new'),
                href: '/admin/staff/new',
                icon: 'user-plus',
                kind: 'primary' as const,
              },
            ]
          : []),
      ],
    },
    main: [
      {
        kind: 'table',
        id: 'staff',
        title: t('admin.staff.title'),
        columns: [
          { label: l('name'), phone: 'title' },
          { label: l('email') },
          { label: l('role') },
          { label: l('state'), phone: 'side' },
          { label: l('last_seen') },
        ],
        rows: members.map((row) => ({
          id: `row-${row.id}`,
          href: `/admin/staff/${row.id}`,
          label: row.name,
          cells: [row.name, row.email, row.role, { state: row.status }, { at: row.last_seen_at }],
        })),
        empty: { icon: 'users', title: t('admin.staff.none') },
      },
    ],
  }
}

function roleField(desk: Desk, asked: Asked, roles: readonly ListedRole[], present?: string): Field {
  return {
    ...filled(asked, 'role_id', present ?? roles[0]?.id),
    kind: 'select',
    label: desk.t('admin.label.role'),
    options: roles.map(({ id, name }) => ({ value: id, label: name })),
  }
}

export async function newStaff(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const roles = await listRoles(means, {}, actor)
  return {
    head: {
      title: t('admin.staff.new'),
      text: t('admin.staff.invite_text'),
      crumbs: crumbs(desk, t('admin.staff.new')),
    },
    main: [
      {
        kind: 'form',
        id: 'staff-form',
        action: '/admin/staff',
        fields: [
          { ...filled(asked, 'name'), label: t('admin.label.name') },
          { ...filled(asked, 'email'), kind: 'email', label: t('admin.label.email') },
          roleField(desk, asked, roles),
        ],
        submit: { label: t('admin.staff.invite') },
        cancelHref: '/admin/staff',
        ...formParts(desk, asked),
      },
    ],
  }
}

export async function staffPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const member = (await listStaff(means, {}, actor)).find(({ id }) => id === asked.params.id)
  if (!member) throw NotFound({ what: 'staff member', id: asked.params.id! })
  const roles = await listRoles(means, {}, actor)
  const turn = member.status === 'active' ? 'disable' : 'enable'
  return {
    head: {
      title: member.name,
      crumbs: crumbs(desk, member.name),
      status: [{ state: member.status }],
      actions: allowed(desk, `staff.${turn}`)
        ? [
            {
              label: t(`admin.staff.act.${turn}`),
              post: `/admin/staff/${member.id}/${turn}`,
              icon: 'power',
              kind: 'ghost',
            },
          ]
        : [],
    },
    main: [
      {
        kind: 'form',
        id: 'staff-form',
        title: t('admin.label.role'),
        action: `/admin/staff/${member.id}`,
        fields: [roleField(desk, asked, roles, member.role_id)],
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, member.version),
      },
      await auditTimeline(desk, { subject: member.id, id: 'staff-history' }),
    ],
    aside: [
      {
        kind: 'facts',
        id: 'staff-facts',
        items: [
          { label: l('email'), value: member.email },
          { label: l('last_seen'), value: { at: member.last_seen_at } },
          { label: l('brands'), value: brandsText(desk, member) },
          { label: l('id'), value: { copy: member.id, label: l('id') } },
        ],
      },
    ],
  }
}

const brandsText = (desk: Desk, member: ListedStaff): string =>
  member.brand_ids === null
    ? desk.t('admin.staff.all_brands')
    : (JSON.parse(member.brand_ids) as string[]).join(', ')

export async function roleList(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const roles = await listRoles(means, {}, actor)
  return {
    head: {
      title: t('admin.roles.title'),
      crumbs: crumbs(desk, t('admin.roles.title')),
      actions: allowed(desk, 'role.create')
        ? [{ label: t('admin.roles.new'), href: '/admin/roles/new', icon: 'plus', kind: 'primary' }]
        : [],
    },
    main: [
      {
        kind: 'table',
        id: 'roles',
        title: t('admin.roles.title'),
        columns: [
          { label: l('name'), phone: 'title' },
          { label: l('permissions') },
          { label: l('people'), align: 'end', phone: 'side' },
        ],
        rows: roles.map((role) => ({
          id: `row-${role.id}`,
          href: `/admin/roles/${role.id}`,
          label: role.name,
          cells: [role.name, summaryOf(role.permissions), role.staff],
        })),
        empty: { icon: 'shield', title: t('admin.roles.none') },
      },
    ],
  }
}

const summaryOf = (permissions: readonly string[]): string =>
  permissions.length > 6 ? `${permissions.slice(0, 6).join(', ')} …` : permissions.join(', ')

/** Every permission there is, by noun, with a tick; wide patterns such as "invoice.*" are kept as they are written. */
export async function rolePage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const isNew = asked.params.id === undefined
  const role = isNew
    ? undefined
    : (await listRoles(means, {}, actor)).find(({ id }) => id === asked.params.id)
  if (!isNew && !role) throw NotFound({ what: 'role', id: asked.params.id! })
  const patterns = role?.permissions ?? []
  const written = asked.refused?.values.patterns
  return {
    head: {
      title: role?.name ?? t('admin.roles.new'),
      crumbs: [
        ...crumbs(desk, t('admin.roles.title')).slice(0, 1),
        { label: t('admin.roles.title'), href: '/admin/roles' },
        { label: role?.name ?? t('admin.roles.new') },
      ],
      actions:
        role && role.staff === 0 && allowed(desk, 'role.delete')
          ? [
              {
                label: t('admin.remove'),
                post: `/admin/roles/${role.id}/remove`,
                icon: 'trash',
                kind: 'ghost',
              },
            ]
          : [],
    },
    main: [
      {
        kind: 'form',
        id: 'role-form',
        action: role ? `/admin/roles/${role.id}` : '/admin/roles',
        fields: [
          { ...filled(asked, 'name', role?.name), label: l('name') },
          {
            ...filled(asked, 'patterns', patterns.join('\n')),
            ...(typeof written === 'string' ? { value: written } : {}),
            ...(asked.refused?.fields.permissions ? { error: asked.refused.fields.permissions } : {}),
            kind: 'textarea',
            rows: 8,
            label: l('permissions'),
            hint: t('admin.roles.patterns_hint'),
          },
        ],
        submit: { label: t(role ? 'admin.save' : 'admin.roles.create') },
        cancelHref: '/admin/roles',
        ...formParts(desk, asked, role?.version),
      },
      {
        kind: 'table',
        id: 'role-matrix',
        title: t('admin.roles.matrix'),
        columns: [{ label: l('noun'), phone: 'title' }, { label: l('may') }, { label: l('may_not') }],
        rows: permissionCatalogue().map(({ noun, permissions }) => {
          const verbs = (held: boolean) =>
            permissions
              .filter((one) => covers(patterns, one) === held)
              .map((one) => one.slice(noun.length + 1))
              .join(', ')
          return { id: `noun-${noun}`, label: noun, cells: [{ mono: noun }, verbs(true), verbs(false)] }
        }),
        empty: { title: '' },
      },
    ],
  }
}
