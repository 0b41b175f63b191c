const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const BASE64_VALUES = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) BASE64_VALUES[codeAt(BASE64, i)] = i

/** Any buffer or view as bytes over the same memory. */
const bytesOf = (data) => {
  if (data instanceof Uint8Array) return data
  if (isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  throw new TypeError('Expected an ArrayBuffer or a view of one.')
}

/** Bytes that the host process packs at once: a whole number of groups of three. */
const BYTES_PART = 49_152
const CHARACTERS_AT_ONCE = 8_192

/** As with unpacking, a step for each group would take a second for some megabytes. */
const toBase64 = (bytes) => {
  if (bytes.length <= BYTES_PART / 64) return packBase64(bytes)
  let text = ''
  for (let i = 0; i < bytes.length; i += BYTES_PART) {
    let latin1 = ''
    const end = min(i + BYTES_PART, bytes.length)
    for (let at = i; at < end; at += CHARACTERS_AT_ONCE)
      latin1 += apply(fromCharCode, undefined, bytes.subarray(at, min(at + CHARACTERS_AT_ONCE, end)))
    text += askPure('base64', { latin1 })
  }
  return text
}

const packBase64 = (bytes) => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i
    const group = (bytes[i] << 16) | ((rest > 1 ? bytes[i + 1] : 0) << 8) | (rest > 2 ? bytes[i + 2] : 0)
    text += BASE64[group >> 18] + BASE64[(group >> 12) & 63]
    text += (rest > 1 ? BASE64[(group >> 6) & 63] : '=') + (rest > 2 ? BASE64[group & 63] : '=')
  }
  return text
}

/** A whole number of groups of four; the bytes of one come back as a list of some hundred kilobytes. */
const BASE64_PART = 65_536
const NOT_BASE64 = () => new DOMException('The text is not base64.', 'InvalidCharacterError')

/** Long texts are unpacked by the host process: a step for each character would take a second for some megabytes. */
const fromBase64 = (text) => {
  let end = text.length
  while (end > 0 && text[end - 1] === '=') end--
  const bytes = new Uint8Array(floor((end * 3) / 4))
  if (end <= BASE64_PART / 64) return unpackBase64(text, end, bytes)
  for (let i = 0; i < end; i += BASE64_PART) {
    const part = askPure('bytes', { base64: apply(sliceOf, text, [i, min(i + BASE64_PART, end)]) })
    if (part === null) throw NOT_BASE64()
    bytes.set(part, (i / 4) * 3)
  }
  return bytes
}

const unpackBase64 = (text, end, bytes) => {
  let held = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < end; i++) {
    const code = codeAt(text, i)
    const value = code < 128 ? BASE64_VALUES[code] : -1
    if (value < 0) throw NOT_BASE64()
    held = ((held << 6) | value) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 255
    }
  }
  return bytes
}

const encodeUtf8 = (text) => {
  const bytes = new Uint8Array(text.length * 3)
  let at = 0
  for (let i = 0; i < text.length; i++) {
    let code = codeAt(text, i)
    if (code < 0x80) {
      bytes[at++] = code
      continue
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code < 0xdc00 && i + 1 < text.length ? codeAt(text, i + 1) : 0
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        i++
      } else code = 0xfffd
    }
    if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6)
    else {
      if (code < 0x10000) bytes[at++] = 0xe0 | (code >> 12)
      else {
        bytes[at++] = 0xf0 | (code >> 18)
        bytes[at++] = 0x80 | ((code >> 12) & 63)
      }
      bytes[at++] = 0x80 | ((code >> 6) & 63)
    }
    bytes[at++] = 0x80 | (code & 63)
  }
  return bytes.slice(0, at)
}

/** First byte → [bytes that follow, least second byte, greatest second byte]; undefined is not a first byte. */
const sequenceOf = (first) => {
  if (first >= 0xc2 && first <= 0xdf) return [1, 0x80, 0xbf]
  if (first === 0xe0) return [2, 0xa0, 0xbf]
  if (first === 0xed) return [2, 0x80, 0x9f]
  if (first >= 0xe1 && first <= 0xef) return [2, 0x80, 0xbf]
  if (first === 0xf0) return [3, 0x90, 0xbf]
  if (first >= 0xf1 && first <= 0xf3) return [3, 0x80, 0xbf]
  if (first === 0xf4) return [3, 0x80, 0x8f]
  return undefined
}

const decodeUtf8 = (bytes, fatal) => {
  let text = ''
  let i = 0
  while (i < bytes.length) {
    const first = bytes[i++]
    if (first < 0x80) {
      text += fromCharCode(first)
      continue
    }
    const sequence = sequenceOf(first)
    let code = sequence === undefined ? -1 : first & (0x3f >> sequence[0])
    for (let k = 0; sequence !== undefined && k < sequence[0]; k++) {
      const least = k === 0 ? sequence[1] : 0x80
      const greatest = k === 0 ? sequence[2] : 0xbf
      if (i >= bytes.length || bytes[i] < least || bytes[i] > greatest) {
        code = -1
        break
      }
      code = (code << 6) | (bytes[i++] & 63)
    }
    if (code < 0 && fatal) throw new TypeError('The bytes are not UTF-8.')
    if (code < 0) text += '\ufffd'
    else if (code < 0x10000) text += fromCharCode(code)
    else text += fromCharCode(0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff))
  }
  return text
}

class TextEncoder {
  get encoding() {
    return 'utf-8'
  }
  encode(text = '') {
    return encodeUtf8(`${text}`)
  }
  encodeInto(text, target) {
    const bytes = encodeUtf8(`${text}`)
    const written = min(bytes.length, target.length)
    target.set(bytes.subarray(0, written))
    return {
      read: written === bytes.length ? `${text}`.length : decodeUtf8(bytes.slice(0, written)).length,
      written,
    }
  }
}

class TextDecoder {
  #fatal
  #keepMark
  constructor(label = 'utf-8', options = {}) {
    const name = `${label}`.toLowerCase()
    if (name !== 'utf-8' && name !== 'utf8')
      throw new RangeError(`Only UTF-8 can be decoded, not "${label}".`)
    this.#fatal = options.fatal === true
    this.#keepMark = options.ignoreBOM === true
  }
  get encoding() {
    return 'utf-8'
  }
  get fatal() {
    return this.#fatal
  }
  get ignoreBOM() {
    return this.#keepMark
  }
  decode(data) {
    const text = data === undefined ? '' : decodeUtf8(bytesOf(data), this.#fatal)
    return !this.#keepMark && text !== '' && codeAt(text, 0) === 0xfeff ? text.slice(1) : text
  }
}

const btoa = (text) => {
  const source = `${text}`
  const bytes = new Uint8Array(source.length)
  for (let i = 0; i < source.length; i++) {
    const code = codeAt(source, i)
    if (code > 255) throw new DOMException('Only characters up to U+00FF fit.', 'InvalidCharacterError')
    bytes[i] = code
  }
  return toBase64(bytes)
}

const atob = (text) => {
  const source = `${text}`.replace(/[\t\n\f\r ]/g, '')
  const bytes = fromBase64(source)
  if (source.replace(/=+$/, '').length % 4 === 1)
    throw new DOMException('The text is not base64.', 'InvalidCharacterError')
  let binary = ''
  for (let i = 0; i < bytes.length; i++) binary += fromCharCode(bytes[i])
  return binary
}

expose('TextEncoder', TextEncoder)
expose('TextDecoder', TextDecoder)
expose('atob', atob)
expose('btoa', btoa)
