// Which language a name is of: a recurrent network over its letters, and a deeper one over packed batches of names.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
const { packPaddedSequence, padPackedSequence, padSequence } = nn.utils.rnn
type Tensor = torch.Tensor

const letters = 'abcdefghijklmnopqrstuvwxyz'
const languagesOf = { rossi: 0, bianchi: 0, conti: 0, smith: 1, jones: 1, brown: 1, sato: 2, suzuki: 2 }
const data = Object.entries(languagesOf)

function lineToTensor(line: string): Tensor {
  const tensor = torch.zeros(line.length, 1, letters.length)
  for (const [li, letter] of [...line].entries())
    tensor
      .at(li)
      .at(0)
      .setAt([letters.indexOf(letter)], 1)
  return tensor
}

class RNN extends nn.Module<[input: Tensor, hidden: Tensor], readonly [Tensor, Tensor]> {
  readonly hiddenSize: number
  i2h: nn.Linear
  i2o: nn.Linear
  softmax = new nn.LogSoftmax({ dim: 1 })

  constructor(inputSize: number, hiddenSize: number, outputSize: number) {
    super()
    this.hiddenSize = hiddenSize
    this.i2h = new nn.Linear(inputSize + hiddenSize, hiddenSize)
    this.i2o = new nn.Linear(inputSize + hiddenSize, outputSize)
  }
  override forward(input: Tensor, hidden: Tensor): readonly [Tensor, Tensor] {
    const combined = torch.cat([input, hidden], 1)
    return [this.softmax(this.i2o(combined)), torch.tanh(this.i2h(combined))]
  }
}

export const names: Program = ({ show, fails }) => {
  torch.manualSeed(5)
  const rnn = new RNN(letters.length, 16, 3)
  const criterion = new nn.NLLLoss()
  show(lineToTensor('sato').size())
  for (let epoch = 0; epoch < 4; epoch++) {
    let total = 0
    for (const [name, language] of data) {
      let hidden = torch.zeros(1, rnn.hiddenSize)
      let output = hidden
      rnn.zeroGrad()
      for (const letter of lineToTensor(name)) [output, hidden] = rnn(letter, hidden)
      const loss = criterion(output, torch.tensor([BigInt(language)]))
      loss.backward()
      for (const p of rnn.parameters()) p.data.add_((p.grad as Tensor).data, { alpha: -0.1 })
      total += loss.item()
    }
    show(epoch, total.toFixed(4))
  }

  const ids = data.map(([name]) => torch.tensor([...name].map((c) => BigInt(letters.indexOf(c)))))
  const languages = torch.tensor(
    data.map(([, language]) => language),
    { dtype: torch.int64 },
  )
  const lengths = data.map(([name]) => name.length)
  const padded = padSequence(ids, { batchFirst: true, paddingValue: 0 })
  show(padded)
  const embedding = new nn.Embedding(26, 8)
  const lstm = new nn.LSTM(8, 10, { numLayers: 2, batchFirst: true, bidirectional: true })
  const head = new nn.Linear(20, 3)
  const params = [embedding, lstm, head].flatMap((module) => module.parameters())
  const optimizer = new optim.Adam(params, { lr: 0.02 })
  for (let epoch = 0; epoch < 8; epoch++) {
    const packed = packPaddedSequence(embedding(padded), lengths, { batchFirst: true, enforceSorted: false })
    const [output, [h]] = lstm(packed)
    const logits = head(torch.cat([h.at(-2), h.at(-1)], { dim: 1 }))
    const loss = F.crossEntropy(logits, languages, { labelSmoothing: 0.1 })
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    if (epoch % 4 === 3) show(epoch, loss.item().toFixed(4), logits.argmax(1))
    if (epoch < 7) continue
    const [unpacked, sizes] = padPackedSequence(output, { batchFirst: true })
    show(unpacked.shape, sizes)
    show(packed.batchSizes)
  }
  fails(() => packPaddedSequence(embedding(padded), lengths, { batchFirst: true }))
}
