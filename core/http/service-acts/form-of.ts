import type { Action } from '../../../sdk/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { FieldSchema, FormSchema } from '../../render/index.ts'
import { plainForm } from '../plugin-places/block-views.ts'
import type { ActName, There } from '../../services/index.ts'

/** What a form asks for is known before it is drawn; what it offers to choose from stands at the provider. */
export function formOf(t: Translate, name: ActName, there: There, own?: Action): FormSchema {
  switch (name) {
    case 'rename':
      return fields(
        Object.entries(there.names ?? {}).map(([key, value]) => [
          key,
          { ...say(t, name, key), default: value },
        ]),
      )
    case 'set_reverse_dns':
      return fields(
        [
          ['ip', { ...say(t, name, 'ip'), ...addressChoices(there) }],
          ['name', say(t, name, 'name')],
        ],
        ['ip'],
      )
    case 'create_snapshot':
      return fields([['name', { ...say(t, name, 'name'), maxLength: 190 }]], ['name'])
    case 'restore_snapshot':
    case 'remove_snapshot':
      return fields([['snapshot', { ...say(t, name, 'snapshot'), ...snapshotChoices(there) }]], ['snapshot'])
    case 'rescue':
      return fields([
        ['on', { type: 'boolean', title: t('acts.field.on'), default: true }],
        ...images(t, name, there),
      ])
    case 'reinstall':
      return fields(images(t, name, there))
    case 'run_action':
      return own?.form ? plainForm(own.form) : fields([])
    case 'power':
      return fields(
        [
          [
            'signal',
            {
              ...say(t, name, 'signal'),
              enum: SIGNALS,
              enumNames: SIGNALS.map((one) => t(`acts.signal.${one}`)),
            },
          ],
        ],
        ['signal'],
      )
    case 'change_password':
      return fields([])
  }
}

const SIGNALS = ['start', 'restart', 'stop', 'kill']

type Fields = [string, FieldSchema][]

const fields = (all: Fields, required: string[] = []): FormSchema => ({
  type: 'object',
  properties: Object.fromEntries(all),
  required,
})

const say = (t: Translate, name: ActName, field: string): FieldSchema => ({
  type: 'string',
  title: t(`acts.field.${field}`),
  ...(HINTS.has(`${name}.${field}`) ? { description: t(`acts.hint.${name}_${field}`) } : {}),
})

const HINTS: ReadonlySet<string> = new Set(['set_reverse_dns.name', 'reinstall.image'])

const images = (t: Translate, name: ActName, { images: all }: There): Fields =>
  all === null || all.length === 0
    ? []
    : [
        [
          'image',
          {
            ...say(t, name, 'image'),
            enum: all.map(({ key }) => key),
            enumNames: all.map(({ label }) => label),
          },
        ],
      ]

/** Each address with the name that it resolves to now. */
function addressChoices({ addresses }: There): FieldSchema {
  const all = addresses ?? []
  return {
    enum: all.map(({ ip }) => ip),
    enumNames: all.map(({ ip, reverse_dns }) => (reverse_dns === null ? ip : `${ip} (${reverse_dns})`)),
    ...(all[0] === undefined ? {} : { default: all[0].ip }),
  }
}

function snapshotChoices({ snapshots }: There): FieldSchema {
  const ready = (snapshots ?? []).filter(({ state }) => state !== 'creating')
  return { enum: ready.map(({ reference }) => reference), enumNames: ready.map((one) => one.name) }
}
