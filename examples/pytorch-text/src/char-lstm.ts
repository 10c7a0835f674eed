// A character LSTM that learns to write like Melville: `node --conditions=source examples/pytorch-text/src/char-lstm.ts`.
import * as torch from '@heddle/torch'
import { runProgram } from './program.ts'
import allSettings from './settings.json' with { type: 'json' }
import { type Batch, crossEntropyOf, drawCharacters } from './text.ts'

const { nn, optim } = torch
const settings = allSettings.lstm
type Tensor = torch.Tensor
type State = torch.nn.LSTMState

export class CharLstm extends nn.Module<[numbers: Tensor, state?: State | null], readonly [Tensor, State]> {
  embedding: torch.nn.Embedding
  lstm: torch.nn.LSTM
  head: torch.nn.Linear

  constructor(characters: number) {
    super()
    const { width, hidden } = settings
    this.embedding = new nn.Embedding(characters, width)
    this.lstm = new nn.LSTM(width, hidden, { batchFirst: true })
    this.head = new nn.Linear(hidden, characters)
  }
  /** Logits of each next character, and where to go on from. */
  override forward(numbers: Tensor, state: State | null = null): readonly [Tensor, State] {
    const [outputs, next] = this.lstm(this.embedding(numbers), state)
    return [this.head(outputs), next]
  }
}

/** A model, and how it learns from a batch: gives the loss before the step. */
export function createLstm(characters: number) {
  const model = new CharLstm(characters)
  const optimizer = new optim.Adam(model.parameters(), { lr: settings.rate })
  const learn = ({ inputs, targets }: Batch): number => {
    optimizer.zeroGrad()
    const [logits] = model(inputs)
    const loss = crossEntropyOf(logits, targets)
    loss.backward()
    nn.utils.clipGradNorm_(model.parameters(), settings.maxNorm)
    optimizer.step()
    return loss.item()
  }
  const lossOf = ({ inputs, targets }: Batch): Tensor => crossEntropyOf(model(inputs)[0], targets)
  return { settings, learn, lossOf, write: (prompt: Tensor, count: number) => write(model, prompt, count) }
}

/** `count` characters after `prompt`, `[1, length]`: the state carries what was read and written. */
function write(model: CharLstm, prompt: Tensor, count: number): Tensor {
  using _ = torch.noGrad()
  let [logits, state] = model(prompt)
  const written: Tensor[] = []
  while (written.length < count) {
    const character = drawCharacters(logits.select(1, -1))
    written.push(character)
    ;[logits, state] = model(character, state)
  }
  return torch.cat(written, 1)
}

if (import.meta.main) runProgram(createLstm)
