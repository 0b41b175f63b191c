import type { IncomingHttpHeaders } from 'node:http'
import type { Panel } from '../panel/panel.ts'
import type { Key, Resource, User } from '../panel/records.ts'
import type { Fields } from '../rules/index.ts'

/** A request as the routes see it: read, routed and signed. */
export interface Call {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** Parts of the path by the names in the route's pattern. */
  parts: Record<string, string>
  query: Fields
  body: Fields
  /** `http://host:port` of this simulator. */
  origin: string
}

export interface SignedCall extends Call {
  key: Key
  owner: User
}

/** A string body is HTML or CSS, an object is JSON, none means an empty answer. */
export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface ApiRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** A path with `{name}` parts. */
  pattern: string
  /** What an application key must permit; client routes have none. */
  resource?: Resource
  answer: (panel: Panel, call: SignedCall) => Answer
}
