import type { Failed } from './shapes.ts'

/**
 * A company that is spoken to in JSON over HTTPS. `T` is what the author says that the answer is: it is not checked.
 * `key` goes out as `Idempotency-Key`.
 */
export interface JsonApi {
  /** Undefined where the company knows no such thing (404). Throws ApiRefused, and whatever is no clear answer. */
  get<T>(path: string): Promise<T | undefined>
  post<T>(path: string, body?: object, key?: string): Promise<T | undefined>
  put<T>(path: string, body?: object, key?: string): Promise<T | undefined>
  patch<T>(path: string, body?: object, key?: string): Promise<T | undefined>
  delete<T>(path: string, key?: string): Promise<T | undefined>
}

/** `base` goes before each path: "https://pay.example.com/v1". A secret in a header is a token, as ever. */
export function jsonApi(base: string, headers: Record<string, string> = {}): JsonApi {
  const root = base.replace(/\/+$/, '')
  const ask = async <T>(
    method: string,
    path: string,
    body?: object,
    key?: string,
  ): Promise<T | undefined> => {
    const response = await fetch(root + path, {
      method,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (response.status === 404) return undefined
    const text = await response.text()
    if (!response.ok)
      throw new ApiRefused(`${method} ${new URL(root + path).pathname}`, response.status, text)
    return (response.status === 204 ? {} : JSON.parse(text)) as T
  }
  return {
    get: (path) => ask('GET', path),
    post: (path, body, key) => ask('POST', path, body, key),
    put: (path, body, key) => ask('PUT', path, body, key),
    patch: (path, body, key) => ask('PATCH', path, body, key),
    delete: (path, key) => ask('DELETE', path, undefined, key),
  }
}

/**
 * The company answered with a status that is no success. Uncaught it is an unknown outcome, which core asks after; one
 * that says no for sure is caught, and answered as `declined` or `failed`.
 */
export class ApiRefused extends Error {
  /** Of HTTP: 409. */
  readonly status: number
  /** What the company said, where that is a JSON object, else empty. */
  readonly said: Readonly<Record<string, unknown>>

  constructor(asked: string, status: number, text: string) {
    super(`The company answered ${status} to ${asked}.`)
    this.name = 'ApiRefused'
    this.status = status
    this.said = jsonObject(text)
  }
}

/** A text of others, such as a webhook's body, as a JSON object; an empty one where it is none. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/**
 * A path, or a path with its query, whose values are encoded: urlPath`/domains/${name}`. Throws where a value would lead
 * elsewhere: "", "." and ".." in the path.
 */
export function urlPath(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((path, part, i) => {
    const value = String(values[i - 1])
    if (!path.includes('?') && ['', '.', '..'].includes(value))
      throw new TypeError(`"${value}" cannot stand in the path "${path}…".`)
    return path + encodeURIComponent(value) + part
  })
}

/** An outcome that says no. `code` as in Failed; it will not work by waiting, unless it is `transient`. */
export const failed = (code: string, message: string, kind: Failed['kind'] = 'permanent'): Failed => ({
  ...{ outcome: 'failed', code, message, kind },
})
