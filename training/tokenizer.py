"""The tokenizer of the static model: Unigram pieces over accent-folded lower-case French."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer

PAD, UNKNOWN = "[PAD]", "[UNK]"
# Log-probability of an added word: that of a word seen once in 20,000, so that it wins over its parts.
_ADDED_SCORE = -10.0
#: Words elided before an apostrophe: they say nothing of the subject.
ELIDED = "l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|quoiqu"


def blank_tokenizer() -> Tokenizer:
    """Return the tokenizer before training: folding and cutting into words only.

    An official types « ou en est notre opah ru »; the sheet says « OPAH-RU » and « où »: case, accents,
    hyphens and typographic apostrophes are folded on both sides. An elided article is dropped
    (« l'habitat » = « habitat ») so that the noun is the same piece everywhere.
    """
    tokenizer = Tokenizer(Unigram([(PAD, 0.0), (UNKNOWN, -20.0)], unk_id=1))
    replace = normalizers.Replace
    tokenizer.normalizer = normalizers.Sequence(
        [
            replace(Regex("[œŒ]"), "oe"),
            replace(Regex("[æÆ]"), "ae"),
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            replace(Regex("[’ʼ`´]"), "'"),
            replace(Regex(rf"\b({ELIDED})' ?(?=\w)"), " "),
            replace(Regex(r"(?<=\d)[ .](?=\d{3}(?!\d))"), ""),
            replace(Regex(r"[^\w?%€]+|_"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
            pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    return tokenizer


def train_tokenizer(texts: Iterable[str], size: int) -> Tokenizer:
    """Learn the pieces from texts.

    :param texts: French sentences.
    :param size: number of pieces.
    """
    tokenizer = blank_tokenizer()
    trainer = UnigramTrainer(
        vocab_size=size,
        special_tokens=[PAD, UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=18,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def add_words(tokenizer: Tokenizer, words: Iterable[str]) -> Tokenizer:
    """Return the tokenizer with whole words added (acronyms and names of our corpus).

    :param words: folded words; those that are one piece already are left as they are.
    """
    state = json.loads(tokenizer.to_str())
    pieces: list[list[object]] = state["model"]["vocab"]
    known = {str(piece) for piece, _ in pieces}
    for word in dict.fromkeys(f"▁{word}" for word in words):
        if word not in known and len(tokenizer.encode(word[1:]).tokens) > 1:
            pieces.append([word, _ADDED_SCORE])
    return Tokenizer.from_str(json.dumps(state))


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Write ``tokenizer.json`` without truncation or padding, whatever was set while training."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
