import { Type } from '../type.ts'
import { ConnectionReport, DoneOrFailed, IdempotencyKey } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

const FileKey = Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$' })

/** Keeps files (documents, attachments) elsewhere. Files above 512 KiB go by an address, not through the plugin. */
export const fileStorageOperations = {
  put: {
    input: Type.Object({
      idempotency_key: IdempotencyKey,
      key: FileKey,
      type: Type.String(),
      base64: Type.String({ maxLength: 700_000 }),
      /** Lower-case hex of the content. */
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    output: DoneOrFailed,
    changes: true,
  },
  get: {
    input: Type.Object({ key: FileKey }),
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('found'), base64: Type.String() }),
      Type.Object({ outcome: Type.Literal('absent') }),
    ]),
  },
  /** A short-lived address from which the browser loads, or to which it uploads, by itself. */
  address: {
    input: Type.Object({
      key: FileKey,
      use: Type.Enum(['download', 'upload']),
      /** Seconds. */
      valid_for: Type.Integer({ minimum: 1, maximum: 3_600 }),
    }),
    output: Type.Object({ url: Type.String({ pattern: '^https://' }) }),
  },
  remove: {
    input: Type.Object({ idempotency_key: IdempotencyKey, key: FileKey }),
    output: DoneOrFailed,
    changes: true,
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type FileStorage = KindOf<typeof fileStorageOperations, 'put' | 'get' | 'remove'>
