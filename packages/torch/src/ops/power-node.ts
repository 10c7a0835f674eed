// The names of nodes of powers.

/** Powers by numbers, of tensors by tensors, and of numbers have nodes of their own. */
export function powerNode([base, exponent]: readonly (object | number)[]): string {
  if (typeof base === 'number') return 'PowBackward2'
  return typeof exponent === 'number' ? 'PowBackward0' : 'PowBackward1'
}
