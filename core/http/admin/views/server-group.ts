import { listServers, type ServerGroupRow } from '../../../services/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { Block, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { serverState } from './server-state.ts'

/** How a group is filled, and which servers stand in it. */
export async function serverGroupPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const { servers, groups } = await listServers(means, {}, actor)
  const group = groups.find(({ id }) => id === asked.params.id)
  if (!group) throw NotFound({ what: 'server group', id: asked.params.id! })
  return {
    head: {
      title: group.name,
      crumbs: [{ label: t('admin.servers.title'), href: '/admin/servers' }, { label: group.name }],
    },
    main: [
      ...(allowed(desk, 'server_group.change') ? [changeForm(desk, asked, group)] : []),
      {
        kind: 'table',
        id: 'group-servers',
        title: t('admin.servers.title'),
        columns: [
          { label: l('name'), phone: 'title' },
          { label: l('services'), align: 'end' },
          { label: l('state'), phone: 'side' },
        ],
        rows: servers
          .filter(({ group_id }) => group_id === group.id)
          .map((row) => ({
            id: `row-${row.id}`,
            href: `/admin/servers/${row.id}`,
            label: row.name,
            cells: [row.name, row.services, serverState(desk, row.status)],
          })),
        empty: { icon: 'server', title: t('admin.servers.none_in_group') },
      },
    ],
  }
}

const changeForm = (desk: Desk, asked: Asked, group: ServerGroupRow): Block => ({
  kind: 'form',
  id: 'server-group-form',
  title: desk.t('admin.servers.fill_title'),
  action: `/admin/server-groups/${group.id}`,
  fields: serverGroupFields(desk, asked, group),
  submit: { label: desk.t('admin.save') },
  cancelHref: '/admin/servers',
  ...formParts(desk, asked, group.version),
})

/** Null: of a new group. */
export function serverGroupFields(desk: Desk, asked: Asked, group: ServerGroupRow | null): Field[] {
  const { t } = desk
  return [
    { ...filled(asked, 'name', group?.name), label: t('admin.label.name') },
    {
      ...filled(asked, 'fill', group?.fill ?? 'fill_first'),
      kind: 'select',
      label: t('admin.label.rule'),
      options: ['fill_first', 'least_used'].map((value) => ({
        value,
        label: t(`admin.servers.fill.${value}`),
      })),
    },
  ]
}
