import type { Action } from '../../../sdk/index.ts'
import { NotFound, type Actor } from '../../kernel/index.ts'
import { schemaFields, type SchemaField } from '../../render/index.ts'
import {
  actNames,
  actOf,
  findService,
  mayOn,
  readThere,
  type ActName,
  type ProviderMeans,
  type ServiceRow,
} from '../../services/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { schemaValues } from '../admin/schema-values.ts'
import type { FormBody } from '../context.ts'
import { plainForm } from '../plugin-places/block-views.ts'
import { formOf } from './form-of.ts'
import { PARTS } from './offered-acts.ts'

export interface ActForm {
  service: ServiceRow
  name: ActName
  title: string
  text: string
  /** Of its button. */
  submit: string
  /** What is lost, or what a plugin wants to be known; null where nothing needs to be confirmed. */
  warning: string | null
  fields: SchemaField[]
  /** Of a plugin's own button. */
  own: Action | null
}

/** Where the name of the act is no verb. */
const SUBMITS: Partial<Record<ActName, 'save' | 'do_it'>> = {
  power: 'do_it',
  rescue: 'do_it',
  rename: 'save',
  set_reverse_dns: 'save',
}

export interface Opened {
  t: Translate
  means: ProviderMeans
  actor: Actor
  serviceId: string
  action: string
  /** Name of the plugin's own button. */
  own?: string | undefined
  values?: Record<string, unknown> | undefined
  errors?: Record<string, string> | undefined
}

export function actNamed(action: string): ActName {
  const name = actNames.find((one) => one === action)
  if (name === undefined) throw NotFound({ what: 'action', id: action })
  return name
}

/** The form of one act; the provider is asked for what it chooses from. */
export async function openForm(opened: Opened): Promise<ActForm> {
  const { t, means, actor } = opened
  const name = actNamed(opened.action)
  const service = await findService(means.db, actor, { id: opened.serviceId, right: `service.${name}` })
  const there = await readThere(means, service, PARTS[name], actor.kind === 'client' ? 'client' : 'staff')
  const own =
    there.own?.find((one) => one.name === opened.own && mayOn(actor, service, one.permission)) ?? null
  if (name === 'run_action' && own === null) throw NotFound({ what: 'action', id: opened.own ?? '' })
  const schema = formOf(t, name, there, own ?? undefined)
  const { values = {}, errors = {} } = opened
  return {
    ...{ service, name, own },
    title: own?.label ?? t(`acts.name.${name}`),
    text: own ? '' : t(`acts.text.${name}`),
    submit: SUBMITS[name] === undefined ? (own?.label ?? t(`acts.name.${name}`)) : t(`acts.${SUBMITS[name]}`),
    warning: own ? (own.confirm ?? null) : actOf(name).loses ? t(`acts.lost.${name}`) : null,
    fields: schemaFields({ schema, prefix: 'values', values, errors }),
  }
}

/** What was sent, as the verb wants it. */
export async function sentInput(opened: Opened, form: FormBody): Promise<Record<string, unknown>> {
  const name = actNamed(opened.action)
  const confirmed = typeof form.confirmed === 'string' && form.confirmed !== ''
  const whole = { service_id: opened.serviceId, confirmed }
  if (name !== 'run_action') {
    const schema = { type: 'object', properties: actOf(name).values }
    return { ...whole, ...schemaValues(schema, [], form.values).settings }
  }
  const { own } = await openForm(opened)
  const { settings } = schemaValues(plainForm(own?.form ?? {}), [], form.values)
  return { ...whole, action: opened.own, values: settings }
}
