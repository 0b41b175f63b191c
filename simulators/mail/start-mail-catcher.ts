import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerHttp } from './answer-http.ts'
import { listenSmtp } from './listen-smtp.ts'
import { createMailbox } from './mailbox.ts'
import { parseMessage, showMessage, type CaughtMessage } from './message.ts'

export interface MailCatcherOptions {
  /** 0, the default, takes a free port. */
  smtpPort?: number
  /** 0, the default, takes a free port. */
  httpPort?: number
}

export interface MailCatcher {
  smtpPort: number
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string
  /** Oldest first. */
  messages(): CaughtMessage[]
  /** Resolves with the first message, there already or to come, that the predicate accepts; rejects when the time is over. */
  waitFor(predicate: (message: CaughtMessage) => boolean, timeoutMs: number): Promise<CaughtMessage>
  clear(): void
  close(): Promise<void>
}

/** Starts an SMTP server on loopback that keeps every mail, and a page to read them. */
export async function startMailCatcher({
  smtpPort = 0,
  httpPort = 0,
}: MailCatcherOptions = {}): Promise<MailCatcher> {
  const mailbox = createMailbox()
  let lastId = 0
  const smtp = await listenSmtp(smtpPort, async (envelope, source) => {
    const id = String(++lastId)
    mailbox.add(await parseMessage({ ...envelope, id, receivedAt: Date.now(), source }))
  })
  const http = createServer((request, response) => {
    // An address that cannot be read, such as one meant for a proxy, is answered like an unknown one.
    const url = URL.parse(`http://127.0.0.1${request.url ?? '/'}`) ?? new URL('http://127.0.0.1/unreadable')
    const { status, headers, body } = answerHttp(mailbox, request.method ?? 'GET', url)
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body)
  })
  http.listen(httpPort, '127.0.0.1')
  await once(http, 'listening')
  const close = async () => {
    const closed = once(http, 'close')
    http.close()
    http.closeAllConnections()
    await Promise.all([closed, smtp.close()])
  }
  return {
    smtpPort: smtp.port,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    messages: () => mailbox.all().map(showMessage),
    waitFor: async (predicate, timeoutMs) =>
      showMessage(await mailbox.waitFor((message) => predicate(showMessage(message)), timeoutMs)),
    clear: mailbox.clear,
    close,
  }
}
