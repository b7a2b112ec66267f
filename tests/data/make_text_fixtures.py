"""Fixtures of the text room: a small SentencePiece model with golden ids, golden prompt cleaning, and tiny UMT5 encoders.

    python make_text_fixtures.py        (transformers 5, sentencepiece, tokenizers, torch 2.11.0)

Writes into text/ beside this script.
"""
import html
import html.entities
import json
import pathlib
import random
import re
import shutil
import tempfile

import sentencepiece
import tokenizers
import torch
from transformers import T5Tokenizer, UMT5Config, UMT5EncoderModel

HERE = pathlib.Path(__file__).parent / "text"
torch.manual_seed(11)
random.seed(11)
torch.set_num_threads(1)

SENTENCES = [
    "a large orange fish moves left in dark water",
    "A small blue whale swims slowly to the right, bubbles rise.",
    "Ein großer oranger Fisch schwimmt nach links; die Straße ist naß.",
    "Un gros poisson orangé nage à gauche, près d'un récif où dort l'été.",
    "Большая оранжевая рыба плывёт влево в тёмной воде",
    "Ένα μεγάλο πορτοκαλί ψάρι κινείται αριστερά στο σκοτεινό νερό",
    "一条大橙色的鱼在深色的水里向左游动",
    "大きなオレンジ色の魚が暗い水の中を左へ泳ぐ",
    "큰 주황색 물고기가 어두운 물 속에서 왼쪽으로 헤엄친다",
    "سمكة برتقالية كبيرة تتحرك يسارًا في الماء المظلم",
    "דג כתום גדול נע שמאלה במים כהים",
    "एक बड़ी नारंगी मछली गहरे पानी में बाईं ओर जाती है",
    "ปลาสีส้มตัวใหญ่ว่ายไปทางซ้ายในน้ำมืด",
    "დიდი ნარინჯისფერი თევზი მარცხნივ მოძრაობს",
    "մեծ նարնջագույն ձուկը շարժվում է ձախ",
    "ஒரு பெரிய ஆரஞ்சு மீன் இடதுபுறம் நகர்கிறது",
]

# Like nmt_nfkc, but small: full-width ASCII, ligatures, spaces.
RULES = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
RULES |= {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "½": "1⁄2", "①": "1", "²": "2", "™": "TM", "…": "...", "\u212b": "\u00c5", "e\u0301": "é"}
RULES |= {chr(c): " " for c in (0x09, 0x0A, 0xA0, 0x2003, 0x3000)}

TEXTS = SENTENCES + [
    "",
    " ",
    "fish",
    "  spaces   and\ttabs\nand lines \u00a0 \u2003 \u3000 end  ",
    "ＦＵＬＬ　ｗｉｄｔｈ １２３！",
    "the ﬁsh of ½ ①² ™… \u212bngstr\u00f6m e\u0301te\u0301",
    "emoji 🐟 🐠🐡 👩‍🚀 family 👨‍👩‍👧‍👦 flags 🇩🇪🇯🇵 skin 👍🏽",
    "&lt;b&gt;fish &amp;amp; chips&lt;/b&gt; &eacute;&#233;&#xE9; &notin; &notit; &amp;lt; &copy 2024 &copyright;",
    "&#x1F41F; &#0; &#128; &#xD800; &#x110000; &#13; &#1; &; &#; &#x; &unknown; & a",
    "numbers 1234567890 3.14159 -5e-3 1,000,000 0x1F",
    "punctuation !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "UPPER lower MiXeD cAsE",
    "unknown characters ☃ ⚛⚛⚛ 𝔘𝔫𝔦 ꙮ between",
    "☃",
    "a☃b☃☃c",
    "literal ▁ sign and ▁▁ two",
    "</s> fish </s></s> water <unk><pad> end </s>",
    "not<s>special <extra_id_5> </S> < /s>",
    "zero\u200bwidth \ufeffmark \u200d joiner soft\u00adhyphen",
    "word " * 250,
    "x" * 530,
    "水" * 520,
    "right-to-left mark \u200f abc \u202e override",
    "combining a\u0300\u0301\u0302 Z͑ͫ̓ͪ̂ͫ̽a̴l̶g̷o",
    "fish" + "\u3000" + "water" + "\u2028" + "line" + "\x85" + "next" + "\x1f" + "unit",
]


def prompt_clean(text):
    """WanPipeline's, without ftfy."""
    text = html.unescape(html.unescape(text)).strip()
    return re.sub(r"\s+", " ", text).strip()


def train(folder, byte_fallback, vocab):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temp:
        rules = pathlib.Path(temp) / "rules.tsv"
        with rules.open("w") as file:
            for source, target in RULES.items():
                file.write(" ".join(f"{ord(c):x}" for c in source) + "\t" + " ".join(f"{ord(c):x}" for c in target) + "\n")
        corpus = []
        for sentence in SENTENCES:
            words = sentence.split()
            corpus += [sentence] * 8 + [" ".join(random.sample(words, len(words))) for _ in range(12)]
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus), model_prefix=str(folder / "spiece"), model_type="unigram", vocab_size=vocab,
            character_coverage=1.0, normalization_rule_tsv=str(rules), byte_fallback=byte_fallback, pad_id=0, eos_id=1,
            unk_id=2, bos_id=-1, num_threads=1, minloglevel=2,
        )
    (folder / "spiece.vocab").unlink()


