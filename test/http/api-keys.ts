import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { openApi } from '../../core/http/api/open-api.ts'
import { createApiKey } from '../../core/identity/index.ts'
import type { Actor } from '../../core/kernel/index.ts'
import { makeStaff, staffActor } from '../support/make.ts'
import type { TestMeans } from '../support/means.ts'
import type { Web } from '../support/web.ts'

export interface ApiAnswer {
  status: number
  body: Record<string, unknown> & { items: Record<string, unknown>[]; next: string | null }
}

/** Sends as the holder of one key: a GET without a body, a POST with one. */
export type Ask = (path: string, body?: object) => Promise<ApiAnswer>

/** A key of this person, which may do what its scopes say. */
export async function keyOf(
  { means, web }: { means: TestMeans; web: Web },
  actor: Actor,
  scopes: string[] = ['*'],
): Promise<Ask> {
  const person = { ...actor, sessionId: 'ses_test', confirmedAt: means.clock.now() }
  const { key } = await createApiKey(means, { name: 'test', scopes }, person)
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  return async (path, body) => {
    const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers }
    const response = await fetch(`${web.address}/api/v1${path}`, init)
    return { status: response.status, body: JSON.parse((await response.text()) || '{}') as ApiAnswer['body'] }
  }
}

/** Staff who may do everything, as the actor of keys. */
export async function keeperOf(means: TestMeans): Promise<Actor> {
  return { ...staffActor(), id: (await makeStaff(means)).user_id }
}

const document = openApi('http://shop.example')
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

/** Holds an answer to the shape that the document promises. */
export function assertShape(name: string, value: object): void {
  const schema = { ...document, ...document.components.schemas[name], $id: `berth-${name}-${Math.random()}` }
  assert.ok(ajv.validate(schema, value), `${name}: ${JSON.stringify(ajv.errors)} in ${JSON.stringify(value)}`)
}

/** Status and code of a refusal. */
export const refusal = ({ status, body }: ApiAnswer) => [status, body.code]
