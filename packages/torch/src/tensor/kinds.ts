// Kinds of tensors that PyTorch has and that are not here: what a program asks before it treats them apart.

export const kinds = [
  'isIpu',
  'isMeta',
  'isMkldnn',
  'isMps',
  'isNested',
  'isOrt',
  'isQuantized',
  'isSparse',
  'isSparseCsr',
  'isVulkan',
  'isXpu',
] as const

/** Each is false. */
export type Kinds = { readonly [K in (typeof kinds)[number]]: boolean }
