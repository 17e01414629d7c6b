import { LIMITS } from './generated/names'

/** The id of a command: drawn once for an act and kept for all its repetitions. */
export function commandId(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(LIMITS.command_id_bytes))
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
