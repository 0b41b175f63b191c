import { Type } from '../type.ts'
import { Blocks } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** A card on the staff's first page. Its slot must stand under `permissions.slots`. */
export const dashboardWidgetOperations = {
  list_widgets: {
    input: Type.Object({ locale: Type.String() }),
    output: Type.Object({
      widgets: Type.Array(
        Type.Object({
          key: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
          title: Type.String({ minLength: 1, maxLength: 60 }),
          width: Type.Enum(['third', 'half', 'full']),
          /** Permission of staff without which it is not shown. */
          permission: Type.String(),
        }),
        { maxItems: 10 },
      ),
    }),
  },
  draw: {
    input: Type.Object({ key: Type.String(), locale: Type.String() }),
    output: Type.Object({
      blocks: Blocks,
      /** Seconds for which core may show the same answer again. */
      keep_for: Type.Integer({ minimum: 0, maximum: 86_400 }),
    }),
  },
} as const satisfies Record<string, Operation>

export type DashboardWidget = KindOf<typeof dashboardWidgetOperations, 'list_widgets' | 'draw'>
