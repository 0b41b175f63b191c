/** Kinds of files that people may send, told by their bytes: a name or a header can say anything. */
export const fileTypes = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  zip: 'application/zip',
  txt: 'text/plain',
} as const
export type FileType = keyof typeof fileTypes

const SIGNATURES: readonly [FileType, readonly number[]][] = [
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpg', [0xff, 0xd8, 0xff]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
]

/** Null for everything else, programs and pages of HTML among it. */
export function fileTypeOf(bytes: Uint8Array): FileType | null {
  const known = SIGNATURES.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte))
  return known?.[0] ?? (isPlainText(bytes) ? 'txt' : null)
}

function isPlainText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Browsers take for a page what begins like one; with a control sign it is no text.
    return text !== '' && !/^\s*</.test(text) && ![...text].some(isControl)
  } catch {
    return false
  }
}

const isControl = (sign: string): boolean => sign < ' ' && !'\t\n\r\f'.includes(sign)
