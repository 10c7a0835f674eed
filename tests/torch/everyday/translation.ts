// From one language to another: two recurrent networks, attention between them, and teacher forcing.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
type Tensor = torch.Tensor

const SOS = 0n
const EOS = 1n
const maxLength = 8

class EncoderRNN extends nn.Module<[input: Tensor, hidden: Tensor], readonly [Tensor, Tensor]> {
  readonly hiddenSize: number
  embedding: nn.Embedding
  gru: nn.GRU

  constructor(inputSize: number, hiddenSize: number) {
    super()
    this.hiddenSize = hiddenSize
    this.embedding = new nn.Embedding(inputSize, hiddenSize)
    this.gru = new nn.GRU(hiddenSize, hiddenSize)
  }
  override forward(input: Tensor, hidden: Tensor): readonly [Tensor, Tensor] {
    return this.gru(this.embedding(input).view(1, 1, -1), hidden)
  }
  initHidden(): Tensor {
    return torch.zeros(1, 1, this.hiddenSize)
  }
}

class AttnDecoderRNN extends nn.Module<
  [input: Tensor, hidden: Tensor, encoderOutputs: Tensor],
  readonly [output: Tensor, hidden: Tensor, weights: Tensor]
> {
  embedding: nn.Embedding
  attn: nn.Linear
  attnCombine: nn.Linear
  dropout: nn.Dropout
  gru: nn.GRU
  out: nn.Linear

  constructor(hiddenSize: number, outputSize: number, dropout = 0.1) {
    super()
    this.embedding = new nn.Embedding(outputSize, hiddenSize)
    this.attn = new nn.Linear(hiddenSize * 2, maxLength)
    this.attnCombine = new nn.Linear(hiddenSize * 2, hiddenSize)
    this.dropout = new nn.Dropout(dropout)
    this.gru = new nn.GRU(hiddenSize, hiddenSize)
    this.out = new nn.Linear(hiddenSize, outputSize)
  }
  override forward(input: Tensor, hidden: Tensor, encoderOutputs: Tensor) {
    const embedded = this.dropout(this.embedding(input).view(1, 1, -1))
    const attnWeights = F.softmax(this.attn(torch.cat([embedded.at(0), hidden.at(0)], 1)), { dim: 1 })
    const attnApplied = torch.bmm(attnWeights.unsqueeze(0), encoderOutputs.unsqueeze(0))
    const combined = torch.cat([embedded.at(0), attnApplied.at(0)], 1)
    const [output, next] = this.gru(F.relu(this.attnCombine(combined).unsqueeze(0)), hidden)
    return [F.logSoftmax(this.out(output.at(0)), { dim: 1 }), next, attnWeights] as const
  }
}

export const translation: Program = ({ show }) => {
  torch.manualSeed(4)
  const end = torch.tensor([EOS])
  const pairs = [
    [4, 3],
    [4, 4],
  ].map(([n = 0, m = 0]) => [torch.randint(2, 9, [n]), torch.randint(2, 7, [m])] as const)
  const ended = pairs.map(([source, target]) => [torch.cat([source, end]), torch.cat([target, end])] as const)

  const encoder = new EncoderRNN(9, 12)
  const decoder = new AttnDecoderRNN(12, 7)
  const optimizers = [encoder, decoder].map((m) => new optim.SGD(m.parameters(), { lr: 0.05 }))
  const criterion = new nn.NLLLoss()
  const encode = (source: Tensor): readonly [Tensor, Tensor] => {
    let hidden = encoder.initHidden()
    const outputs = torch.zeros(maxLength, encoder.hiddenSize)
    for (let ei = 0; ei < source.size(0); ei++) {
      const [output, next] = encoder(source.at(ei), hidden)
      hidden = next
      outputs.setAt([ei], output.at(0, 0))
    }
    return [outputs, hidden]
  }

  for (let epoch = 0; epoch < 4; epoch++) {
    let total = 0
    ended.forEach(([source, target], k) => {
      for (const optimizer of optimizers) optimizer.zeroGrad()
      let [outputs, hidden] = encode(source)
      let decoderInput = torch.tensor([[SOS]])
      let loss = torch.tensor(0)
      const forced = (epoch + k) % 2 === 0
      for (let di = 0; di < target.size(0); di++) {
        const [output, next] = decoder(decoderInput, hidden, outputs)
        hidden = next
        loss = loss.add(criterion(output, target.at(di).unsqueeze(0)))
        if (forced) decoderInput = target.at(di)
        else {
          const { indices: topi } = output.topk(1)
          decoderInput = topi.squeeze().detach()
          if (decoderInput.item() === Number(EOS)) break
        }
      }
      loss.backward()
      for (const optimizer of optimizers) optimizer.step()
      total += loss.item() / target.size(0)
    })
    show(epoch, total.toFixed(4))
  }
  decoder.eval()
  torch.noGrad(() => {
    let [outputs, hidden] = encode(ended[0]?.[0] as Tensor)
    let decoderInput = torch.tensor([[SOS]])
    const words: number[] = []
    const attentions = torch.zeros(5, maxLength)
    for (let di = 0; di < 5; di++) {
      const [output, next, attn] = decoder(decoderInput, hidden, outputs)
      hidden = next
      attentions.setAt([di], attn.data)
      const { indices: topi } = output.data.topk(1)
      words.push(topi.item())
      if (topi.item() === Number(EOS)) break
      decoderInput = topi.squeeze().detach()
    }
    show(...words)
    show(attentions.at(torch.slice(0, 2)))
  })
}
