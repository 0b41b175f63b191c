import { PanelRefusal } from '../http/refusals.ts'
import type { FailFault } from './faults.ts'

const CODES: Record<number, string> = {
  400: 'BadRequestHttpException',
  401: 'AuthenticationException',
  403: 'AccessDeniedHttpException',
  404: 'NotFoundHttpException',
  409: 'ConflictHttpException',
  429: 'ThrottleRequestsException',
  502: 'DaemonConnectionException',
  503: 'ServiceUnavailableHttpException',
  504: 'DaemonConnectionException',
}

/** The refusal of a call that was told to fail. */
export function failAnswer({ status, retryAfter }: FailFault): PanelRefusal {
  const entry = {
    code: CODES[status] ?? 'HttpException',
    status: String(status),
    detail: 'This call was told to fail by the controls of the simulator.',
  }
  return new PanelRefusal(
    status,
    [entry],
    retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  )
}
