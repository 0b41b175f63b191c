import { Type, type Static } from './type.ts'
import { Action, Blocks, DayText, Failed, InstantText, Reference } from './shapes.ts'
import {
  ActOutcome,
  ChangeInput,
  ProvisionInput,
  ProvisionOutcome,
  ServerInput,
  ServiceNames,
} from './provisioner-shapes.ts'

/** What only some provisioners can do. Every changing call carries a key and may be called again. */

const ofService = <T extends Parameters<typeof Type.Object>[0]>(more: T) =>
  Type.Object({ ...ChangeInput.properties, ...more })

const Name = Type.String({ minLength: 1, maxLength: 190 })

/**
 * What is used on a server; a null limit is none. One whose accounts, or a resource in bytes or by count, have reached
 * their limit gets no new service; what is told in percent is a load of the moment, and only shown.
 */
export const CapacityReport = Type.Object({
  accounts: Type.Object({
    used: Type.Integer({ minimum: 0 }),
    limit: Type.Union([Type.Integer(), Type.Null()]),
  }),
  resources: Type.Array(
    Type.Object({
      key: Type.String(),
      /** For staff; without one they read the key. */
      label: Type.Optional(Type.String({ maxLength: 80 })),
      unit: Type.Enum(['bytes', 'percent', 'count']),
      used: Type.Number({ minimum: 0 }),
      limit: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
  /**
   * Places within the server (nodes, locations) where nothing more fits: the product setting that names a place, and its
   * value there. Options with that setting close such values.
   */
  full_places: Type.Optional(
    Type.Array(
      Type.Object({ setting: Type.String({ maxLength: 120 }), value: Type.String({ maxLength: 200 }) }),
      { maxItems: 1_000 },
    ),
  ),
})
export type CapacityReport = Static<typeof CapacityReport>

/** An account as it stands at the provider, for adoption and for the comparison of both lists. */
export const RemoteAccount = Type.Object({
  remote_id: Reference,
  /** Our service id, when the provider keeps it. */
  external_id: Type.Optional(Type.String()),
  name: Type.String(),
  /** What the provider calls its plan, for staff to read. */
  product: Type.Optional(Type.String()),
  /** What it has of the product settings, by their names: core compares those that the service has too. */
  settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  state: Type.Enum(['live', 'suspended', 'creating', 'failed']),
  email: Type.Optional(Type.String()),
  created_at: Type.Optional(InstantText),
})
export type RemoteAccount = Static<typeof RemoteAccount>

export const Snapshot = Type.Object({
  reference: Reference,
  name: Type.String(),
  created_at: InstantText,
  bytes: Type.Optional(Type.Integer({ minimum: 0 })),
  state: Type.Enum(['ready', 'creating', 'failed']),
})

const FeatureInput = ofService({ feature: Name, settings: Type.Record(Type.String(), Type.Unknown()) })
const SnapshotInput = ofService({ snapshot: Reference })

export const provisionerOptionalOperations = {
  /** What a server holds and could hold: asked as often as `server_health`, and after it. */
  capacity: { input: ServerInput, output: CapacityReport },
  /**
   * Whether the server and its parts are well; one question is best, for it is asked every few minutes. `degraded` is
   * shown to staff, `down` wakes them. Throw when nobody answers: core takes the second throw in a row for `down`.
   */
  server_health: {
    input: ServerInput,
    output: Type.Object({
      status: Type.Enum(['good', 'degraded', 'down']),
      checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() })),
    }),
  },
  /** Rules of the order form that a schema cannot say: a name that is taken, a place that is full. */
  check_order: {
    input: Type.Object({ ...ServerInput.properties, settings: Type.Record(Type.String(), Type.Unknown()) }),
    output: Type.Object({
      problems: Type.Array(Type.Object({ field: Type.String(), message: Type.String() })),
    }),
  },
  /** After each paid renewal. `through` is exclusive: the first day that is not paid for. */
  renew: { input: ofService({ through: DayText }), output: ProvisionOutcome, changes: true },
  /**
   * The service has passed from one client to another: `service.client` is the new owner, `before` the old one. Nothing of
   * the service changes but whose it is; who kept its data or its access to himself answers `access` anew.
   */
  change_owner: {
    input: ofService({ before: Type.Object({ id: Type.String(), email: Type.String() }) }),
    output: ActOutcome,
    changes: true,
  },
  change_password: {
    input: ofService({ password: Type.String({ minLength: 8, maxLength: 200 }) }),
    output: ActOutcome,
    changes: true,
  },
  /** Only what is given changes; `describe` says in `names` what can be given. */
  rename: {
    input: ofService(ServiceNames.properties),
    output: ActOutcome,
    changes: true,
  },
  /** A one-time address, good for minutes; core shows it to nobody but who asked. */
  sign_on: {
    input: Type.Object({ ...ProvisionInput.properties, as: Type.Enum(['client', 'staff']) }),
    output: Type.Union([
      Type.Object({
        outcome: Type.Literal('ready'),
        url: Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 4_000 }),
        expires_at: Type.Optional(InstantText),
      }),
      Failed,
    ]),
  },
  /**
   * All accounts of a server, in pages: without `cursor` the first, and one more for each answer that has a cursor. Core
   * compares them with the services that are billed.
   */
  list_accounts: {
    input: Type.Object({ ...ServerInput.properties, cursor: Type.Optional(Type.String()) }),
    output: Type.Object({
      accounts: Type.Array(RemoteAccount, { maxItems: 500 }),
      cursor: Type.Optional(Type.String()),
    }),
  },
  /**
   * What became of an act that is under way: told with the operation that answered `pending` and the reference of its
   * answer. Needed by who answers `pending` to an act of this list.
   */
  follow: {
    input: Type.Object({ ...ProvisionInput.properties, operation: Type.String(), reference: Reference }),
    output: ActOutcome,
  },
  list_actions: { input: ProvisionInput, output: Type.Object({ actions: Type.Array(Action) }) },
  run_action: {
    input: ofService({ action: Type.String(), values: Type.Record(Type.String(), Type.Unknown()) }),
    output: Type.Union([
      ActOutcome,
      /** Done, with words for who pressed the button. */
      Type.Object({ outcome: Type.Literal('message'), message: Type.String({ maxLength: 2_000 }) }),
    ]),
    changes: true,
  },
  /**
   * What the plugin shows on the service's page: to its client while it is live, to staff also while it is suspended.
   * The page does not wait for it. Forms need `submit` of an add-on; buttons belong into `list_actions`.
   */
  draw_panel: {
    input: Type.Object({
      ...ProvisionInput.properties,
      for: Type.Enum(['client', 'staff']),
      locale: Type.String(),
    }),
    output: Type.Object({ blocks: Blocks }),
  },
  add_feature: { input: FeatureInput, output: ProvisionOutcome, changes: true },
  suspend_feature: { input: FeatureInput, output: ProvisionOutcome, changes: true },
  release_feature: { input: FeatureInput, output: ProvisionOutcome, changes: true },
  remove_feature: { input: FeatureInput, output: ProvisionOutcome, changes: true },
  /**
   * Without `keep_data` all data of the service is lost. `image` is one of `list_images`; who does not offer that
   * refuses images that this service may not have.
   */
  reinstall: {
    input: ofService({ image: Type.Optional(Name), keep_data: Type.Boolean() }),
    output: ActOutcome,
    changes: true,
  },
  list_images: {
    input: ProvisionInput,
    output: Type.Object({ images: Type.Array(Type.Object({ key: Name, label: Type.String() })) }),
  },
  /** Starts from, or leaves, a rescue system. `image` as for `reinstall`. */
  rescue: {
    input: ofService({ on: Type.Boolean(), image: Type.Optional(Name) }),
    output: ActOutcome,
    changes: true,
  },
  list_snapshots: { input: ProvisionInput, output: Type.Object({ snapshots: Type.Array(Snapshot) }) },
  create_snapshot: {
    input: ofService({ name: Name }),
    output: ActOutcome,
    changes: true,
  },
  /**
   * Core passes on what `list_snapshots` of this service tells, and nothing else. Who does not offer that must refuse,
   * here and in `remove_snapshot`, a snapshot of another service: clients write the reference.
   */
  restore_snapshot: { input: SnapshotInput, output: ActOutcome, changes: true },
  remove_snapshot: { input: SnapshotInput, output: ActOutcome, changes: true },
  /**
   * Core passes on addresses that `describe` of this service tells. Who tells none must refuse an `ip` of another
   * service: clients write it.
   */
  set_reverse_dns: {
    input: ofService({ ip: Name, name: Type.Union([Name, Type.Null()]) }),
    output: ActOutcome,
    changes: true,
  },
} as const
