import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMailbox } from '../../../simulators/mail/mailbox.ts'
import type { StoredMessage } from '../../../simulators/mail/message.ts'

function mail(id: number, bytes = 1): StoredMessage {
  const source = Buffer.alloc(bytes)
  const parts = { from: '', to: [], cc: [], recipients: [], subject: '', text: '', html: '', attachments: [] }
  return { ...parts, id: String(id), receivedAt: id, source }
}

test('only the last 2000 messages are kept', () => {
  const mailbox = createMailbox()
  for (let id = 1; id <= 2001; id++) mailbox.add(mail(id))
  assert.equal(mailbox.all().length, 2000)
  assert.equal(mailbox.find('1'), undefined)
  assert.equal(mailbox.find('2')?.id, '2')
})

test('large messages push out old ones earlier, but never themselves', () => {
  const mailbox = createMailbox()
  const large = 150 * 1024 * 1024
  mailbox.add(mail(1, large))
  mailbox.add(mail(2, large))
  assert.deepEqual(
    mailbox.all().map(({ id }) => id),
    ['2'],
  )
})
