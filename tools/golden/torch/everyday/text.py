"""Words and characters: embeddings, taggers, translation with attention, a classifier of names, a transformer."""

import math

import torch
import torch.nn.functional as F
from recording import program
from torch import nn, optim


@program
def embeddings(show, fails):
    """N-grams and a continuous bag of words, of the official tutorial."""
    torch.manual_seed(1)
    word_to_ix = {"hello": 0, "world": 1}
    embeds = nn.Embedding(2, 5)
    lookup_tensor = torch.tensor([word_to_ix["hello"]], dtype=torch.long)
    show(embeds(lookup_tensor))

    CONTEXT_SIZE = 2
    EMBEDDING_DIM = 10
    test_sentence = """When forty winters shall besiege thy brow,
And dig deep trenches in thy beauty's field,
Thy youth's proud livery so gazed on now,
Will be a totter'd weed of small worth held""".split()
    ngrams = [
        ([test_sentence[i - j - 1] for j in range(CONTEXT_SIZE)], test_sentence[i])
        for i in range(CONTEXT_SIZE, len(test_sentence))
    ]
    show("; ".join(f"{' '.join(context)} -> {target}" for context, target in ngrams[:3]))
    vocab = sorted(set(test_sentence))
    word_to_ix = {word: i for i, word in enumerate(vocab)}

    class NGramLanguageModeler(nn.Module):
        def __init__(self, vocab_size, embedding_dim, context_size):
            super().__init__()
            self.embeddings = nn.Embedding(vocab_size, embedding_dim)
            self.linear1 = nn.Linear(context_size * embedding_dim, 128)
            self.linear2 = nn.Linear(128, vocab_size)

        def forward(self, inputs):
            embeds = self.embeddings(inputs).view((1, -1))
            out = F.relu(self.linear1(embeds))
            out = self.linear2(out)
            return F.log_softmax(out, dim=1)

    losses = []
    loss_function = nn.NLLLoss()
    model = NGramLanguageModeler(len(vocab), EMBEDDING_DIM, CONTEXT_SIZE)
    optimizer = optim.SGD(model.parameters(), lr=0.001)
    for epoch in range(4):
        total_loss = 0
        for context, target in ngrams:
            context_idxs = torch.tensor([word_to_ix[w] for w in context], dtype=torch.long)
            model.zero_grad()
            log_probs = model(context_idxs)
            loss = loss_function(log_probs, torch.tensor([word_to_ix[target]], dtype=torch.long))
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
        losses.append(total_loss)
    show(" ".join(f"{loss:.3f}" for loss in losses))
    show(model.embeddings.weight[word_to_ix["thy"]])

    class CBOW(nn.Module):
        def __init__(self, vocab_size, embedding_dim):
            super().__init__()
            self.embeddings = nn.EmbeddingBag(vocab_size, embedding_dim, mode="sum")
            self.linear = nn.Linear(embedding_dim, vocab_size)

        def forward(self, contexts):
            return self.linear(self.embeddings(contexts))

    around = [0, 1, 3, 4]
    windows = [test_sentence[i : i + 5] for i in range(len(test_sentence) - 4)]
    contexts = torch.tensor([[word_to_ix[window[k]] for k in around] for window in windows])
    targets = torch.tensor([word_to_ix[window[2]] for window in windows])
    model = CBOW(len(vocab), EMBEDDING_DIM)
    show(model)
    optimizer = optim.Adagrad(model.parameters(), lr=0.1)
    for epoch in range(15):
        loss = F.cross_entropy(model(contexts), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 5 == 4:
            show(epoch, f"{loss.item():.4f}")
    guess = model(contexts[:3]).argmax(1)
    show(*(vocab[k] for k in guess))
    fails(lambda: embeds(torch.tensor([2])))


@program
def tagger(show, fails):
    """An LSTM that tags parts of speech, one sentence after the other."""
    torch.manual_seed(1)
    lstm = nn.LSTM(3, 3)
    inputs = [torch.randn(1, 3) for _ in range(5)]
    hidden = (torch.randn(1, 1, 3), torch.randn(1, 1, 3))
    for i in inputs:
        out, hidden = lstm(i.view(1, 1, -1), hidden)
    inputs = torch.cat(inputs).view(len(inputs), 1, -1)
    hidden = (torch.randn(1, 1, 3), torch.randn(1, 1, 3))
    out, hidden = lstm(inputs, hidden)
    show(out)
    show(hidden)

    training_data = [
        ("The dog ate the apple".split(), ["DET", "NN", "V", "DET", "NN"]),
        ("Everybody read that book".split(), ["NN", "V", "DET", "NN"]),
    ]
    word_to_ix = {}
    for sent, tags in training_data:
        for word in sent:
            if word not in word_to_ix:
                word_to_ix[word] = len(word_to_ix)
    show(*word_to_ix)
    tag_to_ix = {"DET": 0, "NN": 1, "V": 2}

    def prepare_sequence(seq, to_ix):
        return torch.tensor([to_ix[w] for w in seq], dtype=torch.long)

    class LSTMTagger(nn.Module):
        def __init__(self, embedding_dim, hidden_dim, vocab_size, tagset_size):
            super().__init__()
            self.embeddings = nn.Embedding(vocab_size, embedding_dim)
            self.lstm = nn.LSTM(embedding_dim, hidden_dim)
            self.tags = nn.Linear(hidden_dim, tagset_size)

        def forward(self, sentence):
            embeds = self.embeddings(sentence)
            lstm_out, _ = self.lstm(embeds.view(len(sentence), 1, -1))
            tag_space = self.tags(lstm_out.view(len(sentence), -1))
            return F.log_softmax(tag_space, dim=1)

    model = LSTMTagger(6, 6, len(word_to_ix), len(tag_to_ix))
    loss_function = nn.NLLLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with torch.no_grad():
        show(model(prepare_sequence(training_data[0][0], word_to_ix)))
    for epoch in range(60):
        for sentence, tags in training_data:
            model.zero_grad()
            loss = loss_function(model(prepare_sequence(sentence, word_to_ix)), prepare_sequence(tags, tag_to_ix))
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        tag_scores = model(prepare_sequence(training_data[0][0], word_to_ix))
        show(tag_scores.exp().max(1))
    show(model)


@program
def translation(show, fails):
    """GRUs from one language to another, with attention and teacher forcing."""
    torch.manual_seed(4)
    SOS, EOS = 0, 1
    pairs = [(torch.randint(2, 9, (n,)), torch.randint(2, 7, (m,))) for n, m in ((4, 3), (4, 4))]
    pairs = [(torch.cat([a, torch.tensor([EOS])]), torch.cat([b, torch.tensor([EOS])])) for a, b in pairs]

    class EncoderRNN(nn.Module):
        def __init__(self, input_size, hidden_size):
            super().__init__()
            self.hidden_size = hidden_size
            self.embedding = nn.Embedding(input_size, hidden_size)
            self.gru = nn.GRU(hidden_size, hidden_size)

        def forward(self, input, hidden):
            return self.gru(self.embedding(input).view(1, 1, -1), hidden)

        def init_hidden(self):
            return torch.zeros(1, 1, self.hidden_size)

    class AttnDecoderRNN(nn.Module):
        def __init__(self, hidden_size, output_size, dropout_p=0.1, max_length=8):
            super().__init__()
            self.embedding = nn.Embedding(output_size, hidden_size)
            self.attn = nn.Linear(hidden_size * 2, max_length)
            self.attn_combine = nn.Linear(hidden_size * 2, hidden_size)
            self.dropout = nn.Dropout(dropout_p)
            self.gru = nn.GRU(hidden_size, hidden_size)
            self.out = nn.Linear(hidden_size, output_size)

        def forward(self, input, hidden, encoder_outputs):
            embedded = self.dropout(self.embedding(input).view(1, 1, -1))
            attn_weights = F.softmax(self.attn(torch.cat((embedded[0], hidden[0]), 1)), dim=1)
            attn_applied = torch.bmm(attn_weights.unsqueeze(0), encoder_outputs.unsqueeze(0))
            output = torch.cat((embedded[0], attn_applied[0]), 1)
            output = F.relu(self.attn_combine(output).unsqueeze(0))
            output, hidden = self.gru(output, hidden)
            return F.log_softmax(self.out(output[0]), dim=1), hidden, attn_weights

    encoder = EncoderRNN(9, 12)
    decoder = AttnDecoderRNN(12, 7)
    optimizers = [optim.SGD(m.parameters(), lr=0.05) for m in (encoder, decoder)]
    criterion = nn.NLLLoss()

    def encode(source):
        hidden = encoder.init_hidden()
        outputs = torch.zeros(8, encoder.hidden_size)
        for ei in range(source.size(0)):
            output, hidden = encoder(source[ei], hidden)
            outputs[ei] = output[0, 0]
        return outputs, hidden

    for epoch in range(4):
        total = 0
        for k, (source, target) in enumerate(pairs):
            for optimizer in optimizers:
                optimizer.zero_grad()
            outputs, hidden = encode(source)
            decoder_input = torch.tensor([[SOS]])
            loss = 0
            forced = (epoch + k) % 2 == 0
            for di in range(target.size(0)):
                output, hidden, _ = decoder(decoder_input, hidden, outputs)
                loss += criterion(output, target[di].unsqueeze(0))
                if forced:
                    decoder_input = target[di]
                else:
                    topv, topi = output.topk(1)
                    decoder_input = topi.squeeze().detach()
                    if decoder_input.item() == EOS:
                        break
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            total += loss.item() / target.size(0)
        show(epoch, f"{total:.4f}")
    decoder.eval()
    with torch.no_grad():
        outputs, hidden = encode(pairs[0][0])
        decoder_input = torch.tensor([[SOS]])
        words, attentions = [], torch.zeros(5, 8)
        for di in range(5):
            output, hidden, attn = decoder(decoder_input, hidden, outputs)
            attentions[di] = attn.data
            topv, topi = output.data.topk(1)
            words.append(topi.item())
            if topi.item() == EOS:
                break
            decoder_input = topi.squeeze().detach()
        show(*words)
        show(attentions[:2])


@program
def names(show, fails):
    """Which language a name is of: a recurrent net over its letters, and the same over packed batches."""
    torch.manual_seed(5)
    letters = "abcdefghijklmnopqrstuvwxyz"
    data = [("rossi", 0), ("bianchi", 0), ("conti", 0), ("smith", 1), ("jones", 1), ("brown", 1), ("sato", 2), ("suzuki", 2)]

    def line_to_tensor(line):
        tensor = torch.zeros(len(line), 1, len(letters))
        for li, letter in enumerate(line):
            tensor[li][0][letters.find(letter)] = 1
        return tensor

    class RNN(nn.Module):
        def __init__(self, input_size, hidden_size, output_size):
            super().__init__()
            self.hidden_size = hidden_size
            self.i2h = nn.Linear(input_size + hidden_size, hidden_size)
            self.i2o = nn.Linear(input_size + hidden_size, output_size)
            self.softmax = nn.LogSoftmax(dim=1)

        def forward(self, input, hidden):
            combined = torch.cat((input, hidden), 1)
            hidden = torch.tanh(self.i2h(combined))
            return self.softmax(self.i2o(combined)), hidden

    rnn = RNN(len(letters), 16, 3)
    criterion = nn.NLLLoss()
    show(line_to_tensor("sato").size())
    for epoch in range(4):
        total = 0.0
        for name, language in data:
            hidden = torch.zeros(1, rnn.hidden_size)
            rnn.zero_grad()
            for letter in line_to_tensor(name):
                output, hidden = rnn(letter, hidden)
            loss = criterion(output, torch.tensor([language]))
            loss.backward()
            for p in rnn.parameters():
                p.data.add_(p.grad.data, alpha=-0.1)
            total += loss.item()
        show(epoch, f"{total:.4f}")

    names = [torch.tensor([letters.find(c) for c in name]) for name, _ in data]
    languages = torch.tensor([language for _, language in data])
    lengths = torch.tensor([len(name) for name in names])
    padded = nn.utils.rnn.pad_sequence(names, batch_first=True, padding_value=0)
    show(padded)
    embedding = nn.Embedding(26, 8)
    lstm = nn.LSTM(8, 10, num_layers=2, batch_first=True, bidirectional=True)
    head = nn.Linear(20, 3)
    params = [*embedding.parameters(), *lstm.parameters(), *head.parameters()]
    optimizer = optim.Adam(params, lr=0.02)
    for epoch in range(8):
        packed = nn.utils.rnn.pack_padded_sequence(embedding(padded), lengths, batch_first=True, enforce_sorted=False)
        output, (h, c) = lstm(packed)
        logits = head(torch.cat([h[-2], h[-1]], dim=1))
        loss = F.cross_entropy(logits, languages, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 4 == 3:
            show(epoch, f"{loss.item():.4f}", logits.argmax(1))
    unpacked, sizes = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    show(unpacked.shape, sizes)
    show(packed.batch_sizes)
    fails(lambda: nn.utils.rnn.pack_padded_sequence(embedding(padded), lengths, batch_first=True))


@program
def transformer(show, fails):
    """A language model of an encoder with a causal mask, positions as a buffer, and tied weights."""
    torch.manual_seed(6)

    class PositionalEncoding(nn.Module):
        def __init__(self, d_model, dropout=0.1, max_len=50):
            super().__init__()
            self.dropout = nn.Dropout(p=dropout)
            position = torch.arange(max_len).unsqueeze(1)
            div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
            pe = torch.zeros(max_len, 1, d_model)
            pe[:, 0, 0::2] = torch.sin(position * div_term)
            pe[:, 0, 1::2] = torch.cos(position * div_term)
            self.register_buffer("pe", pe)

        def forward(self, x):
            return self.dropout(x + self.pe[: x.size(0)])

    class TransformerModel(nn.Module):
        def __init__(self, ntoken, d_model, nhead, d_hid, nlayers, dropout=0.1):
            super().__init__()
            self.positions = PositionalEncoding(d_model, dropout)
            layer = nn.TransformerEncoderLayer(d_model, nhead, d_hid, dropout)
            self.transformer = nn.TransformerEncoder(layer, nlayers)
            self.encoder = nn.Embedding(ntoken, d_model)
            self.d_model = d_model
            self.decoder = nn.Linear(d_model, ntoken)
            self.decoder.weight = self.encoder.weight
            self.init_weights()

        def init_weights(self):
            initrange = 0.1
            self.encoder.weight.data.uniform_(-initrange, initrange)
            self.decoder.bias.data.zero_()

        def forward(self, src, src_mask):
            src = self.encoder(src) * math.sqrt(self.d_model)
            src = self.positions(src)
            output = self.transformer(src, src_mask)
            return self.decoder(output)

    def generate_square_subsequent_mask(sz):
        return torch.triu(torch.ones(sz, sz) * float("-inf"), diagonal=1)

    model = TransformerModel(11, 16, 2, 32, 2)
    show(model.positions)
    show(model.transformer.layers[0].linear1, model.decoder)
    show(sum(p.numel() for p in model.parameters()))
    show(*(name for name in model.state_dict() if "layers" not in name))
    data = torch.arange(60).remainder(11).view(4, 15).t().contiguous()
    mask = generate_square_subsequent_mask(7)
    show(mask[:3, :3])
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.95)
    for epoch in range(4):
        total = 0.0
        for i in range(0, data.size(0) - 1, 7):
            source, target = data[i : i + 7], data[i + 1 : i + 8].reshape(-1)
            output = model(source, mask)
            loss = criterion(output.view(-1, 11), target)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            total += loss.item()
        scheduler.step()
        show(f"{epoch} {total / 2:.4f} {math.exp(total / 2):.2f} {scheduler.get_last_lr()[0]:.3f}")
    model.eval()
    with torch.no_grad():
        show(model(data[:7], mask).shape, model.decoder.weight is model.encoder.weight)
