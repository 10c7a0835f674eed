// What PyTorch prints for each check, but where its text is Python's own: there the nearest true sentence stands.
import recorded from './recorded.json' with { type: 'json' }

/** Texts that name Python's kinds, or what 2.x is known to call otherwise than 1.13. */
const ours: Readonly<Record<string, string>> = {
  'S03.8': 'tensor([[1., 2.],\n        [3., 4.],\n        [5., 6.]], grad_fn=<ViewBackward0>)',
  'S04.15': 'ReferenceError: s is not defined',
  'S05.10': "TypeError: mul(): argument 'other' (position 1) must be Tensor, not function",
  'S07.16': 'TypeError: NdArray has no method dataPtr',
  'S07.27': 'TypeError: NdArray has no method dataPtr',
  'S07.29': 'ReferenceError: g is not defined',
  'S07.30': 'ReferenceError: g is not defined',
  'S07.31': 'ReferenceError: h is not defined',
  'S09.11': 'TypeError: OpNode has no method savedTensors',
  'S11.9': "TypeError: Cannot read properties of null (reading 'zero_')",
}

export const expected: Readonly<Record<string, string>> = { ...recorded.checks, ...ours }

/** Checks whose text is not PyTorch's. */
export const differing: readonly string[] = Object.keys(ours)
