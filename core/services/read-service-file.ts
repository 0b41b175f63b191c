import { sql } from '../db/index.ts'
import { getFile, type StoredFile } from '../files/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { permit, type Means } from '../records/index.ts'
import { findService } from './load.ts'
import { showService, takenOver } from './show-service.ts'

/** A file that was sent with the order of a service: for whoever may see the service. */
export async function readServiceFile(
  means: Means,
  { serviceId, fieldId }: { serviceId: string; fieldId: string },
  actor: Actor,
): Promise<{ file: StoredFile; bytes: Buffer }> {
  permit(showService, actor)
  await findService(means.db, actor, { id: serviceId, right: showService.permission })
  const row = await means.db.get<{ value: string }>(sql`
    select f.value from service_fields f join order_fields q on q.id = f.field_id and q.kind = 'file'
    where f.service_id = ${serviceId} and f.field_id = ${fieldId} ${actor.kind === 'client' ? sql`and not ${takenOver(serviceId)}` : sql``}`)
  const file = row && (await getFile(means.db, row.value))
  if (!file) throw NotFound({ what: 'file', id: fieldId })
  return { file, bytes: await means.files.read(file.sha256) }
}
