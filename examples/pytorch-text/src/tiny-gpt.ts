// A tiny GPT that learns to write like Melville: `node --conditions=source examples/pytorch-text/src/tiny-gpt.ts`.
import * as torch from '@heddle/torch'
import { runProgram } from './program.ts'
import allSettings from './settings.json' with { type: 'json' }
import { type Batch, crossEntropyOf, drawCharacters } from './text.ts'

const { nn, optim } = torch
const settings = allSettings.gpt
type Tensor = torch.Tensor

/** Each position takes from those before it and from itself. */
class CausalSelfAttention extends nn.Module {
  readonly heads: number
  project: torch.nn.Linear
  join: torch.nn.Linear

  constructor(width: number, heads: number) {
    super()
    this.heads = heads
    this.project = new nn.Linear(width, 3 * width)
    this.join = new nn.Linear(width, width)
  }
  override forward(x: Tensor): Tensor {
    const [query, key, value] = this.project(x)
      .chunk(3, -1)
      .map((part) => part.unflatten(-1, [this.heads, -1]).transpose(1, 2)) as [Tensor, Tensor, Tensor]
    const seen = nn.functional.scaledDotProductAttention(query, key, value, { isCausal: true })
    return this.join(seen.transpose(1, 2).flatten(2))
  }
}

class Block extends nn.Module {
  attentionNorm: torch.nn.LayerNorm
  attention: CausalSelfAttention
  mlpNorm: torch.nn.LayerNorm
  mlp: torch.nn.Sequential

  constructor(width: number, heads: number) {
    super()
    this.attentionNorm = new nn.LayerNorm(width)
    this.attention = new CausalSelfAttention(width, heads)
    this.mlpNorm = new nn.LayerNorm(width)
    this.mlp = new nn.Sequential(
      new nn.Linear(width, 4 * width),
      new nn.GELU(),
      new nn.Linear(4 * width, width),
    )
  }
  override forward(x: Tensor): Tensor {
    const attended = x.add(this.attention(this.attentionNorm(x)))
    return attended.add(this.mlp(this.mlpNorm(attended)))
  }
}

export class TinyGpt extends nn.Module {
  tokens: torch.nn.Embedding
  positions: torch.nn.Embedding
  blocks: torch.nn.Sequential
  norm: torch.nn.LayerNorm
  head: torch.nn.Linear

  constructor(characters: number) {
    super()
    const { length, width, heads, blocks } = settings
    this.tokens = new nn.Embedding(characters, width)
    this.positions = new nn.Embedding(length, width)
    this.blocks = new nn.Sequential(...Array.from({ length: blocks }, () => new Block(width, heads)))
    this.norm = new nn.LayerNorm(width)
    this.head = new nn.Linear(width, characters, { bias: false })
    for (const table of [this.tokens, this.positions]) nn.init.normal_(table.weight, 0, 0.02)
  }
  /** Logits of each next character; at most `length` can be read at once. */
  override forward(numbers: Tensor): Tensor {
    const places = torch.arange(numbers.shape[1] as number)
    const x = this.tokens(numbers).add(this.positions(places))
    return this.head(this.norm(this.blocks(x)))
  }
}

/** A model, and how it learns from a batch: gives the loss before the step. */
export function createGpt(characters: number) {
  const model = new TinyGpt(characters)
  const optimizer = new optim.AdamW(model.parameters(), { lr: settings.rate, weightDecay: settings.decay })
  const learn = ({ inputs, targets }: Batch): number => {
    optimizer.zeroGrad()
    const loss = crossEntropyOf(model(inputs), targets)
    loss.backward()
    nn.utils.clipGradNorm_(model.parameters(), settings.maxNorm)
    optimizer.step()
    return loss.item()
  }
  const lossOf = ({ inputs, targets }: Batch): Tensor => crossEntropyOf(model(inputs), targets)
  return { settings, learn, lossOf, write: (prompt: Tensor, count: number) => write(model, prompt, count) }
}

/** `count` characters after `prompt`, `[1, length]`: the window moves on by one each time, so its shape, and the plan, stay. */
function write(model: TinyGpt, prompt: Tensor, count: number): Tensor {
  using _ = torch.noGrad()
  let window = prompt
  const written: Tensor[] = []
  while (written.length < count) {
    const character = drawCharacters(model(window).select(1, -1))
    written.push(character)
    window = torch.cat([window.narrow(1, 1, settings.length - 1), character], 1)
  }
  return torch.cat(written, 1)
}

if (import.meta.main) runProgram(createGpt)
