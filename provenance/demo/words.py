"""The demo's sentences, in English and Chinese.

What the library itself says, in verdicts and refusals, is English in both.
"""

from collections.abc import Mapping

from provenance.demo.cast import Name

WORDS: Mapping[str, Name] = {
    "title": Name(
        "One can of milk powder, from a farm in New Zealand to a door in"
        " Hangzhou",
        "一罐奶粉：从新西兰牧场到杭州家门",
    ),
    "cast": Name(
        "{cans} cans in {cartons} cartons on {pallets} pallets, one container."
        " {parties} parties, each with a key and a role of its own;"
        " {authorities} councils, which must agree before anyone is let in;"
        " {witnesses} witnesses, of which two must have seen the ledger."
        " Everybody is invented.",
        "{cans} 罐，{cartons} 箱，{pallets} 个托盘，一个集装箱。{parties}"
        " 个参与方各有密钥和角色；{authorities} 个理事会须一致同意才能准入；"
        "{witnesses} 个见证人中至少两个须见过账本。所有人物与机构均为虚构。",
    ),
    "logged": Name(
        "{statements} signed statements with {events} events were logged in"
        " {seconds} s, by the calendar of {days} days.",
        "共记入 {statements} 份已签名声明、{events} 个事件，用时 {seconds}"
        " 秒，时间跨度 {days} 天。",
    ),
    "timeline": Name(
        "The can's story, as read from the buyer's file",
        "本罐的经历（读自买家手中的文件）",
    ),
    "verifying": Name(
        "Checked on this computer, where any use of the network is an error",
        "在本机核验，期间任何联网操作都会报错",
    ),
    "private": Name(
        "of the buyer's {count} personal details, {found} are in the file;"
        " the ledger shows them only when asked to",
        "买家的 {count} 项个人信息中，有 {found} 项出现在文件里；"
        "仅在要求时才披露",
    ),
    "revealed": Name(
        "asked to, it reveals {count} of them, proven by the same signatures",
        "经要求可披露 {count} 项，由同样的签名证明",
    ),
    "papers": Name(
        "{fitting} of {count} papers in {folder} have the SHA-256 that the"
        " story names",
        "{folder} 中 {count} 份单证里有 {fitting} 份与记录的 SHA-256 一致",
    ),
    "attacks": Name(
        "Now somebody cheats. What is done, and what the ledger or the buyer's"
        " computer answers",
        "现在有人作弊：做了什么，账本或买家的电脑如何回答",
    ),
    "caught": Name(
        "{caught} of {count} attempts were caught",
        "{count} 次作弊尝试中识破 {caught} 次",
    ),
    "limits": Name("What this does not prove", "这些不能证明什么"),
    "label": Name(
        "that the label is on the right can: a code can be copied, and only"
        " the code is proven",
        "标签贴在正确的罐子上：二维码可以复制，被证明的只是编码",
    ),
    "contents": Name(
        "what is in the can: the laboratory signed for what it measured in"
        " samples of the lot",
        "罐中之物：实验室只为同批次样品的检测结果签名",
    ),
    "truth": Name(
        "that those who signed told the truth: only who said it, and that"
        " nothing was changed or left out since",
        "签名者所言属实：只证明是谁说的，且此后未被改动或遗漏",
    ),
    "later": Name(
        "what happens from now on, a recall for example: ask for a fresh file",
        "今后发生的事（例如召回）：请索取新的文件",
    ),
    "next": Name("Now verify it yourself", "现在请自行验证"),
    "files": Name(
        "In {folder}: can.provenance and trust.toml are what the buyer holds;"
        " papers/ stays with those who wrote them, ledger/ with its operator,"
        " witnesses/ with the witnesses.",
        "{folder} 中：can.provenance 与 trust.toml 由买家持有；papers/"
        " 由出具方保管，ledger/ 由运营者保管，witnesses/ 由见证人保管。",
    ),
}


def words(key: str, lang: str, **values: object) -> str:
    """Return that sentence in *lang*, with *values* filled in."""
    return WORDS[key].within(lang).format(**values)
