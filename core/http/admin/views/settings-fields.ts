import { secretFields } from '../../../plugins/index.ts'
import { schemaFields, type FormSchema } from '../../../render/index.ts'
import { sql } from '../../../db/index.ts'
import { dayIn, type Instant } from '../../../kernel/index.ts'
import type { Field } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'
import { schemaValues } from '../schema-values.ts'
import { actorName } from './actor-name.ts'

export interface SettingsForm {
  /** Of the plugin: for an instance, a server or a product. */
  schema: object | undefined
  values: Record<string, unknown>
  /** Whose secrets these are; null before the first save. */
  ownerId: string | null
}

/** Fields named settings[…] from a plugin's schema: what was typed before a refusal, else what is stored. */
export async function settingsFields(desk: Desk, asked: Asked, of: SettingsForm): Promise<Field[]> {
  const schema = { properties: {}, ...of.schema, type: 'object' } as FormSchema
  const secrets = secretFields(schema as unknown as Record<string, unknown>)
  const values = asked.refused
    ? schemaValues(schema, secrets, asked.refused.values.settings).settings
    : of.values
  return schemaFields({
    schema,
    values,
    secrets: of.ownerId && secrets.length > 0 ? await secretsSet(desk, of.ownerId) : {},
    errors: { ...asked.refused?.fields },
    prefix: 'settings',
  })
}

/** Which secrets are set, since when and by whom; their values are never read for a page. */
async function secretsSet(desk: Desk, ownerId: string) {
  const { means, zone } = desk
  const rows = await means.db.all<{
    name: string
    updated_at: Instant
    actor: string
    person: string | null
  }>(
    sql`select s.name, s.updated_at, s.updated_by as actor, u.name as person from secrets s left join users u on u.id = s.updated_by where s.owner_id = ${ownerId}`,
  )
  return Object.fromEntries(
    rows.map((row) => [
      row.name,
      { setOn: dayIn(zone, row.updated_at), setBy: actorName(desk, { actor: row.actor, name: row.person }) },
    ]),
  )
}
