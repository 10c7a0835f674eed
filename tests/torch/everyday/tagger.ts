// An LSTM that tags parts of speech, of the official tutorial: one sentence after the other.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
type Tensor = torch.Tensor

const trainingData = [
  { sentence: 'The dog ate the apple'.split(' '), tags: ['DET', 'NN', 'V', 'DET', 'NN'] },
  { sentence: 'Everybody read that book'.split(' '), tags: ['NN', 'V', 'DET', 'NN'] },
]
const words = [...new Set(trainingData.flatMap(({ sentence }) => sentence))]
const tags = ['DET', 'NN', 'V']

const prepareSequence = (seq: readonly string[], known: readonly string[]): Tensor =>
  torch.tensor(
    seq.map((w) => known.indexOf(w)),
    { dtype: torch.int64 },
  )

class LSTMTagger extends nn.Module {
  embeddings: nn.Embedding
  lstm: nn.LSTM
  tags: nn.Linear

  constructor(embeddingDim: number, hiddenDim: number, vocabSize: number, tagsetSize: number) {
    super()
    this.embeddings = new nn.Embedding(vocabSize, embeddingDim)
    this.lstm = new nn.LSTM(embeddingDim, hiddenDim)
    this.tags = new nn.Linear(hiddenDim, tagsetSize)
  }
  override forward(sentence: Tensor): Tensor {
    const embeds = this.embeddings(sentence)
    const [lstmOut] = this.lstm(embeds.view(sentence.length, 1, -1))
    const tagSpace = this.tags(lstmOut.view(sentence.length, -1))
    return F.logSoftmax(tagSpace, { dim: 1 })
  }
}

export const tagger: Program = ({ show }) => {
  torch.manualSeed(1)
  const lstm = new nn.LSTM(3, 3)
  const inputs = Array.from({ length: 5 }, () => torch.randn(1, 3))
  const drawState = () => [torch.randn(1, 1, 3), torch.randn(1, 1, 3)] as const
  let hidden = drawState()
  for (const i of inputs) [, hidden] = lstm(i.view(1, 1, -1), hidden)
  const sequence = torch.cat(inputs).view(inputs.length, 1, -1)
  hidden = drawState()
  const [out, last] = lstm(sequence, hidden)
  show(out)
  show(last)

  show(...words)
  const model = new LSTMTagger(6, 6, words.length, tags.length)
  const lossFunction = new nn.NLLLoss()
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
  const first = 'The dog ate the apple'.split(' ')
  torch.noGrad(() => show(model(prepareSequence(first, words))))
  for (let epoch = 0; epoch < 60; epoch++) {
    for (const { sentence, tags: wanted } of trainingData) {
      model.zeroGrad()
      const loss = lossFunction(model(prepareSequence(sentence, words)), prepareSequence(wanted, tags))
      loss.backward()
      optimizer.step()
    }
  }
  torch.noGrad(() => {
    const tagScores = model(prepareSequence(first, words))
    show(tagScores.exp().max(1))
  })
  show(model)
}
