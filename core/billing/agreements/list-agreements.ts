import { sql, type Queries } from '../../db/index.ts'
import type { AgreementRow } from './agreement.ts'

/** What a gateway charges a client for by itself, with the service that it pays for. */
export function listAgreements(
  queries: Queries,
  clientId: string,
): Promise<(AgreementRow & { service: string })[]> {
  return queries.all<AgreementRow & { service: string }>(sql`
    select g.*, s.label as service from agreements g join services s on s.id = g.service_id
    where g.client_id = ${clientId} and g.status = 'live' order by g.id`)
}