def golden_ids(name, folder, byte_fallback, limit=512):
    """Ids of the real libraries, and tokenizer.json as transformers writes it."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
    with tempfile.TemporaryDirectory() as temp:
        T5Tokenizer.from_pretrained(folder, extra_ids=0).save_pretrained(temp)
        written = json.loads((pathlib.Path(temp) / "tokenizer.json").read_text())
    # transformers' T5 class leaves byte fallback out, converters before it did not.
    written["model"]["byte_fallback"] = byte_fallback
    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text + "\n")
    fast = tokenizers.Tokenizer.from_str(text)
    fast.enable_truncation(limit)
    rows = []
    for text in TEXTS:
        cleaned = prompt_clean(text)
        ids = processor.encode(cleaned)[: limit - 1] + [1]
        other = fast.encode(cleaned).ids
        if ids != other:
            # Special tokens written out in a text are found by tokenizers only. A literal U+2581 is ours to choose.
            assert "</s>" in text or "\u2581" in text, (name, text, ids, other)
            ids = other if "</s>" in text else ids
            print(name, "differs between the libraries:", text)
        rows.append(ids)
    return rows


def tokenizer_fixtures():
    goldens = {"texts": TEXTS, "cleaned": [prompt_clean(text) for text in TEXTS]}
    for name, byte_fallback, vocab in (("plain", False, 360), ("bytes", True, 610)):
        folder = HERE / f"tokenizer_{name}"
        shutil.rmtree(folder, ignore_errors=True)
        train(folder, byte_fallback, vocab)
        goldens[name] = golden_ids(name, folder, byte_fallback)
    texts = entity_texts()
    goldens["entities"] = [{"text": text, "cleaned": prompt_clean(text)} for text in texts]
    (HERE / "tokens.json").write_text(json.dumps(goldens, ensure_ascii=False, separators=(",", ":")) + "\n")


def entity_texts():
    """Random entity-like text, and some of the named references (the longest, those without semicolon, a sample)."""
    names = sorted(html.entities.html5)
    names = [n for n in names if not n.endswith(";") or len(n) > 20] + random.sample(names, 100)
    texts = ["".join("&" + name + random.choice("x;= ") for name in names)]
    pieces = ["&", "#", "x", "X", ";", "amp", "lt", "gt", "not", "in", "9", "1F", "80", "é", " ", "\t", "<", "quot", "魚"]
    for _ in range(60):
        texts.append("".join(random.choice(pieces) for _ in range(random.randint(1, 40))))
    texts.append("&" + "a" * 40 + ";" + "&" + "é" * 33 + ";" + "&lt" + "é" * 31)
    return texts


def bf16_values(model):
    """Random everywhere (gains and biases too), representable in bf16, so that one file serves fp32 and bf16."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = 0.5 if "layer_norm" in name else 1.0 if "shared" in name or "bias" in name else 0.25
            offset = 1.0 if "layer_norm" in name else 0.0
            parameter.copy_((torch.randn_like(parameter) * scale + offset).bfloat16().float())


def encoder(name, config, ids, padded, shard):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model = UMT5EncoderModel(config).eval()
    bf16_values(model)
    model.bfloat16().save_pretrained(folder, max_shard_size=shard)
    tokens = torch.zeros(1, padded, dtype=torch.long)
    tokens[0, : len(ids)] = torch.tensor(ids)
    mask = (torch.arange(padded) < len(ids)).long()[None]
    tensors = {"ids": torch.tensor(ids)}
    for dtype in (torch.float64, torch.bfloat16):
        with torch.no_grad():
            rows = model.to(dtype)(tokens, mask).last_hidden_state[0, : len(ids)]
        # The fp64 run is stored as fp32: rounding it costs 3e-8, the bf16 errors it judges are 1e-3.
        tensors[str(dtype).split(".")[1]] = rows.float() if dtype != torch.bfloat16 else rows
    from safetensors.torch import save_file

    save_file(tensors, folder / "golden.safetensors")


def encoders():
    common = dict(dropout_rate=0.1, decoder_start_token_id=0)
    encoder(
        "umt5_gated",
        UMT5Config(vocab_size=60, d_model=24, d_kv=10, d_ff=36, num_layers=3, num_heads=4,
                   relative_attention_num_buckets=32, relative_attention_max_distance=128, **common),
        [random.randrange(60) for _ in range(140)], 160, "16KB",
    )
    encoder(
        "umt5_relu",
        UMT5Config(vocab_size=40, d_model=16, d_kv=8, d_ff=20, num_layers=2, num_heads=2, feed_forward_proj="relu",
                   relative_attention_num_buckets=10, relative_attention_max_distance=20, layer_norm_epsilon=1e-5, **common),
        [random.randrange(40) for _ in range(45)], 64, "1GB",
    )


def buckets():
    """Relative position buckets over all distances that 512 tokens have: [first distance, bucket] of every run."""
    from transformers.models.umt5.modeling_umt5 import UMT5Attention

    rows = []
    for count, distance in ((32, 128), (16, 32), (10, 20), (64, 500), (4, 3)):
        config = UMT5Config(relative_attention_num_buckets=count, relative_attention_max_distance=distance)
        attention = UMT5Attention(config, has_relative_attention_bias=True, layer_idx=0)
        values = attention._relative_position_bucket(torch.arange(-511, 512)).tolist()
        changes = [[i - 511, v] for i, v in enumerate(values) if i == 0 or v != values[i - 1]]
        rows.append({"buckets": count, "max_distance": distance, "changes": changes})
    (HERE / "buckets.json").write_text(json.dumps(rows, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    tokenizer_fixtures()
    encoders()
    buckets()
    for file in HERE.rglob("*.safetensors"):
        file.chmod(0o644)
