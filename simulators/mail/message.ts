import PostalMime, { type Address } from 'postal-mime'

export interface CaughtAttachment {
  name: string
  type: string
  /** Bytes. */
  size: number
}

export interface CaughtMessage {
  id: string
  /** Milliseconds since 1970. */
  receivedAt: number
  from: string
  /** Addresses of the To header. */
  to: string[]
  cc: string[]
  /** Whom the envelope names, blind copies included. */
  recipients: string[]
  subject: string
  text: string
  html: string
  attachments: CaughtAttachment[]
}

export interface StoredAttachment extends CaughtAttachment {
  content: Uint8Array
  /** Without the angle brackets; null for a part that the HTML does not name. */
  contentId: string | null
}

/** A message as it is kept: with its source and the bytes of its attachments. */
export interface StoredMessage extends Omit<CaughtMessage, 'attachments'> {
  source: Buffer
  attachments: StoredAttachment[]
}

export interface Arrival {
  id: string
  receivedAt: number
  sender: string
  recipients: string[]
  source: Buffer
}

export async function parseMessage({ sender, ...arrival }: Arrival): Promise<StoredMessage> {
  const email = await PostalMime.parse(arrival.source)
  return {
    ...arrival,
    from: email.from?.address ?? sender,
    to: addressesOf(email.to),
    cc: addressesOf(email.cc),
    subject: email.subject ?? '',
    text: email.text ?? '',
    html: email.html ?? '',
    attachments: email.attachments.map(({ filename, mimeType, content, contentId }) => {
      const bytes = bytesOf(content)
      return {
        name: filename ?? 'attachment',
        type: mimeType,
        size: bytes.byteLength,
        content: bytes,
        contentId: contentId?.replace(/^<|>$/g, '') ?? null,
      }
    }),
  }
}

/** The message as the outside sees it. */
export function showMessage({ source: _source, attachments, ...message }: StoredMessage): CaughtMessage {
  return { ...message, attachments: attachments.map(({ name, type, size }) => ({ name, type, size })) }
}

function addressesOf(addresses: Address[] | undefined): string[] {
  return (addresses ?? []).flatMap(({ address, group }) =>
    group ? group.map((member) => member.address) : address ? [address] : [],
  )
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : new Uint8Array(content)
}
