"""The tokenizer of the static model: Unigram pieces over accent-folded lower-case French."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer

PAD, UNKNOWN = "[PAD]", "[UNK]"


def blank_tokenizer() -> Tokenizer:
    """Return the tokenizer before training: folding and cutting into words only.

    An official types « ou en est notre opah ru »; the sheet says « OPAH-RU » and « où »: case, accents,
    hyphens and typographic apostrophes are folded on both sides. An elided article is cut off
    (« l'habitat » = « l' » + « habitat ») so that the noun is the same piece everywhere.
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
            replace(Regex("[’ʼ`´']"), "' "),
            replace(Regex(r"(?<=\d)[ .](?=\d{3}(?!\d))"), ""),
            replace(Regex(r"[^\w'?%€]+|_"), " "),
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


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Write ``tokenizer.json`` without truncation or padding, whatever was set while training."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
