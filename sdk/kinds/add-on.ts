import { Type } from '../type.ts'
import { Blocks, FormSchema, IdempotencyKey } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

const Viewer = Type.Object({
  /** For whom it is drawn. Rights are checked by core before the plugin is asked. */
  kind: Type.Enum(['guest', 'client', 'staff']),
  client_id: Type.Optional(Type.String()),
  locale: Type.String(),
})

/**
 * Adds pages and parts of pages of its own. Schedules stand in `schedule`, what it remembers in `storage`, hooks in
 * `observe`, `check` and `shape`; this is what people see.
 */
export const addOnOperations = {
  /** What stands in a slot of a page; `record` is what the page is about. No block at all: nothing is shown. */
  draw_slot: {
    input: Type.Object({ slot: Type.String(), record: Type.Optional(Type.String()), viewer: Viewer }),
    output: Type.Object({
      blocks: Blocks,
      /** Seconds for which core may show the same answer again to the same viewer. */
      keep_for: Type.Integer({ minimum: 0, maximum: 86_400 }),
    }),
    shapes: {
      says: 'When a page with a slot is drawn that plugin.json names: blocks that core draws, beside those of other plugins. A page waits 50 ms, then the slot is loaded by itself; one that fails is named to staff and left out for everybody else.',
      failure: 'skip',
    },
  },
  /** Its own pages, with an entry in the navigation of the area. */
  list_pages: {
    input: Type.Object({ locale: Type.String() }),
    output: Type.Object({
      pages: Type.Array(
        Type.Object({
          key: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
          area: Type.Enum(['storefront', 'portal', 'admin']),
          title: Type.String({ minLength: 1, maxLength: 60 }),
          permission: Type.Optional(Type.String()),
        }),
        { maxItems: 20 },
      ),
    }),
  },
  draw_page: {
    input: Type.Object({
      page: Type.String(),
      query: Type.Record(Type.String(), Type.String()),
      viewer: Viewer,
    }),
    output: Type.Object({ title: Type.String(), blocks: Blocks }),
  },
  /** A form of a block was sent; values fit the form's schema. */
  submit: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      action: Type.String(),
      values: Type.Record(Type.String(), Type.Unknown()),
      record: Type.Optional(Type.String()),
      viewer: Viewer,
    }),
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('done'), message: Type.Optional(Type.String({ maxLength: 300 })) }),
      Type.Object({ outcome: Type.Literal('refused'), message: Type.String({ maxLength: 300 }) }),
      Type.Object({
        outcome: Type.Literal('ask'),
        form: FormSchema,
        message: Type.String({ maxLength: 300 }),
      }),
    ]),
    changes: true,
  },
} as const satisfies Record<string, Operation>

export type AddOn = KindOf<typeof addOnOperations>
