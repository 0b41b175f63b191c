import { Type, type TProperties } from '../../../sdk/index.ts'

/** What can be done to a service that exists. */
export interface Act {
  /** What is asked for beside the service; what the provider is told, unless the verb makes something of it. */
  values: TProperties
  /** Takes the provider long: a job does it, and the page says that it is under way. */
  long?: true
  /** Data is lost or the service stands still: whoever asks says that they know. */
  loses?: true
}

const Name = Type.String({ minLength: 1, maxLength: 190 })
const Reference = Type.String({ minLength: 1, maxLength: 255 })
const Image = Type.Optional(Name)

/** By operation of the SDK. The permission of staff, and the right of a member, is "service." and the name. */
export const acts = {
  power: { values: { signal: Type.Enum(['start', 'stop', 'restart', 'kill']) } },
  change_password: { values: {} },
  rename: {
    values: {
      user: Type.Optional(Name),
      domain: Type.Optional(Name),
      label: Type.Optional(Name),
      ip: Type.Optional(Name),
    },
  },
  set_reverse_dns: { values: { ip: Name, name: Type.Optional(Name) } },
  create_snapshot: { values: { name: Name }, long: true },
  restore_snapshot: { values: { snapshot: Reference }, long: true, loses: true },
  remove_snapshot: { values: { snapshot: Reference }, long: true, loses: true },
  rescue: { values: { on: Type.Boolean(), image: Image }, long: true },
  reinstall: { values: { image: Image }, long: true, loses: true },
  run_action: {
    values: {
      action: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 100 }),
      values: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    },
    long: true,
  },
} as const satisfies Record<string, Act>

export type ActName = keyof typeof acts
export const actNames = Object.keys(acts) as ActName[]

/** With those that follow from something else: nobody presses a button for them. */
export type ActOperation = ActName | 'change_owner'

const OF_ITSELF: Act = { values: {}, long: true }

export const actOf = (name: ActOperation): Act => (name === 'change_owner' ? OF_ITSELF : acts[name])
