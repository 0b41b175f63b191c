import { groupClient, type Client } from '../../../clients/index.ts'
import { sql } from '../../../db/index.ts'
import { may } from '../../../records/index.ts'
import type { Block } from '../blocks.ts'
import { formParts, type Asked, type Desk } from '../desk.ts'

/** The group of a client, on the client's page: one statement. */
export async function groupForm(desk: Desk, asked: Asked, client: Client): Promise<Block> {
  const { t, means } = desk
  const groups = await means.db.all<{ id: string; name: string }>(sql`
    select id, name from client_groups where brand_id = ${client.brand_id}
      and (retired_at is null or id = ${client.client_group_id}) order by name, id`)
  return {
    kind: 'form',
    id: `client-${client.id}-group`,
    title: t('prices.group.one'),
    action: `/admin/clients/${client.id}/group`,
    fields: [
      {
        name: 'group_id',
        value: client.client_group_id ?? '',
        kind: 'select',
        required: false,
        label: t('prices.group.one'),
        options: [
          { value: '', label: t('prices.group.no_group') },
          ...groups.map(({ id, name }) => ({ value: id, label: name })),
        ],
      },
    ],
    submit: { label: t('admin.save'), kind: 'secondary', disabled: !may(desk.actor, groupClient) },
    ...formParts(desk, { ...asked, refused: null }),
  }
}
