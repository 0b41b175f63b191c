import type { SignedCall } from '../http/call.ts'
import { item, writeTime, type Item } from '../http/envelope.ts'
import type { Database } from '../panel/records.ts'
import { drawIncludes } from './includes.ts'

export function drawDatabase(call: SignedCall, database: Database): Item {
  const { password, created_at, updated_at, ...attributes } = database
  return item('server_database', {
    ...attributes,
    max_connections: null,
    created_at: writeTime(created_at),
    updated_at: writeTime(updated_at),
    ...drawIncludes(call, {
      password: { resource: 'server_databases', draw: () => item('database_password', { password }) },
    }),
  })
}
