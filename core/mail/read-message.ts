import { Type } from '../../sdk/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import type { Attachment, MessageRow } from './message.ts'

export interface MessageDetail extends Omit<MessageRow, 'sealed_url' | 'attachments'> {
  attachments: Attachment[]
}

/** One mail as it was sent. A link that lets into an account was never kept. */
export const readMessage = defineVerb(
  { permission: 'message.read', audience: ['staff'], input: Type.Object({ id: Type.String() }) },
  async (means: Means, { id }, actor): Promise<MessageDetail> => {
    const row = await findRow<MessageRow>(means.db, actor, { table: 'messages', what: 'message', id })
    const { sealed_url: _sealed, attachments, ...shown } = row
    return { ...shown, attachments: JSON.parse(attachments) as Attachment[] }
  },
)
