// What PyTorch says of arguments that attention does not take.
import { argumentError, type TorchError } from '../../errors.ts'
import { sizeText } from './errors.ts'

type Shape = readonly number[]

const assertion = (text: string, details: Readonly<Record<string, unknown>> = {}): TorchError =>
  argumentError(text, details, 'AssertionError')
const tuple = (shape: Shape): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`

export const causalMask = (): TorchError =>
  argumentError('_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True')
export const queryRank = (rank: number): TorchError =>
  assertion(`query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`, { rank })
export const keyRank = (query: number, key: number, value: number): TorchError =>
  assertion(
    `For ${query === 3 ? 'batched (3-D)' : 'unbatched (2-D)'} \`query\`, expected \`key\` and \`value\` to be ${query}-D but found ${key}-D and ${value}-D tensors respectively`,
    { query, key, value },
  )
export const embedDim = (wanted: number, found: number): TorchError =>
  assertion(`was expecting embedding dimension of ${wanted}, but got ${found}`, { wanted, found })
export const headCount = (size: number, heads: number): TorchError =>
  assertion(`embed_dim ${size} not divisible by num_heads ${heads}`, { size, heads })
export const keyValue = (key: Shape, value: Shape): TorchError =>
  assertion(`key shape ${sizeText(key)} does not match value shape ${sizeText(value)}`, { key, value })
export const maskDType = (name: string): TorchError =>
  assertion(`only bool and floating types of ${name} are supported`, { name })
export const maskRank = (rank: number): TorchError =>
  argumentError(`attn_mask's dimension ${rank} is not supported`, { rank })
export const maskShape = (rank: number, found: Shape, wanted: Shape): TorchError =>
  argumentError(
    `The shape of the ${rank}D attn_mask is ${sizeText(found)}, but should be ${tuple(wanted)}.`,
    { found, wanted },
  )
export const paddingShape = (wanted: Shape, found: Shape): TorchError =>
  assertion(`expected key_padding_mask shape to be ${tuple(wanted)}, but got ${sizeText(found)}`, {
    wanted,
    found,
  })
export const causalHint = (): TorchError => argumentError('Need attn_mask if specifying the is_causal hint.')
