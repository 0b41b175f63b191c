import type { Violation } from '../rules/index.ts'

interface RefusalRow {
  status: number
  code: string
  detail: string
}

/** Everything the simulated panel refuses, apart from the rules of single fields (`rules/tables`). */
export const REFUSALS = {
  malformed_json: {
    status: 400,
    code: 'BadRequestHttpException',
    detail: 'The body is not JSON that can be read.',
  },
  unknown_filter: {
    status: 400,
    code: 'InvalidFilterQuery',
    detail: 'This list cannot be filtered by that field.',
  },
  unknown_sort: {
    status: 400,
    code: 'InvalidSortQuery',
    detail: 'This list cannot be sorted by that field.',
  },
  user_has_servers: {
    status: 400,
    code: 'DisplayException',
    detail: 'A user who still owns servers cannot be deleted.',
  },
  default_not_assigned: {
    status: 400,
    code: 'DisplayException',
    detail: 'The wanted default allocation does not belong to this server.',
  },
  default_removed: {
    status: 400,
    code: 'DisplayException',
    detail: 'The default allocation cannot be removed without another one in its place.',
  },
  bad_address: {
    status: 400,
    code: 'DisplayException',
    detail: 'The address of the allocation is not an IPv4 address.',
  },
  bad_port: {
    status: 400,
    code: 'InvalidPortMappingException',
    detail: 'A port is neither a number nor a range.',
  },
  port_out_of_range: {
    status: 400,
    code: 'PortOutOfRangeException',
    detail: 'Ports must lie above 1024 and not above 65535.',
  },
  too_many_ports: {
    status: 400,
    code: 'TooManyPortsInRangeException',
    detail: 'A range may hold at most 1000 ports.',
  },
  no_viable_node: {
    status: 400,
    code: 'NoViableNodeException',
    detail: 'No node has the wanted room.',
  },
  no_viable_allocation: {
    status: 400,
    code: 'NoViableAllocationException',
    detail: 'No free allocation meets the wish.',
  },
  unauthenticated: {
    status: 401,
    code: 'AuthenticationException',
    detail: 'The key is missing or unknown.',
  },
  address_not_allowed: {
    status: 403,
    code: 'AccessDeniedHttpException',
    detail: 'This address may not use the key.',
  },
  not_an_administrator: {
    status: 403,
    code: 'AccessDeniedHttpException',
    detail: 'The owner of the key is not an administrator.',
  },
  application_key_on_client_api: {
    status: 403,
    code: 'AccessDeniedHttpException',
    detail: 'The client API does not take application keys.',
  },
  permission_missing: {
    status: 403,
    code: 'AccessDeniedHttpException',
    detail: 'The key does not permit this action.',
  },
  not_found: {
    status: 404,
    code: 'NotFoundHttpException',
    detail: 'There is no such resource on this panel.',
  },
  method_not_allowed: {
    status: 405,
    code: 'MethodNotAllowedHttpException',
    detail: 'This path does not take that method.',
  },
  transferring: {
    status: 409,
    code: 'ConflictHttpException',
    detail: 'A server on its way to another node keeps its suspension state.',
  },
  server_suspended: {
    status: 409,
    code: 'ServerStateConflictException',
    detail: 'The server is suspended.',
  },
  node_in_maintenance: {
    status: 409,
    code: 'ServerStateConflictException',
    detail: 'The node of the server is in maintenance.',
  },
  server_not_installed: {
    status: 409,
    code: 'ServerStateConflictException',
    detail: 'The server is not installed yet.',
  },
  server_restoring: {
    status: 409,
    code: 'ServerStateConflictException',
    detail: 'The server is being restored from a backup.',
  },
  server_transferring: {
    status: 409,
    code: 'ServerStateConflictException',
    detail: 'The server is on its way to another node.',
  },
  body_too_large: {
    status: 413,
    code: 'PostTooLargeException',
    detail: 'The body is larger than 1 MiB.',
  },
  too_many_requests: {
    status: 429,
    code: 'ThrottleRequestsException',
    detail: 'Too many requests within a minute.',
  },
  daemon_failed: {
    status: 502,
    code: 'DaemonConnectionException',
    detail: 'The node of the server answered with an error.',
  },
  daemon_unreachable: {
    status: 504,
    code: 'DaemonConnectionException',
    detail: 'The node of the server cannot be reached.',
  },
} as const satisfies Record<string, RefusalRow>

export type RefusalName = keyof typeof REFUSALS

interface ErrorEntry {
  code: string
  /** A string, as the panel writes it. */
  status: string
  detail: string
  meta?: { source_field: string; rule: string }
}

/** Thrown anywhere below a route; the exit of the server draws it. */
export class PanelRefusal extends Error {
  readonly status: number
  readonly errors: ErrorEntry[]
  readonly headers: Record<string, string>

  constructor(status: number, errors: ErrorEntry[], headers: Record<string, string> = {}) {
    super(errors.map(({ detail }) => detail).join(' '))
    this.status = status
    this.errors = errors
    this.headers = headers
  }
}

export function refusal(
  name: RefusalName,
  { note, headers }: { note?: string; headers?: Record<string, string> } = {},
): PanelRefusal {
  const { status, code, detail } = REFUSALS[name]
  const text = note ? `${detail} ${note}` : detail
  return new PanelRefusal(status, [{ code, status: String(status), detail: text }], headers)
}

/** One 422 with an entry for each broken rule. */
export function invalid(violations: readonly Violation[]): PanelRefusal {
  const errors = violations.map(({ field, rule }) => ({
    code: 'ValidationException',
    status: '422',
    detail: `The field ${field} breaks the rule "${rule}".`,
    meta: { source_field: field, rule },
  }))
  return new PanelRefusal(422, errors)
}
