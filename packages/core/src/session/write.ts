// Writing values that a program names: what a device refuses is told with the name.
import type { Backend, DeviceBuffer } from '../backend/backend.ts'
import type { TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'

export function writeNamed(
  backend: Backend,
  buffer: DeviceBuffer,
  data: TypedArray,
  role: 'input' | 'state',
  name: string,
): void {
  try {
    backend.write(buffer, data)
  } catch (cause) {
    if (!(cause instanceof HeddleError) || cause.code !== 'BACKEND_NARROWED_RANGE') throw cause
    const what = cause.message.slice(`${cause.code}: `.length)
    throw new HeddleError(cause.code, `${role} ${name}: ${what}`, {
      details: { ...cause.details, [role]: name },
      cause,
    })
  }
}
