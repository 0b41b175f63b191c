/** Letters count from 10, the first four stand last, and 97 leaves one. */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(/\s/g, '')
  if (!/^[A-Z]{2}\d{2}[A-Za-z0-9]{1,30}$/.test(plain)) return false
  const turned = (plain.slice(4) + plain.slice(0, 4)).toUpperCase()
  const number = turned.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return BigInt(number) % 97n === 1n
}
